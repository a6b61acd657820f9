//! The port of the control `sg-ingress`. Codes of errors:
//! <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>

use std::collections::HashMap;

use aws::{OfAWalk, PerRegion};
use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::Builder;
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::{Filter, PrefixListState, ResourceType};
use aws_types::SdkConfig;
use events::{GroupId, InterfaceId, VpcId};
use network::{IpNet, Permission, PrefixListId, RuleId};
use remediation::{CallError, Place};
use security_groups::{
    About, At, Authorized, By, Created, Interface, ListName, Of, Placed, Placement, QUARANTINE_GROUP,
    QUARANTINE_GROUP_NAME, QUARANTINE_GROUP_TEXT, QuarantineGroup, ReadSecurityGroups, Revoked, Rules,
    SecurityGroups, Tags, action, all_traffic,
};

use crate::answers::{Answer, list_name};
use crate::requests::{filter, ip_permission, list, on_creation};

/// How many rules or interfaces one page of an answer holds: the most that EC2 allows.
const PAGE: i32 = 1_000;

/// How many values EC2 takes of one filter.
const FILTER_VALUES: usize = 200;

/// The same as `PAGE` for prefix lists and their entries.
const LIST_PAGE: i32 = 100;

/// Security groups in EC2, each in its own Region.
#[derive(Debug, Clone)]
pub struct Ec2SecurityGroups(PerRegion<Client>);

impl Ec2SecurityGroups {
    /// Security groups, reached with this configuration.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        let sdk = sdk.clone();
        Self(PerRegion::new(move |region| {
            Client::from_conf(Builder::from(&sdk).region(region).interceptor(OfAWalk).build())
        }))
    }

    #[cfg(test)]
    pub(crate) fn with_client(client: Client) -> Self {
        Self(PerRegion::always(client))
    }

    fn client(&self, at: &At<'_>) -> Client {
        self.0.of(at.region)
    }

    fn client_in(&self, place: &Place<'_>) -> Client {
        self.0.of(place.region)
    }

    async fn groups_by(
        &self,
        place: &Place<'_>,
        by: Option<Filter>,
    ) -> Result<Vec<(GroupId, About)>, CallError> {
        const ACTION: &str = "ec2:DescribeSecurityGroups";
        let request = self.client_in(place).describe_security_groups().set_filters(by.map(|by| vec![by]));
        let pages = request.max_results(PAGE).into_paginator().stop_on_duplicate_token(false);
        let all = pages.items().send().try_collect().await.map_err(|error| aws::failed(ACTION, error))?;
        // Those that another account shares are its own to close.
        let own = all.into_iter().filter(|group| group.owner_id.as_deref() == Some(place.account.as_str()));
        own.map(|group| Ok((Answer(ACTION).group_id(group.group_id.clone())?, Answer(ACTION).about(group)?)))
            .collect()
    }

    async fn add_rules_by(
        &self,
        place: &Place<'_>,
        by: Option<Filter>,
        all: &mut HashMap<GroupId, Rules>,
    ) -> Result<(), CallError> {
        const ACTION: &str = "ec2:DescribeSecurityGroupRules";
        let request =
            self.client_in(place).describe_security_group_rules().set_filters(by.map(|by| vec![by]));
        let pages = request.max_results(PAGE).into_paginator().stop_on_duplicate_token(false);
        let mut items = pages.items().send();
        while let Some(item) = items.next().await {
            let rule = item.map_err(|error| aws::failed(ACTION, error))?;
            let rules = all.entry(Answer(ACTION).group_id(rule.group_id.clone())?).or_default();
            match Answer(ACTION).rule(rule) {
                Ok(rule) => rules.read.push(rule),
                Err(error) => {
                    rules.rest.get_or_insert(error);
                }
            }
        }
        Ok(())
    }

    async fn interfaces_by(&self, at: &At<'_>, by: Filter) -> Result<Vec<Interface>, CallError> {
        const ACTION: &str = "ec2:DescribeNetworkInterfaces";
        let request = self
            .client(at)
            .describe_network_interfaces()
            .filters(by)
            // Without it those of EKS Auto Mode, of Managed Instances and the like are not shown.
            .include_managed_resources(true)
            .max_results(PAGE);
        let pages = request.into_paginator().stop_on_duplicate_token(false);
        let all = pages.items().send().try_collect().await.map_err(|error| aws::failed(ACTION, error))?;
        all.into_iter().map(|interface| Answer(ACTION).interface(interface, at.account)).collect()
    }
}

