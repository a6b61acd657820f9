//! What a revoked rule let through rightly.

use std::collections::BTreeSet;

use addresses::{Family, SpanSet};

use crate::finding::Finding;
use crate::permission::Permission;
use crate::portless::Portless;
use crate::ports::PortSet;
use crate::protocol::Protocol;
use crate::settings::Handling;
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
    /// What `rule` lets through of `protocol` but for what `offending`, the findings of that protocol that name
    /// the rule, complain about, less what `present`, rules of the same source, let through anyway.
    pub(crate) fn of(
        rule: &Permission,
        protocol: &Protocol,
        offending: &[&Finding],
        present: &[Permission],
    ) -> Self {
        if is_of_other_family(rule, protocol) {
            return Self::PutBack(Vec::new());
        }
        let open = union(offending.iter().map(|finding| &finding.ports));
        let present: Vec<PortSet> = present.iter().map(|other| other.ports(protocol)).collect();
        let present = union(present.iter());
        let right = rule.ports(protocol).as_set().without(&open);
        let missing = right.without(&present);
        if missing.is_empty() || !protocol.is_icmp() {
            return Self::PutBack(rule.narrowed(protocol, &missing));
        }
        // Less rules may say more than is missing: what is there twice does no harm.
        let (right, narrow) = (rule.narrowed(protocol, &right), rule.narrowed(protocol, &missing));
        let fewest = if narrow.len() < right.len() { narrow } else { right };
        let is_reported = offending.iter().all(|finding| finding.handling == Handling::Report);
        if fewest.len() <= MOST_OF_ICMP {
            Self::PutBack(fewest)
        } else if is_reported {
            Self::PutBack(rule.narrowed(protocol, rule.ports(protocol).as_set()))
        } else {
            Self::TooManyRules { ports: missing.into(), rules: fewest.len() }
        }
    }
}

/// What of a rule for all traffic is put back for protocols without ports: those that are `authorized`, less what
/// `present`, rules of the same source, let through anyway.
pub(crate) fn portless_remainder(
    rule: &Permission,
    authorized: &BTreeSet<Portless>,
    present: &[Permission],
) -> Vec<Permission> {
    if rule.protocol != Protocol::All {
        return Vec::new();
    }
    let is_present = |own: &Permission| {
        present.iter().any(|other| other.protocol == Protocol::All || other.protocol == own.protocol)
    };
    let own = authorized.iter().map(|protocol| rule.for_portless(protocol));
    own.filter(|own| !is_present(own)).collect()
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

fn union<'a>(sets: impl Iterator<Item = &'a PortSet>) -> SpanSet<u16> {
    sets.flat_map(|set| set.as_set().spans()).copied().collect()
}
