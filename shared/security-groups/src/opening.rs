//! What is open, put together for people: few findings, whatever the number of rules.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use network::{Exposure, Family, Handling, PortSet, Protocol, Rule, RuleId, Source, Span, SpanSet};
use remediation::{Finding, Remedy, Severity};
use serde_json::{Value, json};

use crate::{GroupAssessment, PrefixList, words};

/// How many sets of rules are findings of their own, and how many ids they may have together. Beyond that one
/// finding tells of them all: each set may hold almost every rule, and the space must not grow with the square.
const TOLD_APART: usize = 20;
const IDS_TOLD_APART: usize = 200;

/// What rules open to one address family.
pub(crate) struct Opening<'a> {
    assessment: &'a GroupAssessment,
    pieces: Vec<Piece<'a>>,
}

/// What the same rules open: with a rule for all traffic, ports of every protocol.
struct Piece<'a> {
    ids: &'a BTreeSet<RuleId>,
    rules: Vec<&'a Rule>,
    parts: Vec<&'a network::Finding>,
    first: &'a network::Finding,
}

/// The openings of a group, in the order of its findings.
pub(crate) fn openings(assessment: &GroupAssessment) -> Vec<Opening<'_>> {
    let pieces = pieces(assessment);
    let mut size: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for piece in &pieces {
        let (sets, ids) = size.entry(piece.key()).or_default();
        *sets += 1;
        *ids += piece.ids.len();
    }
    let mut openings: Vec<Opening<'_>> = Vec::new();
    let mut together: BTreeMap<_, Opening<'_>> = BTreeMap::new();
    for piece in pieces {
        let key = piece.key();
        let (sets, ids) = size.get(&key).copied().unwrap_or_default();
        if sets == 1 || (sets <= TOLD_APART && ids <= IDS_TOLD_APART) {
            openings.push(Opening { assessment, pieces: vec![piece] });
        } else {
            let all = together.entry(key).or_insert_with(|| Opening { assessment, pieces: Vec::new() });
            all.pieces.push(piece);
        }
    }
    openings.extend(together.into_values());
    openings
}

fn pieces(assessment: &GroupAssessment) -> Vec<Piece<'_>> {
    let rules: HashMap<&RuleId, &Rule> = assessment.group.rules.iter().map(|rule| (&rule.id, rule)).collect();
    let mut positions: BTreeMap<(Family, Exposure, &BTreeSet<RuleId>), usize> = BTreeMap::new();
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for finding in assessment.open() {
        let next = pieces.len();
        let position =
            *positions.entry((finding.family, finding.exposure, &finding.rule_ids)).or_insert(next);
        match pieces.get_mut(position) {
            Some(piece) => piece.parts.push(finding),
            None => pieces.push(Piece {
                ids: &finding.rule_ids,
                rules: finding.rule_ids.iter().filter_map(|id| rules.get(id).copied()).collect(),
                parts: vec![finding],
                first: finding,
            }),
        }
    }
    pieces
}

impl Piece<'_> {
    /// What may be told in one finding.
    fn key(&self) -> (Family, Exposure, bool) {
        (self.first.family, self.first.exposure, self.is_to_be_closed())
    }

    fn is_to_be_closed(&self) -> bool {
        self.parts.iter().any(|part| part.handling == Handling::Revoke)
    }

    fn is_icmp_only(&self) -> bool {
        self.parts.iter().all(|part| part.protocol.is_icmp())
    }

    fn severity(&self) -> Severity {
        let mut with_ports = self.parts.iter().filter(|part| !part.protocol.is_icmp());
        if self.is_icmp_only() {
            Severity::Low
        } else if with_ports.any(|part| self.opens_all_of(&part.protocol)) {
            Severity::Critical
        } else {
            Severity::High
        }
    }

    /// Whether each of the rules reaches every port of the protocol; nobody serves on port 0.
    fn opens_all_of(&self, protocol: &Protocol) -> bool {
        let every_port = Span::new(1, u16::MAX).unwrap_or(Span::FULL);
        self.rules.iter().all(|rule| rule.permission.ports(protocol).as_set().covers_span(every_port))
    }

    fn evidence(&self) -> Value {
        let ids: Vec<&str> = self.ids.iter().map(RuleId::as_str).collect();
        json!({ "ports": described(&ports(&self.parts)), "rules": words::list(&ids, "") })
    }
}

impl<'a> Opening<'a> {
    pub(crate) fn finding(&self) -> Finding {
        let rules = self.rules();
        let ports = ports(self.pieces.iter().flat_map(|piece| &piece.parts));
        Finding {
            kind: "open-ingress",
            severity: self.pieces.iter().map(Piece::severity).max().unwrap_or(Severity::Low),
            remedy: self.remedy(),
            summary: self.summary(&rules, &ports),
            evidence: self.evidence(&rules, &ports),
        }
    }

    /// Who deals with it: where Curfew closes a part of it, the rules go as a whole.
    pub(crate) fn remedy(&self) -> Remedy {
        let mut parts = self.pieces.iter().flat_map(|piece| &piece.parts);
        let closes = parts.any(|part| self.assessment.remedy_of_open(part) == Remedy::Close);
        if closes { Remedy::Close } else { Remedy::Report }
    }

    /// Whether nothing but ICMP is open.
    pub(crate) fn is_icmp_only(&self) -> bool {
        self.pieces.iter().all(Piece::is_icmp_only)
    }

