//! Why a group is not acceptable.

use addresses::Family;

use crate::exposure::Exposure;
use crate::ids::PrefixListId;
use crate::ports::PortSet;
use crate::protocol::Protocol;
use crate::rule_ids::RuleIds;
use crate::settings::Handling;

/// Ports, or a protocol without ports, that are open and not authorized, and the rules that together make them so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The address family to which they are open.
    pub family: Family,
    /// One of [`Protocol::WITH_PORTS`], one without ports for which there is a rule, or [`Protocol::All`] for all
    /// others without ports.
    pub protocol: Protocol,
    /// How open they are.
    pub exposure: Exposure,
    /// The ports; for ICMP the types and codes; for what has no ports every one.
    pub ports: PortSet,
    /// The offending rules: each belongs to a smallest set of rules that alone would hold the ports open.
    /// For a split such as 0.0.0.0/1 and 128.0.0.0/1 that is every part; a rule whose source an offending
    /// one includes is none.
    pub rule_ids: RuleIds,
    /// What is to be done about it.
    pub handling: Handling,
}

impl Finding {
    /// This finding without `ports` of its protocol, which stay open; `None` if none is left.
    ///
    /// A [`Plan`](crate::Plan) puts back what no finding names. So it closes the rest, and every rule goes on letting
    /// through of `ports` what it lets through.
    #[must_use]
    pub fn without_ports(&self, ports: &PortSet) -> Option<Self> {
        let left = self.ports.as_set().without(ports.as_set());
        (!left.is_empty()).then(|| Self { ports: left.into(), ..self.clone() })
    }
}

/// A prefix list that could not be read, and the rules by which it reaches ports that may not be open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableSource {
    /// The list.
    pub prefix_list_id: PrefixListId,
    /// The rules that have it as their source.
    pub rule_ids: RuleIds,
}

/// The judgement of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Assessment {
    /// By family, protocol and lowest port.
    pub findings: Vec<Finding>,
    /// Sources that may or may not make ports open: neither a finding nor harmless.
    pub unreadable: Vec<UnreadableSource>,
}

impl Assessment {
    /// Whether nothing is left to be revoked. What is only reported, and what is unreadable, may be left.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        self.to_revoke().next().is_none()
    }

    /// The findings whose rules are to be revoked.
    pub fn to_revoke(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.handling == Handling::Revoke)
    }
}
