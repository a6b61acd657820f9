//! What one set of rules opens.

use std::collections::{BTreeMap, HashMap};

use network::{Exposure, Family, Handling, PortSet, Protocol, Rule, RuleId, RuleIds, Span, SpanSet};
use remediation::Severity;
use serde_json::{Value, json};

use crate::{GroupAssessment, words};

/// The rules of a group by their ids.
pub(super) type Rules<'a> = HashMap<&'a RuleId, &'a Rule>;

/// What the same rules open: with a rule for all traffic, ports of every protocol.
pub(super) struct Piece<'a> {
    pub(super) ids: &'a RuleIds,
    pub(super) parts: Vec<&'a network::Finding>,
    pub(super) first: &'a network::Finding,
}

/// What each set of rules opens, in the order of the findings.
pub(super) fn pieces(assessment: &GroupAssessment) -> Vec<Piece<'_>> {
    let mut positions: BTreeMap<(Family, Exposure, &RuleIds), usize> = BTreeMap::new();
    let mut pieces: Vec<Piece<'_>> = Vec::new();
    for finding in assessment.open() {
        let next = pieces.len();
        let position =
            *positions.entry((finding.family, finding.exposure, &finding.rule_ids)).or_insert(next);
        match pieces.get_mut(position) {
            Some(piece) => piece.parts.push(finding),
            None => pieces.push(Piece { ids: &finding.rule_ids, parts: vec![finding], first: finding }),
        }
    }
    pieces
}

impl Piece<'_> {
    /// What may be told in one finding. A protocol without ports is told apart from everything else.
    pub(super) fn key(&self) -> (Family, Exposure, bool, bool) {
        (self.first.family, self.first.exposure, self.is_to_be_closed(), self.is_portless())
    }

    fn is_portless(&self) -> bool {
        matches!(self.first.protocol, Protocol::Portless(_))
    }

    fn is_to_be_closed(&self) -> bool {
        self.parts.iter().any(|part| part.handling == Handling::Revoke)
    }

    pub(super) fn is_icmp_only(&self) -> bool {
        self.parts.iter().all(|part| part.protocol.is_icmp())
    }

    pub(super) fn severity(&self, rules: &Rules<'_>) -> Severity {
        let is_on_ports = |protocol: &Protocol| protocol.has_ports() && !protocol.is_icmp();
        let mut with_ports = self.parts.iter().filter(|part| is_on_ports(&part.protocol));
        if self.is_icmp_only() {
            Severity::Low
        } else if with_ports.any(|part| self.opens_all_of(&part.protocol, rules)) {
            Severity::Critical
        } else {
            Severity::High
        }
    }

    /// Whether each of the rules reaches every port of the protocol; nobody serves on port 0.
    pub(super) fn opens_all_of(&self, protocol: &Protocol, rules: &Rules<'_>) -> bool {
        let every_port = Span::new(1, u16::MAX).unwrap_or(Span::FULL);
        let mut own = self.ids.iter().filter_map(|id| rules.get(id));
        own.all(|rule| rule.permission.ports(protocol).as_set().covers_span(every_port))
    }

    pub(super) fn evidence(&self) -> Value {
        let ids: Vec<&str> = self.ids.iter().map(RuleId::as_str).collect();
        json!({ "ports": described(&ports(&self.parts)), "rules": words::list(&ids, "") })
    }
}

/// The open ports by protocol, none of one without ports.
pub(super) fn ports<'a>(
    parts: impl IntoIterator<Item = &'a &'a network::Finding>,
) -> BTreeMap<&'a Protocol, PortSet> {
    let mut spans: BTreeMap<&Protocol, Vec<Span<u16>>> = BTreeMap::new();
    for part in parts {
        spans.entry(&part.protocol).or_default().extend(part.ports.as_set().spans());
    }
    spans.into_iter().map(|(protocol, spans)| (protocol, SpanSet::from_iter(spans).into())).collect()
}

/// The same, as people read it.
pub(super) fn described(ports: &BTreeMap<&Protocol, PortSet>) -> BTreeMap<String, Vec<String>> {
    let describe =
        |(protocol, ports): (&&Protocol, &PortSet)| (protocol.as_str().to_owned(), ports.describe(protocol));
    ports.iter().map(describe).collect()
}
