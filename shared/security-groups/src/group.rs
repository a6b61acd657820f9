//! A security group as it was read.

use std::collections::{BTreeMap, BTreeSet};

use network::{Assessment, Permission, Rule, RuleId};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::{Interface, PrefixList};

/// The tag that a group gets when it is quarantined; its value is the time, RFC 3339 in UTC.
pub const QUARANTINED_AT: &str = "curfew:quarantined-at";

/// The tag that an isolated group gets beside it: a digest of what was open then, and stays as evidence.
pub const QUARANTINED_RULES: &str = "curfew:quarantined-rules";

/// The tag by which a VPC's quarantine group is found.
pub const QUARANTINE_GROUP: &str = "curfew:quarantine-group";

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// The tags that people may set: keys that begin with `aws:` are AWS's own, as those of CloudFormation, and EC2
/// refuses a call that names one.
pub(crate) fn settable(tags: &Tags) -> Tags {
    let is_reserved = |key: &str| key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    tags.iter()
        .filter(|(key, _)| !is_reserved(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

/// A security group with its rules, complete enough to rebuild it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The group's name.
    pub name: String,
    /// What somebody wrote about it.
    pub description: String,
    /// The VPC that it is in.
    pub vpc: Option<String>,
    /// The group's tags.
    pub tags: Tags,
    /// Every rule, inbound and outbound, one source each.
    pub rules: Vec<Rule>,
    /// The prefix lists that decide whether a port is open.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub prefix_lists: Vec<PrefixList>,
    /// The network interfaces that have the group; `None` where that was not asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interfaces: Option<Vec<Interface>>,
    /// What is open by these rules and lists. It follows from them, and is worked out once.
    #[serde(skip)]
    pub(crate) assessment: Assessment,
}

impl Group {
    /// The rule of this id.
    pub(crate) fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == *id)
    }

    /// Whether it is the quarantine group of its VPC.
    pub(crate) fn is_quarantine_group(&self) -> bool {
        self.tags.contains_key(QUARANTINE_GROUP)
    }

    /// Whether what is open is exactly what was open when Curfew isolated the group.
    pub(crate) fn is_open_as_isolated(&self) -> bool {
        self.tags.contains_key(QUARANTINED_AT) && self.tags.get(QUARANTINED_RULES) == Some(&self.digest())
    }

    /// A digest of the rules that open the group, or may: in whatever order they are read, the same rules give
    /// the same digest. What a rule lets in counts too, since EC2 lets people change a rule that keeps its id.
    pub(crate) fn digest(&self) -> String {
        let open = self.assessment.findings.iter().flat_map(|finding| &finding.rule_ids);
        let unknown = self.assessment.unreadable.iter().flat_map(|source| &source.rule_ids);
        let ids: BTreeSet<&RuleId> = open.chain(unknown).collect();
        let mut digest = Sha256::new();
        for rule in ids.into_iter().filter_map(|id| self.rule(id)) {
            let Permission { protocol, from_port, to_port, source, .. } = &rule.permission;
            let ports = (from_port.unwrap_or(-1), to_port.unwrap_or(-1));
            digest.update(format!("{} {} {} {} {source}\n", rule.id, protocol.as_str(), ports.0, ports.1));
        }
        digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
    }
}