/// By what these groups are asked for, a call each: by filter, since by ids a single one that is gone would fail the whole
/// call.
fn filters(of: Of<'_>) -> Vec<Option<Filter>> {
    match of {
        Of::Account => vec![None],
        Of::Groups(ids) => ids
            .chunks(FILTER_VALUES)
            .map(|some| Some(filter("group-id", some.iter().map(|id| id.as_str()))))
            .collect(),
    }
}

impl ReadSecurityGroups for Ec2SecurityGroups {
    async fn group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        const ACTION: &str = "ec2:DescribeSecurityGroups";
        match self.client(at).describe_security_groups().group_ids(at.id.as_str()).send().await {
            Ok(answer) => {
                let group = answer.security_groups.unwrap_or_default().into_iter().next();
                group.map(|group| Answer(ACTION).about(group)).transpose()
            }
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(aws::failed(ACTION, error)),
        }
    }

    async fn rules(&self, at: &At<'_>) -> Result<Option<Rules>, CallError> {
        const ACTION: &str = "ec2:DescribeSecurityGroupRules";
        let request = self
            .client(at)
            .describe_security_group_rules()
            .filters(filter("group-id", [at.id.as_str()]))
            .max_results(PAGE);
        // Whoever stops where a token comes twice takes a part for the whole.
        let mut items = request.into_paginator().stop_on_duplicate_token(false).items().send();
        let (mut read, mut rest) = (Vec::new(), None);
        // One rule that nobody can read, or a page that does not come, does not hide the others.
        while let Some(item) = items.next().await {
            let rule = match item {
                Ok(rule) => Answer(ACTION).rule(rule),
                Err(error) if is_gone(&error) => return Ok(None),
                Err(error) => Err(aws::failed(ACTION, error)),
            };
            match rule {
                Ok(rule) => read.push(rule),
                Err(error) => {
                    rest.get_or_insert(error);
                }
            }
        }
        match rest {
            Some(error) if read.is_empty() => Err(error),
            rest => Ok(Some(Rules { read, rest })),
        }
    }

    async fn groups(&self, place: &Place<'_>, of: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        let mut all = Vec::new();
        for by in filters(of) {
            all.extend(self.groups_by(place, by).await?);
        }
        Ok(all)
    }

    async fn rules_by_group(
        &self,
        place: &Place<'_>,
        of: Of<'_>,
    ) -> Result<HashMap<GroupId, Rules>, CallError> {
        let mut all = HashMap::new();
        for by in filters(of) {
            self.add_rules_by(place, by, &mut all).await?;
        }
        Ok(all)
    }

    async fn list_entries(&self, place: &Place<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        const ACTION: &str = "ec2:GetManagedPrefixListEntries";
        let request = self
            .client_in(place)
            .get_managed_prefix_list_entries()
            .prefix_list_id(id.as_str())
            .max_results(LIST_PAGE);
        let pages = request.into_paginator().stop_on_duplicate_token(false);
        let entries = pages.items().send().try_collect().await.map_err(|error| aws::failed(ACTION, error))?;
        entries.into_iter().map(|entry| Answer(ACTION).list_entry(entry)).collect()
    }

    async fn list_names(
        &self,
        place: &Place<'_>,
        ids: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        const ACTION: &str = "ec2:DescribeManagedPrefixLists";
        // By filter: as ids, a single one that is gone would fail the whole call.
        let request = self
            .client_in(place)
            .describe_managed_prefix_lists()
            .filters(filter("prefix-list-id", ids.iter().map(|id| id.as_str())))
            .max_results(LIST_PAGE);
        let pages = request.into_paginator().stop_on_duplicate_token(false);
        let lists = pages.items().send().try_collect().await.map_err(|error| aws::failed(ACTION, error))?;
        Ok(lists.into_iter().filter_map(list_name).collect())
    }

    async fn groups_naming(&self, place: &Place<'_>, list: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        let naming = filter("ip-permission.prefix-list-id", [list.as_str()]);
        Ok(self.groups_by(place, Some(naming)).await?.into_iter().map(|(id, _)| id).collect())
    }

    async fn list_is_changing(&self, place: &Place<'_>, list: &PrefixListId) -> Result<bool, CallError> {
        const ACTION: &str = "ec2:DescribeManagedPrefixLists";
        let request = self.client_in(place).describe_managed_prefix_lists();
        let request = request.filters(filter("prefix-list-id", [list.as_str()]));
        let answer = request.send().await.map_err(|error| aws::failed(ACTION, error))?;
        let state = answer.prefix_lists().first().and_then(|list| list.state());
        Ok(matches!(state, Some(PrefixListState::ModifyInProgress | PrefixListState::RestoreInProgress)))
    }

    async fn interfaces(&self, at: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.interfaces_by(at, filter("group-id", [at.id.as_str()])).await
    }
}

