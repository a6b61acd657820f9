//! What of a group a person put back, as it is written down, and what is open beyond that.

use std::collections::HashMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use network::{
    Exposure, Family, Finding, PortSet, PrefixLists, Protocol, Rule, RuleId, RuleIds, Span, SpanSet,
};
use serde::{Deserialize, Serialize};

use crate::Group;
use crate::state::readable;

/// Ports that are open to addresses of one family.
#[derive(Serialize, Deserialize)]
struct Opened {
    family: Family,
    /// The protocol, as EC2 calls it.
    protocol: String,
    /// The first and the last of each range.
    ports: Vec<(u16, u16)>,
    /// The same of the addresses that reach them; `None` for every public one.
    from: Option<Vec<(IpAddr, IpAddr)>>,
}

/// What a finding opens, as it is written down.
pub(crate) fn written(group: &Group, open: &Finding) -> String {
    let range = |span: &Span<u128>| (address(open.family, span.first()), address(open.family, span.last()));
    let from = || {
        let sources = Sources::of(group, open.family);
        let reached = open.rule_ids.iter().filter_map(|id| sources.of_rule(id));
        let all: SpanSet<u128> = reached.flat_map(|one| one.spans().to_vec()).collect();
        all.spans().iter().map(range).collect()
    };
    let opened = Opened {
        family: open.family,
        protocol: open.protocol.as_str().to_owned(),
        ports: open.ports.as_set().spans().iter().map(|span| (span.first(), span.last())).collect(),
        from: (open.exposure != Exposure::World).then(from),
    };
    // Text and numbers are always JSON.
    serde_json::to_string(&opened).unwrap_or_default()
}

/// What a finding opens beyond what is written there; `None` where that is nothing. A rule that reaches ports from nowhere
/// but from where they were open too is none of what is left.
pub(crate) fn beyond(group: &Group, open: Finding, written: &[String]) -> Option<Finding> {
    let written: Vec<Opened> = written
        .iter()
        .filter_map(|text| serde_json::from_str(text).ok())
        .filter(|opened: &Opened| opened.family == open.family && opened.is_of(&open.protocol))
        .collect();
    let sources = Sources::of(group, open.family);
    let left = |id: &RuleId| {
        let sources = sources.of_rule(id);
        let covering =
            written.iter().filter(|opened| sources.as_ref().is_some_and(|from| opened.covers(from)));
        open.ports.as_set().without(&covering.flat_map(Opened::ports).collect())
    };
    let left: Vec<(&RuleId, SpanSet<u16>)> = open.rule_ids.iter().map(|id| (id, left(id))).collect();
    let ports: SpanSet<u16> = left.iter().flat_map(|(_, ports)| ports.spans().to_vec()).collect();
    let rule_ids: RuleIds =
        left.iter().filter(|(_, ports)| !ports.is_empty()).map(|(id, _)| (*id).clone()).collect();
    let rule_ids = open.rule_ids.and(&rule_ids);
    (!ports.is_empty()).then(|| Finding { ports: PortSet::from(ports), rule_ids, ..open.clone() })
}

impl Opened {
    /// What is open to every protocol is so to each that has no ports.
    fn is_of(&self, protocol: &Protocol) -> bool {
        let is_all = self.protocol == Protocol::All.as_str();
        self.protocol == protocol.as_str() || is_all && matches!(protocol, Protocol::Portless(_))
    }

    fn covers(&self, sources: &SpanSet<u128>) -> bool {
        let Some(from) = &self.from else { return true };
        let from: SpanSet<u128> =
            from.iter().filter_map(|(first, last)| Span::new(bits(*first), bits(*last))).collect();
        from.covers(sources)
    }

    fn ports(&self) -> impl Iterator<Item = Span<u16>> {
        self.ports.iter().filter_map(|(first, last)| Span::new(*first, *last))
    }
}

/// Where the rules of a group let in from, by one family.
struct Sources<'a> {
    rules: HashMap<&'a RuleId, &'a Rule>,
    lists: PrefixLists,
    family: Family,
}

impl<'a> Sources<'a> {
    fn of(group: &'a Group, family: Family) -> Self {
        Self { rules: group.by_id(), lists: readable(&group.prefix_lists), family }
    }

    /// The addresses that a rule lets in, as numbers; `None` where they are not known.
    fn of_rule(&self, id: &RuleId) -> Option<SpanSet<u128>> {
        let addresses = self.rules.get(id)?.permission.source.addresses(&self.lists).ok()?;
        let wide = |span: &Span<u32>| Span::new(span.first().into(), span.last().into());
        Some(match self.family {
            Family::V4 => addresses.v4.spans().iter().filter_map(wide).collect(),
            Family::V6 => addresses.v6.clone(),
        })
    }
}

fn address(family: Family, bits: u128) -> IpAddr {
    match (family, u32::try_from(bits)) {
        (Family::V4, Ok(bits)) => Ipv4Addr::from_bits(bits).into(),
        _ => Ipv6Addr::from_bits(bits).into(),
    }
}

fn bits(address: IpAddr) -> u128 {
    match address {
        IpAddr::V4(address) => address.to_bits().into(),
        IpAddr::V6(address) => address.to_bits(),
    }
}
