//! A network interface, and whether Curfew may touch it.

use std::fmt;

use events::{GroupId, InterfaceId};
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
    /// Its security groups.
    pub groups: Vec<GroupId>,
}

impl Interface {
    /// Whether an AWS service manages it: its groups are then changed through that service only.
    #[must_use]
    pub fn is_managed(&self) -> bool {
        self.managed_by.is_some() || !OWN.contains(&self.kind.as_str())
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
        let about: Vec<String> = [kind, who, text].into_iter().flatten().collect();
        if about.is_empty() { Ok(()) } else { write!(f, " ({})", about.join(", ")) }
    }
}
