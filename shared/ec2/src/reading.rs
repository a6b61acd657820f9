//! The port's adapter to EC2: what the control reads.

use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::Filter;
use network::{IpNet, PrefixListId, Rule};
use remediation::CallError;

use super::answers::{block, interface, rule, tags};
use super::ec2::{code, in_region_of};
use super::{About, At, Ec2SecurityGroups, ListName};
use crate::Interface;

/// How many rules or interfaces one page of an answer holds: the most that EC2 allows.
const PAGE: i32 = 1_000;

/// The same for prefix lists and their entries.
const LIST_PAGE: i32 = 100;

impl Ec2SecurityGroups {
    pub(super) async fn read_group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        let request = self.0.describe_security_groups().group_ids(at.id.as_str());
        let answer = match request.customize().config_override(in_region_of(at)).send().await {
            Ok(answer) => answer,
            Err(error) if is_gone(&error) => return Ok(None),
            Err(error) => return Err(CallError::from_sdk("ec2:DescribeSecurityGroups", &error)),
        };
        Ok(answer.security_groups.unwrap_or_default().into_iter().next().map(|group| About {
            name: group.group_name.unwrap_or_default(),
            description: group.description.unwrap_or_default(),
            vpc: group.vpc_id,
            tags: tags(group.tags),
        }))
    }

    pub(super) async fn read_rules(&self, at: &At<'_>) -> Result<Option<Vec<Rule>>, CallError> {
        let mut rules = Vec::new();
        let mut page = None;
        loop {
            let request = self
                .0
                .describe_security_group_rules()
                .filters(filter("group-id", [at.id.as_str()]))
                .max_results(PAGE)
                .set_next_token(page);
            let answer = match request.customize().config_override(in_region_of(at)).send().await {
                Ok(answer) => answer,
                Err(error) if is_gone(&error) => return Ok(None),
                Err(error) => return Err(CallError::from_sdk("ec2:DescribeSecurityGroupRules", &error)),
            };
            for item in answer.security_group_rules.unwrap_or_default() {
                rules.push(rule(item)?);
            }
            page = more(answer.next_token);
            if page.is_none() {
                return Ok(Some(rules));
            }
        }
    }

    pub(super) async fn read_list_entries(
        &self,
        at: &At<'_>,
        id: &PrefixListId,
    ) -> Result<Vec<IpNet>, CallError> {
        const ACTION: &str = "ec2:GetManagedPrefixListEntries";
        let mut blocks = Vec::new();
        let mut page = None;
        loop {
            let request = self
                .0
                .get_managed_prefix_list_entries()
                .prefix_list_id(id.as_str())
                .max_results(LIST_PAGE)
                .set_next_token(page);
            let answer = request.customize().config_override(in_region_of(at)).send().await;
            let answer = answer.map_err(|error| CallError::from_sdk(ACTION, &error))?;
            for entry in answer.entries.unwrap_or_default() {
                blocks.push(block(entry.cidr, ACTION, "Cidr")?);
            }
            page = more(answer.next_token);
            if page.is_none() {
                return Ok(blocks);
            }
        }
    }

    pub(super) async fn read_list_names(
        &self,
        at: &At<'_>,
        ids: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        let mut names = Vec::new();
        let mut page = None;
        loop {
            // By filter: as ids, a single one that is gone would fail the whole call.
            let request = self
                .0
                .describe_managed_prefix_lists()
                .filters(filter("prefix-list-id", ids.iter().map(|id| id.as_str())))
                .max_results(LIST_PAGE)
                .set_next_token(page);
            let answer = request.customize().config_override(in_region_of(at)).send().await;
            let answer =
                answer.map_err(|error| CallError::from_sdk("ec2:DescribeManagedPrefixLists", &error))?;
            names.extend(answer.prefix_lists.unwrap_or_default().into_iter().filter_map(|list| {
                let name = ListName { name: list.prefix_list_name?, owner: list.owner_id? };
                Some((list.prefix_list_id?.into(), name))
            }));
            page = more(answer.next_token);
            if page.is_none() {
                return Ok(names);
            }
        }
    }

    pub(super) async fn read_interfaces(&self, at: &At<'_>) -> Result<Vec<Interface>, CallError> {
        const ACTION: &str = "ec2:DescribeNetworkInterfaces";
        let mut interfaces = Vec::new();
        let mut page = None;
        loop {
            let request = self
                .0
                .describe_network_interfaces()
                .filters(filter("group-id", [at.id.as_str()]))
                .max_results(PAGE)
                .set_next_token(page);
            let answer = request.customize().config_override(in_region_of(at)).send().await;
            let answer = answer.map_err(|error| CallError::from_sdk(ACTION, &error))?;
            for item in answer.network_interfaces.unwrap_or_default() {
                interfaces.push(interface(item)?);
            }
            page = more(answer.next_token);
            if page.is_none() {
                return Ok(interfaces);
            }
        }
    }
}

pub(super) fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    let values = values.into_iter().map(ToOwned::to_owned).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}

/// The token of the next page; EC2 writes an empty one where there is none.
fn more(token: Option<String>) -> Option<String> {
    token.filter(|token| !token.is_empty())
}

fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(code(error), "InvalidGroup.NotFound" | "InvalidGroupId.Malformed")
}
