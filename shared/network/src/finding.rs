//! Why a group is not acceptable.

use std::collections::BTreeSet;
use std::fmt;

use addresses::Family;
use serde::{Serialize, Serializer};

use crate::exposure::Exposure;
use crate::ids::{PrefixListId, RuleId};
use crate::ports::PortSet;
use crate::protocol::Protocol;
use crate::services::services;
use crate::settings::Handling;

/// Ports that are open and not authorized, and the rules that together make them so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// The address family to which they are open.
    pub family: Family,
    /// One of [`Protocol::WITH_PORTS`].
    pub protocol: Protocol,
    /// How open they are.
    pub exposure: Exposure,
    /// The ports; for ICMP the types and codes.
    pub ports: PortSet,
    /// The offending rules: each belongs to a smallest set of rules that alone would hold the ports open.
    /// For a split such as 0.0.0.0/1 and 128.0.0.0/1 that is every part; a rule whose source an offending
    /// one includes is none.
    pub rule_ids: BTreeSet<RuleId>,
    /// What is to be done about it.
    pub handling: Handling,
}

impl Finding {
    /// The names of the well-known services on the ports.
    #[must_use]
    pub fn services(&self) -> Vec<&'static str> {
        services(&self.protocol, &self.ports)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Fields<'a> {
            family: Family,
            protocol: &'a Protocol,
            exposure: Exposure,
            ports: Vec<String>,
            services: Vec<&'static str>,
            rule_ids: &'a BTreeSet<RuleId>,
            handling: Handling,
        }

        Fields {
            family: self.family,
            protocol: &self.protocol,
            exposure: self.exposure,
            ports: self.ports.describe(&self.protocol),
            services: self.services(),
            rule_ids: &self.rule_ids,
            handling: self.handling,
        }
        .serialize(serializer)
    }
}

impl fmt::Display for Finding {
    /// Such as `tcp 22 (SSH): open to the world over IPv4 by sgr-1; sgr-2`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const NAMED_SERVICES: usize = 6;

        let ports = self.ports.describe(&self.protocol).join(", ");
        write!(f, "{} {ports}", self.protocol)?;
        let services = self.services();
        let named: Vec<_> = services.iter().take(NAMED_SERVICES).copied().collect();
        match services.len().saturating_sub(named.len()) {
            _ if named.is_empty() => {}
            0 => write!(f, " ({})", named.join(", "))?,
            more => write!(f, " ({} and {more} more services)", named.join(", "))?,
        }
        let reach = match self.exposure {
            Exposure::World => "the world",
            _ => "broad blocks of addresses",
        };
        let rules: Vec<_> = self.rule_ids.iter().map(RuleId::as_str).collect();
        write!(f, ": open to {reach} over {} by {}", self.family, rules.join("; "))?;
        match self.handling {
            Handling::Report => f.write_str(" (reported only)"),
            Handling::Revoke => Ok(()),
        }
    }
}

/// A prefix list that could not be read, and the rules by which it reaches ports that may not be open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct UnreadableSource {
    /// The list.
    pub prefix_list_id: PrefixListId,
    /// The rules that have it as their source.
    pub rule_ids: BTreeSet<RuleId>,
}

/// The judgement of one group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
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

    /// Whether there is nothing to say at all.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.unreadable.is_empty()
    }

    /// The findings whose rules are to be revoked.
    pub fn to_revoke(&self) -> impl Iterator<Item = &Finding> {
        self.findings.iter().filter(|finding| finding.handling == Handling::Revoke)
    }
}
