//! A security group as it was read.

mod interface;
mod prefix_list;

use std::collections::HashMap;

use events::VpcId;
use network::{Permission, Rule, RuleId};
use remediation::{Fact, Tags, Unknown, Unread};
use serde::{Deserialize, Serialize};

pub use interface::{ChangedBy, Interface};
pub use prefix_list::{ListName, PrefixList};

pub(crate) use prefix_list::readable;

/// The tag that a group gets when it is quarantined; its value is the time, RFC 3339 in UTC.
pub const QUARANTINED_AT: &str = "curfew:quarantined-at";

/// The tag that an isolated group gets beside it: a digest of what was open then, and stays as evidence.
pub const QUARANTINED_RULES: &str = "curfew:quarantined-rules";

/// The tag by which a VPC's quarantine group is found.
pub const QUARANTINE_GROUP: &str = "curfew:quarantine-group";

/// What there is to know about a group but its rules.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct About {
    /// The group's name.
    pub name: String,
    /// What somebody wrote about it.
    pub description: String,
    /// The VPC that it is in.
    pub vpc: Option<VpcId>,
    /// The group's tags.
    pub tags: Tags,
}

/// A security group with its rules, complete enough to rebuild it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Group {
    /// What there is to know but the rules.
    #[serde(flatten)]
    pub about: Fact<About>,
    /// Every rule that could be read, inbound and outbound, one source each.
    pub rules: Vec<Rule>,
    /// Why there may be other rules, where not all could be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unread_rules: Option<Unknown>,
    /// The prefix lists that decide whether a port is open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub prefix_lists: Vec<PrefixList>,
    /// The network interfaces that have the group; `None` where that was not asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub interfaces: Option<Fact<Vec<Interface>>>,
}

impl Group {
    /// What a tag of it says, where that is known.
    pub(crate) fn tag(&self, key: &str) -> Option<&String> {
        self.about.known()?.tags.get(key)
    }

    /// The network interfaces that are known to have the group; `None` where none is known, nor that there are none.
    pub(crate) fn known_interfaces(&self) -> Option<&Vec<Interface>> {
        self.interfaces.as_ref()?.known()
    }

    /// What could not be read of it.
    pub(crate) fn unread(&self) -> Vec<Unread> {
        let about = self.about.unread("name, VPC and tags of the group");
        let rules = self.unread_rules.clone();
        let rules = rules.map(|unknown| Unread { what: "the rest of the group's rules".to_owned(), unknown });
        let lists = self
            .prefix_lists
            .iter()
            .filter_map(|list| list.blocks.unread(&format!("prefix list {}", list.id)));
        let interfaces = self.interfaces.as_ref();
        let interfaces = interfaces.and_then(|fact| fact.unread("which network interfaces have the group"));
        about.into_iter().chain(rules).chain(lists).chain(interfaces).collect()
    }

    /// The rules by their ids.
    pub(crate) fn by_id(&self) -> HashMap<&RuleId, &Rule> {
        self.rules.iter().map(|rule| (&rule.id, rule)).collect()
    }

    /// The rule of this id.
    pub(crate) fn rule(&self, id: &RuleId) -> Option<&Rule> {
        self.rules.iter().find(|rule| rule.id == *id)
    }

    /// The rules that let something in.
    pub(crate) fn inbound(&self) -> impl Iterator<Item = &Rule> {
        self.rules.iter().filter(|rule| !rule.is_egress)
    }

    /// Whether one of its inbound rules allows exactly this.
    pub(crate) fn allows(&self, permission: &Permission) -> bool {
        self.inbound().any(|rule| says_the_same(&rule.permission, permission))
    }

    /// Whether it is the quarantine group of its VPC.
    pub(crate) fn is_quarantine_group(&self) -> bool {
        self.tag(QUARANTINE_GROUP).is_some()
    }
}

/// Whether EC2 takes both for the same rule: what is written beside it does not count.
pub(crate) fn says_the_same(one: &Permission, other: &Permission) -> bool {
    let bounds = |permission: &Permission| (permission.from_port, permission.to_port);
    one.protocol == other.protocol
        && one.source.is_same(&other.source)
        && (bounds(one) == bounds(other) || one.ports(&one.protocol) == other.ports(&other.protocol))
}

/// The tags that people may set: keys that begin with `aws:` are AWS's own, as those of CloudFormation, and EC2
/// refuses a call that names one.
pub(crate) fn settable(tags: &Tags) -> Tags {
    let is_reserved = |key: &str| key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    tags.iter()
        .filter(|(key, _)| !is_reserved(key))
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}