    /// The rules, by id.
    fn rules(&self) -> Vec<&'a Rule> {
        match self.pieces.as_slice() {
            [only] => only.rules.clone(),
            pieces => {
                let rules = pieces.iter().flat_map(|piece| &piece.rules);
                let by_id: HashMap<&RuleId, &Rule> = rules.map(|rule| (&rule.id, *rule)).collect();
                let mut rules: Vec<&Rule> = by_id.into_values().collect();
                rules.sort_unstable_by_key(|rule| &rule.id);
                rules
            }
        }
    }

    fn summary(&self, rules: &[&Rule], ports: &BTreeMap<&Protocol, PortSet>) -> String {
        let (family, exposure) = self.reach();
        let internet = match family {
            Family::V4 => "the internet",
            Family::V6 => "the IPv6 internet",
        };
        let who = match exposure {
            Exposure::World => "Anyone on",
            _ => "Large parts of",
        };
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        let lists: Vec<String> = self.lists(rules).map(words::prefix_list).collect();
        let lists = if lists.is_empty() { String::new() } else { format!(" ({})", words::list(&lists, "")) };
        let traffic = self.traffic(rules, ports);
        format!("{who} {internet} may reach {traffic} through {}{lists}", words::rules(&ids))
    }

    fn reach(&self) -> (Family, Exposure) {
        let first = self.pieces.first().map(|piece| (piece.first.family, piece.first.exposure));
        first.unwrap_or((Family::V4, Exposure::None))
    }

    /// The prefix lists that the rules have as their sources.
    fn lists(&self, rules: &[&Rule]) -> impl Iterator<Item = &'a PrefixList> {
        let named: BTreeSet<_> = rules
            .iter()
            .filter_map(|rule| match &rule.permission.source {
                Source::PrefixList(id) => Some(id.clone()),
                _ => None,
            })
            .collect();
        self.assessment.group.prefix_lists.iter().filter(move |list| named.contains(&list.id))
    }

    fn traffic(&self, rules: &[&Rule], ports: &BTreeMap<&Protocol, PortSet>) -> String {
        let mut protocols: Vec<&Protocol> = rules.iter().map(|rule| &rule.permission.protocol).collect();
        protocols.dedup();
        match protocols.as_slice() {
            [Protocol::Other(name)] => format!("IP protocol {name}"),
            all if all.iter().all(|protocol| !protocol.has_ports()) => {
                "every port of every protocol".to_owned()
            }
            _ => {
                let parts: Vec<String> =
                    ports.iter().map(|(protocol, ports)| self.part(protocol, ports)).collect();
                words::list(&parts, "")
            }
        }
    }

    /// Such as `tcp 22 (SSH)`, `every udp port` or `icmp type 8`.
    fn part(&self, protocol: &Protocol, ports: &PortSet) -> String {
        let is_of = |piece: &&Piece<'_>| piece.parts.iter().any(|part| part.protocol == *protocol);
        if self.pieces.iter().filter(is_of).any(|piece| piece.opens_all_of(protocol)) {
            let what = if protocol.is_icmp() { "type" } else { "port" };
            return format!("every {protocol} {what}");
        }
        let services = match words::list(&network::services(protocol, ports), " services") {
            none if none.is_empty() => none,
            services => format!(" ({services})"),
        };
        format!("{protocol} {}{services}", words::list(&ports.describe(protocol), " ranges"))
    }

    /// The rules by id: what they say stands in the state before.
    fn evidence(&self, rules: &[&Rule], ports: &BTreeMap<&Protocol, PortSet>) -> Value {
        let (family, exposure) = self.reach();
        let mut services: Vec<&str> = Vec::new();
        for service in ports.iter().flat_map(|(protocol, ports)| network::services(protocol, ports)) {
            if !services.contains(&service) {
                services.push(service);
            }
        }
        let mut evidence = json!({
            "family": family,
            "exposure": exposure,
            "ports": described(ports),
            "services": services,
            "rules": rules.iter().map(|rule| &rule.id).collect::<Vec<_>>(),
        });
        if let (Value::Object(evidence), [_, _, ..]) = (&mut evidence, self.pieces.as_slice()) {
            let first: Vec<Value> = self.pieces.iter().take(TOLD_APART).map(Piece::evidence).collect();
            evidence.insert("pieces".to_owned(), first.into());
            evidence.insert("piece_count".to_owned(), self.pieces.len().into());
        }
        evidence
    }
}

/// The open ports by protocol.
fn ports<'a>(parts: impl IntoIterator<Item = &'a &'a network::Finding>) -> BTreeMap<&'a Protocol, PortSet> {
    let mut spans: BTreeMap<&Protocol, Vec<Span<u16>>> = BTreeMap::new();
    for part in parts {
        spans.entry(&part.protocol).or_default().extend(part.ports.as_set().spans());
    }
    spans.into_iter().map(|(protocol, spans)| (protocol, SpanSet::from_iter(spans).into())).collect()
}

fn described(ports: &BTreeMap<&Protocol, PortSet>) -> BTreeMap<String, Vec<String>> {
    let describe =
        |(protocol, ports): (&&Protocol, &PortSet)| (protocol.as_str().to_owned(), ports.describe(protocol));
    ports.iter().map(describe).collect()
}
