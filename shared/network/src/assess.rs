//! Judging the inbound rules of a group.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::marker::PhantomData;
use std::sync::Arc;

use addresses::{Address, Addresses, Span, SpanSet};

use crate::bits::Bits;
use crate::exposure::Exposure;
use crate::finding::{Assessment, Finding, UnreadableSource};
use crate::ids::{PrefixListId, RuleId};
use crate::offenders::Reaching;
use crate::partition::{Step, steps};
use crate::permission::Permission;
use crate::ports::PortSet;
use crate::prefix_lists::PrefixLists;
use crate::protocol::Protocol;
use crate::rule::Rule;
use crate::rule_ids::RuleIds;
use crate::settings::Settings;
use crate::source::Source;
use crate::sources::Sources;

/// Judges the inbound rules among `rules`. Their order does not matter.
///
/// Rules that name the same prefix list, or blocks of the same addresses, count as one source, and each source
/// is cut where others begin or end only once, so that a thousand rules take some thousandths of a second.
#[must_use]
pub fn assess(rules: &[Rule], lists: &PrefixLists, settings: &Settings) -> Assessment {
    let mut inbound = Vec::new();
    let mut unreadable: BTreeMap<PrefixListId, Vec<RuleId>> = BTreeMap::new();
    for rule in rules.iter().filter(|rule| !rule.is_egress) {
        match rule.permission.source.addresses(lists) {
            // The members of another group open nothing.
            Ok(addresses) if addresses.v4.is_empty() && addresses.v6.is_empty() => {}
            Ok(addresses) => inbound.push((rule, addresses)),
            Err(id) if reaches_unauthorized(rule, settings) => {
                let rule_ids = unreadable.entry(id.clone()).or_default();
                rule_ids.push(rule.id.clone());
            }
            Err(_) => {}
        }
    }
    inbound.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let mut ids: Vec<RuleId> = inbound.iter().map(|(rule, _)| rule.id.clone()).collect();
    ids.dedup();
    let ids: Arc<[RuleId]> = ids.into();
    let v4 = Inbound::of(&inbound, &ids, settings, |addresses| &addresses.v4);
    let v6 = Inbound::of(&inbound, &ids, settings, |addresses| &addresses.v6);
    let v4 = v4.into_iter().flat_map(|inbound| inbound.findings(settings));
    let v6 = v6.into_iter().flat_map(|inbound| inbound.findings(settings));
    Assessment {
        findings: v4.chain(v6).collect(),
        unreadable: unreadable
            .into_iter()
            .map(|(prefix_list_id, rule_ids)| UnreadableSource {
                prefix_list_id,
                rule_ids: rule_ids.into_iter().collect(),
            })
            .collect(),
    }
}

/// The prefix lists without which nobody can say whether a port is open: those that reach ports that may not be.
#[must_use]
pub fn deciding_lists(rules: &[Rule], settings: &Settings) -> BTreeSet<PrefixListId> {
    let inbound = rules.iter().filter(|rule| !rule.is_egress);
    let deciding = inbound.filter_map(|rule| match &rule.permission.source {
        Source::PrefixList(id) if reaches_unauthorized(rule, settings) => Some(id.clone()),
        _ => None,
    });
    deciding.collect()
}

fn reaches_unauthorized(rule: &Rule, settings: &Settings) -> bool {
    let Permission { protocol, .. } = &rule.permission;
    *protocol == Protocol::All || !settings.authorizes(protocol, rule.permission.ports(protocol).as_set())
}

/// The inbound rules that let in addresses of one family, each with a position.
struct Inbound<'a, T> {
    rules: Vec<InboundRule<'a>>,
    by_protocol: BTreeMap<&'a Protocol, Vec<usize>>,
    sources: Sources,
    /// The ids of all rules.
    ids: &'a Arc<[RuleId]>,
    family: PhantomData<T>,
}

struct InboundRule<'a> {
    rule: &'a Rule,
    /// The position of its source in the sources.
    source: usize,
    /// The position of its id in the ids.
    id: usize,
}

/// The unauthorized ports that are open, by how open they are and the positions of the rules that open them.
type Openings = HashMap<(Exposure, Bits), Vec<Span<u16>>>;

