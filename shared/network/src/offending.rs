//! What findings complain about, rule by rule.

use std::collections::HashMap;
use std::sync::Arc;

use addresses::{Span, SpanSet};

use crate::bits::Bits;
use crate::finding::Finding;
use crate::ids::RuleId;
use crate::protocol::Protocol;
use crate::rule_ids::RuleIds;
use crate::settings::Handling;

/// What of one protocol is complained about in a rule.
#[derive(Debug, Clone)]
pub(crate) struct Open {
    /// The ports.
    pub(crate) ports: SpanSet<u16>,
    /// Whether all of it is only reported.
    pub(crate) is_reported: bool,
}

/// What findings of one protocol complain about, by the rules that they name.
pub(crate) struct Offending {
    ids: Arc<[RuleId]>,
    /// The ports, by the position of the rule among the ids. They may come in any order.
    spans: HashMap<usize, Vec<Span<u16>>>,
    /// The rules that a finding names which is not only reported.
    to_revoke: Bits,
}

impl Offending {
    /// What the findings of `protocol` say about the rules in `of`.
    ///
    /// Findings of one address family share no port, as a rule. From one to the next few rules come and go, so that each
    /// rule is looked at where it begins and where it ends: a thousand findings may name it.
    pub(crate) fn new<'a>(
        protocol: &Protocol,
        findings: impl Iterator<Item = &'a Finding>,
        of: &RuleIds,
    ) -> Self {
        let ids = of.shared();
        let mut named: Vec<(Span<u16>, Bits)> = Vec::new();
        let mut to_revoke = Bits::none(ids.len());
        for finding in findings.filter(|finding| finding.protocol == *protocol) {
            let rules = finding.rule_ids.among(ids).and(&of.among(ids));
            if finding.handling == Handling::Revoke {
                to_revoke.add(&rules);
            }
            named.extend(finding.ports.as_set().spans().iter().map(|span| (*span, rules.clone())));
        }
        named.sort_by_key(|(span, _)| *span);
        let mut layers: Vec<Layer> = Vec::new();
        let mut spans: HashMap<usize, Vec<Span<u16>>> = HashMap::new();
        for (span, rules) in named {
            match layers.iter_mut().find(|layer| layer.last.is_none_or(|last| last < span.first())) {
                Some(layer) => layer.go_on(span, rules, &mut spans),
                None => {
                    let mut layer = Layer::new(ids.len());
                    layer.go_on(span, rules, &mut spans);
                    layers.push(layer);
                }
            }
        }
        layers.iter_mut().for_each(|layer| layer.end(&mut spans));
        Self { ids: Arc::clone(ids), spans, to_revoke }
    }

    /// What is complained about in this rule.
    pub(crate) fn of(&self, id: &RuleId) -> Open {
        let rule = self.ids.binary_search(id).ok();
        let spans = rule.and_then(|rule| self.spans.get(&rule)).into_iter().flatten();
        Open {
            ports: spans.copied().collect(),
            is_reported: !rule.is_some_and(|rule| self.to_revoke.contains(rule)),
        }
    }
}

/// Spans one after the other, which share no port, with the rules that are named there.
struct Layer {
    last: Option<u16>,
    rules: Bits,
    /// Where each of these rules began to be named without a break.
    since: Vec<u16>,
}

impl Layer {
    fn new(size: usize) -> Self {
        Self { last: None, rules: Bits::none(size), since: vec![0; size] }
    }

    fn go_on(&mut self, span: Span<u16>, rules: Bits, ended: &mut HashMap<usize, Vec<Span<u16>>>) {
        if self.last.and_then(|last| last.checked_add(1)) != Some(span.first()) {
            self.end(ended);
        }
        self.end_of(&self.rules.without(&rules), ended);
        for rule in rules.without(&self.rules).iter() {
            if let Some(since) = self.since.get_mut(rule) {
                *since = span.first();
            }
        }
        self.rules = rules;
        self.last = Some(span.last());
    }

    /// Nothing follows on the last span.
    fn end(&mut self, ended: &mut HashMap<usize, Vec<Span<u16>>>) {
        self.end_of(&self.rules, ended);
        self.rules = Bits::none(self.since.len());
    }

    fn end_of(&self, rules: &Bits, ended: &mut HashMap<usize, Vec<Span<u16>>>) {
        for rule in rules.iter() {
            let since = self.since.get(rule).copied();
            let span = since.zip(self.last).and_then(|(first, last)| Span::new(first, last));
            ended.entry(rule).or_default().extend(span);
        }
    }
}
