//! The port's adapter to EC2: the quarantine group, and who is put into it.

use aws_sdk_ec2::types::{ResourceType, SecurityGroup};
use network::{IpNet, Permission, Protocol};
use remediation::CallError;

use super::answers::{permissions, sdk_permission, tags};
use super::ec2::{code, in_region_of, specification};
use super::reading::filter;
use super::{
    At, By, Created, Ec2SecurityGroups, Placed, QUARANTINE_GROUP_NAME, QUARANTINE_GROUP_TEXT,
    QuarantineGroup, action,
};
use crate::Tags;
use crate::group::QUARANTINE_GROUP;

impl Ec2SecurityGroups {
    /// Of several, always the same one comes first.
    pub(super) async fn find_quarantine_groups(
        &self,
        at: &At<'_>,
        vpc: &str,
        by: By,
    ) -> Result<Vec<QuarantineGroup>, CallError> {
        const ACTION: &str = "ec2:DescribeSecurityGroups";
        let what = match by {
            By::Tag => filter("tag-key", [QUARANTINE_GROUP]),
            By::Name => filter("group-name", [QUARANTINE_GROUP_NAME]),
        };
        let request = self.0.describe_security_groups().filters(filter("vpc-id", [vpc])).filters(what);
        let answer = request.customize().config_override(in_region_of(at)).send().await;
        let answer = answer.map_err(|error| CallError::from_sdk(ACTION, &error))?;
        let mut groups = answer.security_groups.unwrap_or_default();
        groups.sort_by(|a, b| a.group_id.cmp(&b.group_id));
        let read = |group: SecurityGroup| {
            Ok(QuarantineGroup {
                id: group.group_id.ok_or(CallError::Incomplete { action: ACTION, field: "GroupId" })?,
                is_tagged: tags(group.tags).contains_key(QUARANTINE_GROUP),
                inbound: permissions(group.ip_permissions, ACTION)?,
                outbound: permissions(group.ip_permissions_egress, ACTION)?,
            })
        };
        groups.into_iter().map(read).collect()
    }

    pub(super) async fn create_group(&self, at: &At<'_>, vpc: &str) -> Result<Created, CallError> {
        const ACTION: &str = action::CREATE;
        let tags = Tags::from([(QUARANTINE_GROUP.to_owned(), vpc.to_owned())]);
        let answer = self
            .0
            .create_security_group()
            .group_name(QUARANTINE_GROUP_NAME)
            .description(QUARANTINE_GROUP_TEXT)
            .vpc_id(vpc)
            .tag_specifications(specification(ResourceType::SecurityGroup, &tags))
            .customize()
            .config_override(in_region_of(at))
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let id = answer.group_id.ok_or(CallError::Incomplete { action: ACTION, field: "GroupId" });
                id.map(Created::Group)
            }
            Err(error) if code(&error) == "InvalidGroup.Duplicate" => Ok(Created::NameTaken),
            Err(error) => Err(CallError::from_sdk(ACTION, &error)),
        }
    }

    pub(super) async fn take_egress(
        &self,
        at: &At<'_>,
        quarantine: &str,
        to: IpNet,
    ) -> Result<(), CallError> {
        let all_traffic = Permission {
            protocol: Protocol::All,
            from_port: None,
            to_port: None,
            source: to.into(),
            description: None,
        };
        let answer = self
            .0
            .revoke_security_group_egress()
            .group_id(quarantine)
            .ip_permissions(sdk_permission(&all_traffic))
            .customize()
            .config_override(in_region_of(at))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) if code(&error) == "InvalidPermission.NotFound" => Ok(()),
            Err(error) => Err(CallError::from_sdk(action::REVOKE_EGRESS, &error)),
        }
    }

    pub(super) async fn give_groups(
        &self,
        at: &At<'_>,
        interface: &str,
        groups: &[String],
    ) -> Result<Placed, CallError> {
        let answer = self
            .0
            .modify_network_interface_attribute()
            .network_interface_id(interface)
            .set_groups(Some(groups.to_vec()))
            .customize()
            .config_override(in_region_of(at))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(Placed::Done),
            Err(error) if code(&error) == "InvalidNetworkInterfaceID.NotFound" => Ok(Placed::Gone),
            Err(error) => Err(CallError::from_sdk(action::PLACE, &error)),
        }
    }
}
