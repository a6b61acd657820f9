//! What a revoked rule let through rightly.

use addresses::SpanSet;

use crate::finding::Finding;
use crate::permission::Permission;
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
        if matches!(rule.protocol, Protocol::Other(_)) || is_of_other_family(rule, protocol) {
            return Self::PutBack(Vec::new());
        }
        let open = union(offending.iter().map(|finding| &finding.ports));
        // A rule of a protocol without ports may open every port, but nobody can rely on it for one.
        let present = present.iter().filter(|other| !matches!(other.protocol, Protocol::Other(_)));
        let present: Vec<PortSet> = present.map(|other| other.ports(protocol)).collect();
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

/// Whether a rule for all traffic lets in no packet of this ICMP, since none comes from its source's addresses.
fn is_of_other_family(rule: &Permission, protocol: &Protocol) -> bool {
    let other = matches!(
        (protocol, &rule.source),
        (Protocol::Icmp, Source::V6(_)) | (Protocol::Icmpv6, Source::V4(_))
    );
    rule.protocol == Protocol::All && other
}

fn union<'a>(sets: impl Iterator<Item = &'a PortSet>) -> SpanSet<u16> {
    sets.flat_map(|set| set.as_set().spans()).copied().collect()
}