impl SecurityGroups for Ec2SecurityGroups {
    async fn named_interfaces(&self, at: &At<'_>, ids: &[&InterfaceId]) -> Result<Vec<Interface>, CallError> {
        let mut all = Vec::new();
        // By filter: as ids, a single one that is gone would fail the whole call.
        for some in ids.chunks(FILTER_VALUES) {
            let named = filter("network-interface-id", some.iter().map(|id| id.as_str()));
            all.extend(self.interfaces_by(at, named).await?);
        }
        Ok(all)
    }

    async fn authorize(
        &self,
        at: &At<'_>,
        permissions: &[&Permission],
        tags: &Tags,
    ) -> Result<Authorized, CallError> {
        let answer = self
            .client(at)
            .authorize_security_group_ingress()
            .group_id(at.id.as_str())
            .set_ip_permissions(Some(permissions.iter().map(|one| ip_permission(one)).collect()))
            .set_tag_specifications(on_creation(ResourceType::SecurityGroupRule, tags))
            .send()
            .await;
        match answer {
            Ok(answer) => {
                // They are there, whether or not all of the answer can be read.
                let rules = answer.security_group_rules.unwrap_or_default().into_iter();
                let read = rules.filter_map(|rule| Answer(action::AUTHORIZE).rule(rule).ok());
                Ok(Authorized::Done(read.collect()))
            }
            Err(error) => match aws::code(&error) {
                Some("InvalidPermission.Duplicate") => Ok(if aws::is_in_doubt(&error) {
                    Authorized::MayBeDone
                } else {
                    Authorized::AlreadyThere
                }),
                Some("RulesPerSecurityGroupLimitExceeded") => {
                    Ok(Authorized::NoRoom(aws::failed(action::AUTHORIZE, error)))
                }
                _ => Err(aws::failed(action::AUTHORIZE, error)),
            },
        }
    }

    async fn revoke(&self, at: &At<'_>, rules: &[&RuleId]) -> Result<Revoked, CallError> {
        let answer = self
            .client(at)
            .revoke_security_group_ingress()
            .group_id(at.id.as_str())
            .set_security_group_rule_ids(Some(rules.iter().map(ToString::to_string).collect()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Revoked::Done),
            Err(error) => match aws::code(&error) {
                Some("InvalidGroup.NotFound") => Ok(Revoked::NotThere),
                Some("InvalidPermission.NotFound" | "InvalidSecurityGroupRuleId.NotFound") => {
                    Ok(if aws::is_in_doubt(&error) { Revoked::MayBeDone } else { Revoked::NotThere })
                }
                _ => Err(aws::failed(action::REVOKE, error)),
            },
        }
    }

