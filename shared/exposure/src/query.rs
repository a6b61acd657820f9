//! Asking how exposed one port is.

use std::collections::BTreeSet;

use addresses::Addresses;
use network::{Exposure, Family, PortSet, PrefixListId, PrefixLists, Protocol, Rule};

/// What is asked for: a protocol and one of its ports.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    protocol: Protocol,
    /// A rule reaches the query if it reaches one of these. `None` is a number that no port has: only a
    /// rule for all of them reaches it.
    ports: Option<PortSet>,
}

/// The exposure to each family on its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Exposures {
    /// The exposure to IPv4.
    pub v4: Exposure,
    /// The exposure to IPv6.
    pub v6: Exposure,
}

impl Exposures {
    /// How exposed something is that `sources` can reach.
    #[must_use]
    pub fn of(sources: &Addresses) -> Self {
        Self { v4: Exposure::of(&sources.v4), v6: Exposure::of(&sources.v6) }
    }
}

/// The answer to a [`Query`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// How exposed the port is by the sources that are known.
    pub exposures: Exposures,
    /// Prefix lists that reach the port too and could not be read.
    pub unreadable: BTreeSet<PrefixListId>,
}

impl Query {
    /// Asks for one port of TCP or UDP. For another protocol than these the port is of no account.
    #[must_use]
    pub fn port(protocol: Protocol, port: u16) -> Self {
        Self { protocol, ports: Some([port].into()) }
    }

    /// Asks for an ICMP type with one code, or with any. Types above 255 do not exist; as `kind` they
    /// are reached by rules for all types.
    #[must_use]
    pub fn icmp_type(protocol: Protocol, kind: u16, code: Option<u8>) -> Self {
        Self { protocol, ports: u8::try_from(kind).ok().map(|kind| PortSet::icmp(kind, code)) }
    }

    /// Asks for a protocol whatever the port or type.
    #[must_use]
    pub fn any(protocol: Protocol) -> Self {
        Self { protocol, ports: Some(PortSet::full()) }
    }

    /// Answers by the inbound rules among `rules`: the union of the sources of those that reach the port.
    #[must_use]
    pub fn answer(&self, rules: &[Rule], lists: &PrefixLists) -> Answer {
        let mut sources = Vec::new();
        let mut unreadable = BTreeSet::new();
        for rule in rules.iter().filter(|rule| self.is_reached_by(rule)) {
            match rule.permission.source.addresses(lists) {
                Ok(addresses) => sources.push(addresses),
                Err(id) => {
                    unreadable.insert(id.clone());
                }
            }
        }
        let Exposures { v4, v6 } = Exposures::of(&Addresses::union_of(&sources));
        let over = |family, exposure| if self.protocol.is_over(family) { exposure } else { Exposure::None };
        Answer { exposures: Exposures { v4: over(Family::V4, v4), v6: over(Family::V6, v6) }, unreadable }
    }

    fn is_reached_by(&self, rule: &Rule) -> bool {
        let ports = rule.permission.ports(&self.protocol);
        let reached = match &self.ports {
            Some(asked) => !ports.as_set().intersection(asked.as_set()).is_empty(),
            None => ports.as_set().is_full(),
        };
        reached && !rule.is_egress
    }
}
