//! A network interface, and whether Curfew may touch it.

use std::fmt;

use events::{AccountId, GroupId, InterfaceId, VpcId};
use serde::{Deserialize, Serialize};

/// The types of interfaces that belong to the account's own instances. Every other one is made by an AWS
/// service, for load balancers, NAT gateways, endpoints, functions, and what there will be.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html>
const OWN: [&str; 3] = ["interface", "efa", "efa-only"];

/// A network interface with its security groups.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Interface {
    /// The id (`eni-...`).
    pub id: InterfaceId,
    /// Its type, as in `interface` or `nat_gateway`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What somebody or some service wrote about it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The instance that it is attached to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The AWS service that manages it, where EC2 says that one does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// The account that owns it, where that is another one than the account that is looked after: a VPC may be shared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<AccountId>,
    /// The VPC that it is in, which need not be the group's: a group may be associated with several.
    pub vpc: VpcId,
    /// Its security groups.
    pub groups: Vec<GroupId>,
}

/// Who alone may give an interface other groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ChangedBy {
    /// Curfew.
    Curfew,
    /// The AWS service that manages it.
    Service,
    /// The other account that owns it.
    Owner,
}

impl Interface {
    /// Who alone may give it other groups.
    #[must_use]
    pub fn changed_by(&self) -> ChangedBy {
        if self.owner.is_some() {
            ChangedBy::Owner
        } else if self.is_managed() {
            ChangedBy::Service
        } else {
            ChangedBy::Curfew
        }
    }

    /// Whether an AWS service manages it.
    fn is_managed(&self) -> bool {
        self.managed_by.is_some() || !OWN.contains(&self.kind.as_str())
    }

    /// Whether it has the groups that another look at it found, in whatever order.
    #[must_use]
    pub fn has_the_groups_of(&self, other: &Self) -> bool {
        self.id == other.id
            && self.groups.len() == other.groups.len()
            && self.groups.iter().all(|group| other.groups.contains(group))
    }

    /// The groups that it has once it is isolated from `group`: `quarantine` in that group's place, and the
    /// others as they were unless `alone`.
    pub(crate) fn isolated(&self, group: &GroupId, quarantine: &GroupId, alone: bool) -> Vec<GroupId> {
        let others = self.others(group, alone).filter(|other| *other != quarantine);
        [quarantine].into_iter().chain(others).cloned().collect()
    }

    /// The groups that it keeps beside the quarantine group.
    pub(crate) fn others(&self, group: &GroupId, alone: bool) -> impl Iterator<Item = &GroupId> {
        self.groups.iter().filter(move |other| !alone && *other != group)
    }
}

impl fmt::Display for Interface {
    /// Such as `eni-1 of instance i-1`, or `eni-2 (load_balancer, "ELB app/web")`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.id)?;
        if let Some(instance) = &self.instance {
            write!(f, " of instance {instance}")?;
        }
        let kind = self.is_managed().then(|| self.kind.clone());
        let who = self.managed_by.as_ref().map(|who| format!("managed by {who}"));
        let text = self.description.as_ref().map(|text| format!("\"{text}\""));
        let owner = self.owner.as_ref().map(|owner| format!("owned by account {owner}"));
        let about: Vec<String> = [kind, who, owner, text].into_iter().flatten().collect();
        if about.is_empty() { Ok(()) } else { write!(f, " ({})", about.join(", ")) }
    }
}