    async fn tag(&self, at: &At<'_>, tags: &Tags) -> Result<(), CallError> {
        let request = self.client(at).create_tags().resources(at.id.as_str()).set_tags(Some(list(tags)));
        request.send().await.map(drop).map_err(|error| aws::failed(action::TAG, error))
    }

    async fn quarantine_groups(
        &self,
        at: &At<'_>,
        vpc: &VpcId,
        by: By,
    ) -> Result<Vec<QuarantineGroup>, CallError> {
        const ACTION: &str = "ec2:DescribeSecurityGroups";
        let what = match by {
            By::Tag => filter("tag-key", [QUARANTINE_GROUP]),
            By::Name => filter("group-name", [QUARANTINE_GROUP_NAME]),
        };
        let request = self
            .client(at)
            .describe_security_groups()
            .filters(filter("vpc-id", [vpc.as_str()]))
            // A VPC that is shared may have another account's.
            .filters(filter("owner-id", [at.account.as_str()]))
            .filters(what);
        let answer = request.send().await.map_err(|error| aws::failed(ACTION, error))?;
        let groups = answer.security_groups.unwrap_or_default().into_iter();
        let mut groups: Vec<QuarantineGroup> =
            groups.map(|group| Answer(ACTION).quarantine_group(group)).collect::<Result<_, _>>()?;
        // Of several, always the same one comes first.
        groups.sort_by(|a, b| a.id.cmp(&b.id));
        Ok(groups)
    }

    async fn create_quarantine_group(&self, at: &At<'_>, vpc: &VpcId) -> Result<Created, CallError> {
        let tags = Tags::from([(QUARANTINE_GROUP.to_owned(), vpc.to_string())]);
        let answer = self
            .client(at)
            .create_security_group()
            .group_name(QUARANTINE_GROUP_NAME)
            .description(QUARANTINE_GROUP_TEXT)
            .vpc_id(vpc.as_str())
            .set_tag_specifications(on_creation(ResourceType::SecurityGroup, &tags))
            .send()
            .await;
        match answer {
            Ok(answer) => Answer(action::CREATE).group_id(answer.group_id).map(Created::Group),
            Err(error) if aws::code(&error) == Some("InvalidGroup.Duplicate") => Ok(Created::NameTaken),
            Err(error) => Err(aws::failed(action::CREATE, error)),
        }
    }

    async fn revoke_egress(&self, at: &At<'_>, quarantine: &GroupId, to: IpNet) -> Result<(), CallError> {
        let answer = self
            .client(at)
            .revoke_security_group_egress()
            .group_id(quarantine.as_str())
            .ip_permissions(ip_permission(&all_traffic(to)))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if aws::code(&error) == Some("InvalidPermission.NotFound") => Ok(()),
            Err(error) => Err(aws::failed(action::REVOKE_EGRESS, error)),
        }
    }

    async fn place(
        &self,
        at: &At<'_>,
        Placement { interface, groups }: &Placement,
    ) -> Result<Placed, CallError> {
        let request = self
            .client(at)
            .modify_network_interface_attribute()
            .network_interface_id(interface.id.as_str())
            .set_groups(Some(groups.iter().map(ToString::to_string).collect()));
        let call = async || match request.clone().send().await {
            Ok(_) => Ok(Placed::Done),
            Err(error) if aws::code(&error) == Some("InvalidNetworkInterfaceID.NotFound") => Ok(Placed::Gone),
            Err(error) => Err(aws::failed(action::PLACE, error)),
        };
        let is_as_it_was = async || {
            let live = self.named_interfaces(at, &[&interface.id]).await?;
            Ok(live.iter().any(|live| live.has_the_groups_of(interface)))
        };
        aws::write_whole(call, is_as_it_was).await
    }
}

fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(aws::code(error), Some("InvalidGroup.NotFound" | "InvalidGroupId.Malformed"))
}
