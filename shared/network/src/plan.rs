//! The smallest change that closes a group.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::{
    finding::Assessment, ids::RuleId, permission::Permission, ports::PortSet, protocol::Protocol, rule::Rule,
    span_set::SpanSet,
};

/// What to change in a group: first everything in `restore` is authorized, then `revoke` is revoked.
///
/// A rule is revoked if a finding that is to be revoked names it. What it let through besides, on ports
/// on which no finding names it, is put back for the same source: those that are authorized and those
/// that the rule does not help to open. So 80-8080 from 0.0.0.0/0 leaves 80 and 443.
///
/// A rule of all traffic leaves such ports of TCP, UDP and ICMP. Two things are not put back. Open ICMP
/// that such a rule let in goes with it, even where ICMP alone would only be reported: it is not
/// authorized, and a plan writes no rule that the next assessment would complain about. Protocols
/// without ports go too: a rule for one of them counts as reaching every port. For the same reason a
/// rule of such a protocol leaves nothing, since a TCP rule in its stead would let in what it never did.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Plan {
    /// What is put back before anything is revoked, so that nothing legitimate is cut even for a moment.
    pub restore: Vec<Restoration>,
    /// The rules that go.
    pub revoke: BTreeSet<RuleId>,
}

/// A part of a rule that is put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Restoration {
    /// The rule of which this is a part, and whose tags the new rule gets.
    pub part_of: RuleId,
    /// What is put back, with the source and the description of that rule.
    pub permission: Permission,
}

impl Plan {
    /// Plans what clears `assessment`, which is that of `rules`.
    pub fn new(rules: &[Rule], assessment: &Assessment) -> Self {
        let findings = assessment.to_revoke();
        let revoke: BTreeSet<RuleId> = findings.flat_map(|finding| &finding.rule_ids).cloned().collect();
        let inbound = || rules.iter().filter(|rule| !rule.is_egress);
        let mut present: Vec<Permission> =
            inbound().filter(|rule| !revoke.contains(&rule.id)).map(|rule| rule.permission.clone()).collect();
        let mut restore = Vec::new();
        for rule in inbound().filter(|rule| revoke.contains(&rule.id)) {
            for permission in rest_of(rule, assessment, &present) {
                present.push(permission.clone());
                restore.push(Restoration { part_of: rule.id.clone(), permission });
            }
        }
        Self { restore, revoke }
    }

    /// Whether there is nothing to change.
    pub fn is_empty(&self) -> bool {
        self.revoke.is_empty()
    }

    /// The rules of a group after this plan. What is put back is called by what it says, because AWS
    /// gives it an id only then.
    pub fn apply_to(&self, rules: &[Rule]) -> Vec<Rule> {
        let restored = self.restore.iter().map(|restoration| {
            let original = rules.iter().find(|rule| rule.id == restoration.part_of);
            Rule {
                tags: original.map(|rule| rule.tags.clone()).unwrap_or_default(),
                ..Rule::unnamed(restoration.permission.clone())
            }
        });
        let kept = rules.iter().filter(|rule| !self.revoke.contains(&rule.id));
        kept.cloned().chain(restored).collect()
    }
}

/// What `rule` lets through on ports on which no finding names it, less what `present` has anyway.
fn rest_of(rule: &Rule, assessment: &Assessment, present: &[Permission]) -> Vec<Permission> {
    if matches!(rule.permission.protocol, Protocol::Other(_)) {
        return Vec::new();
    }
    Protocol::WITH_PORTS
        .iter()
        .flat_map(|protocol| {
            let offending = assessment
                .findings
                .iter()
                .filter(|finding| finding.protocol == *protocol)
                .filter(|finding| finding.rule_ids.contains(&rule.id))
                .map(|finding| finding.ports.clone());
            let there = present
                .iter()
                .filter(|other| other.source.is_same(&rule.permission.source))
                .map(|other| other.ports(protocol));
            let superfluous = union(offending.chain(there));
            let reached = rule.permission.ports(protocol);
            rule.permission.narrowed(protocol, &reached.as_set().without(&superfluous))
        })
        .collect()
}

fn union(sets: impl Iterator<Item = PortSet>) -> SpanSet<u16> {
    sets.flat_map(|set| set.as_set().spans().to_vec()).collect()
}
