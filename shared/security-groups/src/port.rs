//! What the control `sg-ingress` may do in EC2: read a group and its rules, revoke inbound rules by id, tag
//! the group.

use std::future::Future;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::{Builder, Region};
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::{self, Filter, SecurityGroupRule};
use aws_types::SdkConfig;
use events::GroupId;
use remediation::{CallError, Target};

use crate::{Group, Rule, Source};

/// How many rules one page of an answer holds: the most that EC2 allows.
const PAGE: i32 = 1_000;

type At<'a> = Target<'a, GroupId>;

/// How revoking one or more rules went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Revoked {
    /// EC2 took them all away.
    Done,
    /// At least one of them is not there (any more), so EC2 took none away.
    NotThere,
}

/// Security groups.
pub trait SecurityGroups {
    /// The group with all its rules, or `None` where it does not exist.
    ///
    /// # Errors
    /// When EC2 does not say.
    fn read(&self, group: &At<'_>) -> impl Future<Output = Result<Option<Group>, CallError>>;

    /// Revokes inbound rules by their ids: all of them or none.
    ///
    /// # Errors
    /// When EC2 does not do it.
    fn revoke(&self, group: &At<'_>, rule_ids: &[&str]) -> impl Future<Output = Result<Revoked, CallError>>;

    /// Sets one tag on the group.
    ///
    /// # Errors
    /// When EC2 does not do it.
    fn tag(&self, group: &At<'_>, key: &str, value: &str) -> impl Future<Output = Result<(), CallError>>;
}

/// Security groups in EC2.
#[derive(Debug, Clone)]
pub struct Ec2SecurityGroups(Client);

impl Ec2SecurityGroups {
    /// Security groups, reached with this configuration, each in its own Region.
    pub fn new(sdk: &SdkConfig) -> Self {
        Self(Client::new(sdk))
    }

    #[cfg(test)]
    pub(crate) fn with_client(client: Client) -> Self {
        Self(client)
    }

    async fn group(&self, group: &At<'_>) -> Result<Option<types::SecurityGroup>, CallError> {
        let answer = self
            .0
            .describe_security_groups()
            .group_ids(group.id.as_str())
            .customize()
            .config_override(in_region_of(group))
            .send()
            .await;
        match answer {
            Ok(answer) => Ok(answer.security_groups.unwrap_or_default().into_iter().next()),
            Err(error) if is_gone(&error) => Ok(None),
            Err(error) => Err(CallError::from_sdk("ec2:DescribeSecurityGroups", &error)),
        }
    }

    async fn rules(&self, group: &At<'_>) -> Result<Option<Vec<Rule>>, CallError> {
        const ACTION: &str = "ec2:DescribeSecurityGroupRules";
        let mut rules = Vec::new();
        let mut page = None;
        loop {
            let filter = Filter::builder().name("group-id").values(group.id.as_str()).build();
            let answer = self
                .0
                .describe_security_group_rules()
                .filters(filter)
                .max_results(PAGE)
                .set_next_token(page)
                .customize()
                .config_override(in_region_of(group))
                .send()
                .await;
            let answer = match answer {
                Ok(answer) => answer,
                Err(error) if is_gone(&error) => return Ok(None),
                Err(error) => return Err(CallError::from_sdk(ACTION, &error)),
            };
            for rule in answer.security_group_rules.unwrap_or_default() {
                rules.push(read_rule(rule, group, ACTION)?);
            }
            page = answer.next_token.filter(|token| !token.is_empty());
            if page.is_none() {
                return Ok(Some(rules));
            }
        }
    }
}

impl SecurityGroups for Ec2SecurityGroups {
    async fn read(&self, group: &At<'_>) -> Result<Option<Group>, CallError> {
        let (about, rules) = futures_util::try_join!(self.group(group), self.rules(group))?;
        Ok(about.zip(rules).map(|(about, rules)| Group {
            name: about.group_name.unwrap_or_default(),
            vpc: about.vpc_id,
            tags: pairs(about.tags),
            rules,
        }))
    }

    async fn revoke(&self, group: &At<'_>, rule_ids: &[&str]) -> Result<Revoked, CallError> {
        let answer = self
            .0
            .revoke_security_group_ingress()
            .group_id(group.id.as_str())
            .set_security_group_rule_ids(Some(rule_ids.iter().map(ToString::to_string).collect()))
            .customize()
            .config_override(in_region_of(group))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Revoked::Done),
            Err(error) if is_missing_rule(&error) => Ok(Revoked::NotThere),
            Err(error) => Err(CallError::from_sdk("ec2:RevokeSecurityGroupIngress", &error)),
        }
    }

    async fn tag(&self, group: &At<'_>, key: &str, value: &str) -> Result<(), CallError> {
        self.0
            .create_tags()
            .resources(group.id.as_str())
            .tags(types::Tag::builder().key(key).value(value).build())
            .customize()
            .config_override(in_region_of(group))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| CallError::from_sdk("ec2:CreateTags", &error))
    }
}

fn in_region_of(group: &At<'_>) -> Builder {
    aws_sdk_ec2::Config::builder().region(Region::new(group.region.as_str().to_owned()))
}

fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default()
}

/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
fn is_gone<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(code(error), "InvalidGroup.NotFound" | "InvalidGroupId.Malformed")
}

fn is_missing_rule<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(
        code(error),
        "InvalidPermission.NotFound" | "InvalidSecurityGroupRuleId.NotFound" | "InvalidGroup.NotFound"
    )
}

fn read_rule(rule: SecurityGroupRule, group: &At<'_>, action: &'static str) -> Result<Rule, CallError> {
    let missing = |field| CallError::Incomplete { action, field };
    let source = if let Some(cidr) = rule.cidr_ipv4 {
        Source::Ipv4(cidr)
    } else if let Some(cidr) = rule.cidr_ipv6 {
        Source::Ipv6(cidr)
    } else if let Some(id) = rule.prefix_list_id {
        Source::PrefixList(id)
    } else if let Some(other) = rule.referenced_group_info {
        Source::Group {
            id: other.group_id.ok_or_else(|| missing("ReferencedGroupInfo.GroupId"))?,
            owner: other.user_id.filter(|owner| owner != group.account.as_str()),
        }
    } else {
        Source::Unknown
    };
    Ok(Rule {
        id: rule.security_group_rule_id.ok_or_else(|| missing("SecurityGroupRuleId"))?,
        is_egress: rule.is_egress.ok_or_else(|| missing("IsEgress"))?,
        protocol: rule.ip_protocol.ok_or_else(|| missing("IpProtocol"))?,
        from_port: rule.from_port,
        to_port: rule.to_port,
        source,
        description: rule.description.filter(|text| !text.is_empty()),
        tags: pairs(rule.tags),
    })
}

fn pairs(tags: Option<Vec<types::Tag>>) -> Vec<(String, String)> {
    let pair = |tag: types::Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    tags.unwrap_or_default().into_iter().map(pair).collect()
}
