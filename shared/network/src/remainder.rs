//! What a revoked rule let through rightly.

use std::collections::BTreeSet;

use addresses::{Family, SpanSet};

use crate::offending::Open;
use crate::permission::Permission;
use crate::portless::Portless;
use crate::ports::PortSet;
use crate::protocol::Protocol;
use crate::source::Source;

/// How many rules of ICMP are put back in the place of one.
const MOST_OF_ICMP: usize = 8;

/// What of a rule no finding names, on the ports of one protocol.
pub(crate) enum Remainder {
    /// These say it.
    PutBack(Vec<Permission>),
    /// It takes so many rules that it is not put back.
    TooManyRules { ports: PortSet, rules: usize },
}

impl Remainder {
    /// What `rule` lets through of `protocol` but for what findings complain about, less what rules of the same source let
    /// through anyway.
    pub(crate) fn of(rule: &Permission, protocol: &Protocol, open: &Open, present: &Present) -> Self {
        if is_of_other_family(rule, protocol) {
            return Self::PutBack(Vec::new());
        }
        let right = rule.ports(protocol).as_set().without(&open.ports);
        let missing = present.ports(protocol).map_or_else(|| right.clone(), |present| right.without(present));
        if missing.is_empty() || !protocol.is_icmp() {
            return Self::PutBack(rule.narrowed(protocol, &missing));
        }
        // Less rules may say more than is missing: what is there twice does no harm.
        let (right, narrow) = (rule.narrowed(protocol, &right), rule.narrowed(protocol, &missing));
        let fewest = if narrow.len() < right.len() { narrow } else { right };
        if fewest.len() <= MOST_OF_ICMP {
            Self::PutBack(fewest)
        } else if open.is_reported {
            Self::PutBack(rule.narrowed(protocol, rule.ports(protocol).as_set()))
        } else {
            Self::TooManyRules { ports: missing.into(), rules: fewest.len() }
        }
    }
}

/// What the rules of one source let through.
#[derive(Default)]
pub(crate) struct Present {
    protocols: BTreeSet<Protocol>,
    /// The ports of each protocol that has some.
    ports: [SpanSet<u16>; Protocol::WITH_PORTS.len()],
}

impl Present {
    pub(crate) fn add(&mut self, permission: &Permission) {
        for (protocol, ports) in Protocol::WITH_PORTS.iter().zip(&mut self.ports) {
            permission.ports(protocol).as_set().spans().iter().for_each(|span| ports.insert(*span));
        }
        if !self.protocols.contains(&permission.protocol) {
            self.protocols.insert(permission.protocol.clone());
        }
    }

    fn ports(&self, protocol: &Protocol) -> Option<&SpanSet<u16>> {
        Protocol::WITH_PORTS.iter().zip(&self.ports).find(|(own, _)| *own == protocol).map(|(_, ports)| ports)
    }

    fn has(&self, protocol: &Protocol) -> bool {
        self.protocols.contains(&Protocol::All) || self.protocols.contains(protocol)
    }
}

/// What of a rule for all traffic is put back for protocols without ports: those that are `authorized`, less what
/// rules of the same source let through anyway.
pub(crate) fn portless_remainder(
    rule: &Permission,
    authorized: &BTreeSet<Portless>,
    present: &Present,
) -> Vec<Permission> {
    if rule.protocol != Protocol::All {
        return Vec::new();
    }
    let own = authorized.iter().map(|protocol| rule.for_portless(protocol));
    own.filter(|own| !present.has(&own.protocol)).collect()
}

/// Whether a rule for all traffic lets in no packet of this ICMP, since none comes from its source's addresses.
fn is_of_other_family(rule: &Permission, protocol: &Protocol) -> bool {
    let is_over = match &rule.source {
        Source::V4(_) => protocol.is_over(Family::V4),
        Source::V6(_) => protocol.is_over(Family::V6),
        Source::PrefixList(_) | Source::Group(_) => true,
    };
    rule.protocol == Protocol::All && !is_over
}
