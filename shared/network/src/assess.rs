//! Judging the inbound rules of a group.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::marker::PhantomData;

use addresses::{Address, Addresses, Span, SpanSet};

use crate::exposure::Exposure;
use crate::finding::{Assessment, Finding, UnreadableSource};
use crate::ids::{PrefixListId, RuleId};
use crate::offenders::{Opening, Sources};
use crate::partition::sweep;
use crate::ports::PortSet;
use crate::prefix_lists::PrefixLists;
use crate::protocol::Protocol;
use crate::rule::Rule;
use crate::settings::Settings;
use crate::source::Source;

/// Judges the inbound rules among `rules`. Their order does not matter.
///
/// Rules that name the same prefix list, or blocks of the same addresses, count as one source, and each source
/// is cut where others begin or end only once, so that a thousand rules take some hundredths of a second.
#[must_use]
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
    // Sets of ids are made faster from ids in order.
    inbound.sort_by(|(a, _), (b, _)| a.id.cmp(&b.id));
    let v4 = Inbound::of(&inbound, settings, |addresses| &addresses.v4).findings(settings);
    let v6 = Inbound::of(&inbound, settings, |addresses| &addresses.v6).findings(settings);
    Assessment {
        findings: v4.into_iter().chain(v6).collect(),
        unreadable: unreadable
            .into_iter()
            .map(|(prefix_list_id, rule_ids)| UnreadableSource { prefix_list_id, rule_ids })
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
    Protocol::WITH_PORTS.iter().chain([&rule.permission.protocol]).any(|protocol| {
        let reached = rule.permission.ports(protocol);
        let unauthorized = settings.unauthorized(protocol);
        !reached.as_set().intersection(&unauthorized).is_empty()
    })
}

/// The inbound rules that let in addresses of one family.
struct Inbound<'a, T> {
    rules: Vec<InboundRule<'a>>,
    sources: Sources,
    family: PhantomData<T>,
}

struct InboundRule<'a> {
    rule: &'a Rule,
    /// The position of its source in the sources.
    source: usize,
}

impl<'a, T: Address> Inbound<'a, T> {
    fn of(
        rules: &'a [(&'a Rule, Cow<'a, Addresses>)],
        settings: &Settings,
        family: impl Fn(&'a Addresses) -> &'a SpanSet<T>,
    ) -> Self {
        let mut sources: BTreeMap<&SpanSet<T>, usize> = BTreeMap::new();
        let mut inbound = Vec::new();
        for (rule, addresses) in rules {
            let addresses = family(addresses);
            if !addresses.is_empty() {
                let next = sources.len();
                let source = *sources.entry(addresses).or_insert(next);
                inbound.push(InboundRule { rule, source });
            }
        }
        let mut in_order: Vec<(usize, &SpanSet<T>)> =
            sources.into_iter().map(|(set, position)| (position, set)).collect();
        in_order.sort_unstable_by_key(|(position, _)| *position);
        let in_order: Vec<&SpanSet<T>> = in_order.into_iter().map(|(_, set)| set).collect();
        Self { rules: inbound, sources: Sources::new(&in_order, settings.open_level), family: PhantomData }
    }

    fn findings(&self, settings: &Settings) -> Vec<Finding> {
        let with_ports = Protocol::WITH_PORTS.into_iter().filter(|protocol| protocol.is_over(T::FAMILY));
        let protocols = with_ports.chain([Protocol::All]).chain(self.portless());
        protocols.flat_map(|protocol| self.findings_of(&protocol, settings)).collect()
    }

    /// The protocols without ports for which there are rules.
    fn portless(&self) -> BTreeSet<Protocol> {
        let protocols = self.rules.iter().map(|one| &one.rule.permission.protocol);
        protocols.filter(|protocol| matches!(protocol, Protocol::Portless(_))).cloned().collect()
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
                rule_ids: offenders
                    .iter()
                    .filter_map(|position| self.rules.get(*position))
                    .map(|offender| offender.rule.id.clone())
                    .collect(),
                handling: settings.handling(protocol),
            })
            .collect();
        findings.sort_by(|a, b| a.ports.cmp(&b.ports));
        findings
    }

    /// The unauthorized ports that are open, by how open they are and the positions of the rules that open them.
    fn openings(
        &self,
        protocol: &Protocol,
        settings: &Settings,
    ) -> HashMap<(Exposure, Vec<usize>), Vec<Span<u16>>> {
        let ports: Vec<PortSet> = self.rules.iter().map(|one| one.rule.permission.ports(protocol)).collect();
        let ports: Vec<_> = ports.iter().map(PortSet::as_set).collect();

        let mut open: HashMap<(Exposure, Vec<usize>), Vec<Span<u16>>> = HashMap::new();
        // Many ports are reached from the same sources, which need be looked at once only.
        let mut known: HashMap<Vec<usize>, Option<Opening>> = HashMap::new();
        sweep(&ports, &settings.unauthorized(protocol), |piece, positions| {
            let reaching =
                || positions.iter().filter_map(|position| Some((*position, self.rules.get(*position)?)));
            let sources: BTreeSet<usize> = reaching().map(|(_, one)| one.source).collect();
            let opening = known
                .entry(sources.into_iter().collect())
                .or_insert_with_key(|sources| self.sources.opening(sources));
            if let Some(opening) = opening {
                let offends = |source: &usize| opening.offenders.contains(source);
                let offenders = || reaching().filter(|(_, one)| offends(&one.source));
                // What rules for all traffic open alone is found as that.
                if offenders().any(|(_, one)| one.rule.permission.protocol == *protocol)
                    || protocol.has_ports()
                {
                    let key = (opening.exposure, offenders().map(|(position, _)| position).collect());
                    open.entry(key).or_default().push(piece);
                }
            }
        });
        open
    }
}
