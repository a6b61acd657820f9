//! The port's adapter to EC2: what the control changes in a group.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::config::{Builder, Region};
use aws_sdk_ec2::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_ec2::types::{ResourceType, Tag, TagSpecification};
use aws_types::SdkConfig;
use network::{IpNet, Permission, PrefixListId, Rule};
use remediation::{CallError, CountCalls};

use super::{
    About, At, Authorized, By, Created, ListName, Placed, QuarantineGroup, Revoked, SecurityGroups, action,
};
use crate::port::answers::sdk_permission;
use crate::{Interface, Tags};

/// Security groups in EC2, each in its own Region.
#[derive(Debug, Clone)]
pub struct Ec2SecurityGroups(pub(super) Client);

impl Ec2SecurityGroups {
    /// Security groups, reached with this configuration.
    pub fn new(sdk: &SdkConfig) -> Self {
        Self(Client::from_conf(Builder::from(sdk).interceptor(CountCalls).build()))
    }

    #[cfg(test)]
    pub(crate) fn with_client(client: Client) -> Self {
        Self(client)
    }
}

impl SecurityGroups for Ec2SecurityGroups {
    async fn group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        self.read_group(at).await
    }

    async fn rules(&self, at: &At<'_>) -> Result<Option<Vec<Rule>>, CallError> {
        self.read_rules(at).await
    }

    async fn list_entries(&self, at: &At<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.read_list_entries(at, id).await
    }

    async fn list_names(
        &self,
        at: &At<'_>,
        ids: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        self.read_list_names(at, ids).await
    }

    async fn interfaces(&self, at: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.read_interfaces(at).await
    }

    async fn authorize(
        &self,
        at: &At<'_>,
        permissions: &[&Permission],
        tags: &Tags,
    ) -> Result<Authorized, CallError> {
        const ACTION: &str = action::AUTHORIZE;
        let tags = (!tags.is_empty()).then(|| specification(ResourceType::SecurityGroupRule, tags));
        let answer = self
            .0
            .authorize_security_group_ingress()
            .group_id(at.id.as_str())
            .set_ip_permissions(Some(permissions.iter().map(|one| sdk_permission(one)).collect()))
            .set_tag_specifications(tags.map(|tags| vec![tags]))
            .customize()
            .config_override(in_region_of(at))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Authorized::Done),
            Err(error) => match code(&error) {
                "InvalidPermission.Duplicate" => Ok(Authorized::AlreadyThere),
                "RulesPerSecurityGroupLimitExceeded" => {
                    Ok(Authorized::NoRoom(CallError::from_sdk(ACTION, &error)))
                }
                _ => Err(CallError::from_sdk(ACTION, &error)),
            },
        }
    }

    async fn revoke(&self, at: &At<'_>, rule_ids: &[&str]) -> Result<Revoked, CallError> {
        let answer = self
            .0
            .revoke_security_group_ingress()
            .group_id(at.id.as_str())
            .set_security_group_rule_ids(Some(rule_ids.iter().map(ToString::to_string).collect()))
            .customize()
            .config_override(in_region_of(at))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Revoked::Done),
            Err(error) if is_missing_rule(&error) => Ok(Revoked::NotThere),
            Err(error) => Err(CallError::from_sdk(action::REVOKE, &error)),
        }
    }

    async fn tag(&self, at: &At<'_>, tags: &Tags) -> Result<(), CallError> {
        self.0
            .create_tags()
            .resources(at.id.as_str())
            .set_tags(Some(sdk_tags(tags)))
            .customize()
            .config_override(in_region_of(at))
            .send()
            .await
            .map(|_| ())
            .map_err(|error| CallError::from_sdk(action::TAG, &error))
    }

    async fn quarantine_groups(
        &self,
        at: &At<'_>,
        vpc: &str,
        by: By,
    ) -> Result<Vec<QuarantineGroup>, CallError> {
        self.find_quarantine_groups(at, vpc, by).await
    }

    async fn create_quarantine_group(&self, at: &At<'_>, vpc: &str) -> Result<Created, CallError> {
        self.create_group(at, vpc).await
    }

    async fn revoke_egress(&self, at: &At<'_>, quarantine: &str, to: IpNet) -> Result<(), CallError> {
        self.take_egress(at, quarantine, to).await
    }

    async fn place(&self, at: &At<'_>, interface: &str, groups: &[String]) -> Result<Placed, CallError> {
        self.give_groups(at, interface, groups).await
    }
}

pub(super) fn specification(kind: ResourceType, tags: &Tags) -> TagSpecification {
    TagSpecification::builder().resource_type(kind).set_tags(Some(sdk_tags(tags))).build()
}

fn sdk_tags(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(super) fn in_region_of(at: &At<'_>) -> Builder {
    aws_sdk_ec2::Config::builder().region(Region::new(at.region.as_str().to_owned()))
}

/// The service's error code, empty where the service did not answer.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/errors-overview.html>
pub(super) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> &str {
    error.as_service_error().and_then(ProvideErrorMetadata::code).unwrap_or_default()
}

fn is_missing_rule<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    matches!(
        code(error),
        "InvalidPermission.NotFound" | "InvalidSecurityGroupRuleId.NotFound" | "InvalidGroup.NotFound"
    )
}
