//! Judging the inbound rules of a group.

use std::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
};

use crate::{
    address::{Address, Addresses},
    exposure::Exposure,
    finding::{Assessment, Finding, UnreadableSource},
    ids::{PrefixListId, RuleId},
    offenders::{Opening, opening},
    partition::partition,
    ports::PortSet,
    prefix_lists::PrefixLists,
    protocol::Protocol,
    rule::Rule,
    settings::Settings,
    span::Span,
    span_set::SpanSet,
};

/// Judges the inbound rules among `rules`. Their order does not matter.
pub fn assess(rules: &[Rule], lists: &PrefixLists, settings: &Settings) -> Assessment {
    let mut inbound = Vec::new();
    let mut unreadable: BTreeMap<PrefixListId, BTreeSet<RuleId>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| !rule.is_egress) {
        match rule.permission.source.addresses(lists) {
            Ok(addresses) => inbound.push((rule, addresses)),
            Err(id) if reaches_unauthorized(rule, settings) => {
                let rule_ids = unreadable.entry(id.clone()).or_default();
                rule_ids.insert(rule.id.clone());
            }
            Err(_) => {}
        }
    }
    let v4 = Inbound::of(&inbound, |addresses| &addresses.v4).findings(settings);
    let v6 = Inbound::of(&inbound, |addresses| &addresses.v6).findings(settings);
    Assessment {
        findings: v4.into_iter().chain(v6).collect(),
        unreadable: unreadable
            .into_iter()
            .map(|(prefix_list_id, rule_ids)| UnreadableSource { prefix_list_id, rule_ids })
            .collect(),
    }
}

fn reaches_unauthorized(rule: &Rule, settings: &Settings) -> bool {
    Protocol::WITH_PORTS.iter().any(|protocol| {
        let reached = rule.permission.ports(protocol);
        let unauthorized = settings.unauthorized(protocol);
        !reached.as_set().intersection(&unauthorized).is_empty()
    })
}

/// The inbound rules with the addresses of one family that they let in.
struct Inbound<'a, T>(Vec<(&'a Rule, &'a SpanSet<T>)>);

impl<'a, T: Address> Inbound<'a, T> {
    fn of(
        rules: &'a [(&'a Rule, Cow<'a, Addresses>)],
        family: impl Fn(&'a Addresses) -> &'a SpanSet<T>,
    ) -> Self {
        let sources = rules.iter().map(|(rule, source)| (*rule, family(source)));
        Self(sources.collect())
    }

    fn findings(&self, settings: &Settings) -> Vec<Finding> {
        Protocol::WITH_PORTS.iter().flat_map(|protocol| self.findings_of(protocol, settings)).collect()
    }

    /// One finding for each set of rules that makes ports open.
    fn findings_of(&self, protocol: &Protocol, settings: &Settings) -> Vec<Finding> {
        let mut open: BTreeMap<(Exposure, BTreeSet<&RuleId>), Vec<Span<u16>>> = BTreeMap::new();
        for (ports, opening) in self.openings(protocol, settings) {
            let offenders = opening.offenders.iter();
            let rules = offenders.filter_map(|position| self.0.get(*position));
            let rule_ids = rules.map(|(rule, _)| &rule.id).collect();
            open.entry((opening.exposure, rule_ids)).or_default().push(ports);
        }
        let mut findings: Vec<Finding> = open
            .into_iter()
            .map(|((exposure, rule_ids), ports)| Finding {
                family: T::FAMILY,
                protocol: protocol.clone(),
                exposure,
                ports: SpanSet::from_iter(ports).into(),
                rule_ids: rule_ids.into_iter().cloned().collect(),
                handling: settings.handling(protocol),
            })
            .collect();
        findings.sort_by(|a, b| a.ports.cmp(&b.ports));
        findings
    }

    /// The unauthorized ports that are open, cut wherever another rule begins or ends.
    fn openings(&self, protocol: &Protocol, settings: &Settings) -> Vec<(Span<u16>, Opening)> {
        let ports: Vec<PortSet> = self.0.iter().map(|(rule, _)| rule.permission.ports(protocol)).collect();
        let ports: Vec<_> = ports.iter().map(PortSet::as_set).collect();

        // Many ports are reached by the same rules, whose addresses need be looked at once only.
        let mut known: BTreeMap<Vec<usize>, Option<Opening>> = BTreeMap::new();
        partition(&ports, &settings.unauthorized(protocol))
            .into_iter()
            .filter_map(|piece| {
                let opening =
                    known.entry(piece.members).or_insert_with_key(|members| self.opening(members, settings));
                opening.clone().map(|opening| (piece.span, opening))
            })
            .collect()
    }

    /// The opening that the rules at `positions` make, with the offenders by their positions here.
    fn opening(&self, positions: &[usize], settings: &Settings) -> Option<Opening> {
        let (positions, sources): (Vec<usize>, Vec<_>) =
            positions.iter().filter_map(|position| Some((*position, self.0.get(*position)?.1))).unzip();
        let found = opening(&sources, settings.open_level)?;
        Some(Opening {
            exposure: found.exposure,
            offenders: found.offenders.iter().filter_map(|member| positions.get(*member).copied()).collect(),
        })
    }
}