impl<'a, T: Address> Inbound<'a, T> {
    /// `None` where no rule lets in an address of the family.
    fn of(
        rules: &'a [(&'a Rule, Cow<'a, Addresses>)],
        ids: &'a Arc<[RuleId]>,
        settings: &Settings,
        family: impl Fn(&'a Addresses) -> &'a SpanSet<T>,
    ) -> Option<Self> {
        let mut positions: HashMap<&SpanSet<T>, usize> = HashMap::new();
        let mut sources: Vec<&SpanSet<T>> = Vec::new();
        let mut inbound: Vec<InboundRule<'a>> = Vec::new();
        let mut by_protocol: BTreeMap<&Protocol, Vec<usize>> = BTreeMap::new();
        let mut id = 0;
        for (rule, addresses) in rules {
            // Both are in the order of the ids.
            while ids.get(id).is_some_and(|id| *id < rule.id) {
                id += 1;
            }
            let addresses = family(addresses);
            if !addresses.is_empty() {
                let source = *positions.entry(addresses).or_insert_with(|| {
                    sources.push(addresses);
                    sources.len() - 1
                });
                by_protocol.entry(&rule.permission.protocol).or_default().push(inbound.len());
                inbound.push(InboundRule { rule, source, id });
            }
        }
        if sources.is_empty() {
            return None;
        }
        let sources = Sources::new(&sources, settings.open_level);
        Some(Self { rules: inbound, by_protocol, sources, ids, family: PhantomData })
    }

    fn findings(&self, settings: &Settings) -> Vec<Finding> {
        let with_ports = Protocol::WITH_PORTS.into_iter().filter(|protocol| protocol.is_over(T::FAMILY));
        let portless = self.by_protocol.keys().filter(|protocol| matches!(protocol, Protocol::Portless(_)));
        let protocols = with_ports.chain([Protocol::All]).chain(portless.map(|protocol| (*protocol).clone()));
        protocols.flat_map(|protocol| self.findings_of(&protocol, settings)).collect()
    }

    /// One finding for each set of rules that makes ports open.
    fn findings_of(&self, protocol: &Protocol, settings: &Settings) -> Vec<Finding> {
        let mut findings: Vec<Finding> = self
            .openings(protocol, settings)
            .into_iter()
            .map(|((exposure, offenders), ports)| Finding {
                family: T::FAMILY,
                protocol: protocol.clone(),
                exposure,
                ports: SpanSet::from_iter(ports).into(),
                rule_ids: self.ids_of(&offenders),
                handling: settings.handling(protocol),
            })
            .collect();
        findings.sort_by(|a, b| a.ports.cmp(&b.ports));
        findings
    }

    fn ids_of(&self, rules: &Bits) -> RuleIds {
        let mut chosen = Bits::none(self.ids.len());
        rules.iter().filter_map(|rule| self.rules.get(rule)).for_each(|one| chosen.insert(one.id));
        RuleIds::new(self.ids, chosen)
    }

    fn openings(&self, protocol: &Protocol, settings: &Settings) -> Openings {
        let of = |protocol| self.by_protocol.get(protocol).into_iter().flatten().copied();
        let for_all = of(&Protocol::All).filter(|_| *protocol != Protocol::All);
        let ports: Vec<(usize, PortSet)> = of(protocol)
            .chain(for_all)
            .filter_map(|rule| Some((rule, self.rules.get(rule)?.rule.permission.ports(protocol))))
            .collect();
        if ports.is_empty() {
            return Openings::new();
        }
        let mut own = Bits::none(self.rules.len());
        of(protocol).for_each(|rule| own.insert(rule));

        let mut open = Openings::new();
        let mut way = Way::new(self);
        let ports = ports.iter().map(|(rule, ports)| (*rule, ports.as_set()));
        for step in steps(ports, &settings.unauthorized(protocol)) {
            match step {
                Step::Turn(rule) => way.turn(rule),
                Step::Piece(piece) => {
                    let Some((exposure, offenders)) = way.offenders() else { continue };
                    // What rules for all traffic open alone is found as that.
                    if protocol.has_ports() || offenders.meets(&own) {
                        open.entry((exposure, offenders)).or_default().push(piece);
                    }
                }
            }
        }
        open
    }
}

/// The rules that reach some ports, on the way from port to port.
struct Way<'a, T> {
    inbound: &'a Inbound<'a, T>,
    rules: Bits,
    /// How many of the rules have each source.
    with_source: Vec<usize>,
    sources: Reaching<'a>,
    /// Many ports are reached from the same sources, which need be looked at once only: how open they are, and all rules of
    /// the offenders among them.
    known: HashMap<Bits, Option<(Exposure, Bits)>>,
}

impl<'a, T> Way<'a, T> {
    fn new(inbound: &'a Inbound<'a, T>) -> Self {
        Self {
            inbound,
            rules: Bits::none(inbound.rules.len()),
            with_source: vec![0; inbound.sources.held_by.len()],
            sources: Reaching::new(&inbound.sources),
            known: HashMap::new(),
        }
    }

    /// The rule at this position begins to reach the ports, or does so no more.
    fn turn(&mut self, rule: usize) {
        let Some(source) = self.inbound.rules.get(rule).map(|one| one.source) else { return };
        let Some(rules) = self.with_source.get_mut(source) else { return };
        if self.rules.contains(rule) {
            self.rules.remove(rule);
            *rules -= 1;
            if *rules == 0 {
                self.sources.turn(source);
            }
        } else {
            self.rules.insert(rule);
            *rules += 1;
            if *rules == 1 {
                self.sources.turn(source);
            }
        }
    }

    /// How open the ports are, and by which rules; `None` where they are not open.
    fn offenders(&mut self) -> Option<(Exposure, Bits)> {
        if !self.sources.may_be_open() {
            return None;
        }
        if !self.known.contains_key(self.sources.among()) {
            let opening = self.sources.opening().map(|opening| {
                let all = &self.inbound.rules;
                let offends = |rule| {
                    all.get(rule).is_some_and(|one: &InboundRule<'_>| opening.offenders.contains(one.source))
                };
                (opening.exposure, Bits::chosen(all.len(), offends))
            });
            self.known.insert(self.sources.among().clone(), opening);
        }
        let (exposure, of_offenders) = self.known.get(self.sources.among())?.as_ref()?;
        Some((*exposure, of_offenders.and(&self.rules)))
    }
}
