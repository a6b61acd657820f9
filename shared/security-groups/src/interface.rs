//! A network interface, and whether Curfew may touch it.

use std::fmt;

use serde::Serialize;

/// The types of interfaces that belong to the account's own instances. Every other one is made by an AWS
/// service, for load balancers, NAT gateways, endpoints, functions, and what there will be.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_NetworkInterface.html>
const OWN: [&str; 3] = ["interface", "efa", "efa-only"];

/// A network interface with its security groups.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Interface {
    /// The id (`eni-...`).
    pub id: String,
    /// Its type, as in `interface` or `nat_gateway`.
    #[serde(rename = "type")]
    pub kind: String,
    /// What somebody or some service wrote about it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// The instance that it is attached to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// The AWS service that manages it, where EC2 says that one does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub managed_by: Option<String>,
    /// The ids of its security groups.
    pub groups: Vec<String>,
}

impl Interface {
    /// Whether an AWS service manages it: its groups are then changed through that service only.
    pub fn is_managed(&self) -> bool {
        self.managed_by.is_some() || !OWN.contains(&self.kind.as_str())
    }

    /// The groups that it has once it is isolated from `group`: `quarantine` in that group's place, and the
    /// others as they were unless `alone`.
    pub(crate) fn isolated(&self, group: &str, quarantine: &str, alone: bool) -> Vec<String> {
        let mut groups = vec![quarantine.to_owned()];
        let others = self.groups.iter().filter(|other| *other != group && *other != quarantine);
        groups.extend(others.filter(|_| !alone).cloned());
        groups
    }
}

impl fmt::Display for Interface {
    /// Such as `eni-1 of instance i-1`, or `eni-2 (load_balancer, "ELB app/web")`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.id)?;
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
