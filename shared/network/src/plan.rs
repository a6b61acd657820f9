//! The smallest change that closes a group.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::finding::{Assessment, Finding};
use crate::ids::RuleId;
use crate::permission::Permission;
use crate::portless::Portless;
use crate::protocol::Protocol;
use crate::remainder::{Remainder, portless_remainder};
use crate::rule::Rule;
use crate::settings::{Handling, Settings};
use crate::source::Source;

/// What to change in a group: first everything in `restore` is authorized, then `revoke` is revoked.
///
/// A rule is revoked if a finding that is to be revoked names it. What it let through besides, on ports
/// on which no finding names it, is put back for the same source: those that are authorized and those
/// that the rule does not help to open. So 80-8080 from 0.0.0.0/0 leaves 80 and 443.
///
/// Of a protocol without ports only its own rules are revoked. Rules for all traffic that help to open it stay: alone
/// they would be found as what opens every protocol.
///
/// A rule of all traffic leaves such ports of TCP and UDP, the ICMP of its source's family, and the protocols without
/// ports that are authorized; the others without ports go. Where open ICMP is only reported and it takes too many rules
/// to tell its types apart, that is all of it; but a rule whose ICMP is open as a whole leaves none, since it is not
/// authorized.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Plan {
    /// What is put back before anything is revoked, so that nothing legitimate is cut even for a moment.
    pub restore: Vec<Restoration>,
    /// What is not put back, though it is not open.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub cut: Vec<Cut>,
    /// The rules that go.
    pub revoke: BTreeSet<RuleId>,
}

/// A part of a rule that is put back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restoration {
    /// The rule of which this is a part, and whose tags the new rule gets.
    pub part_of: RuleId,
    /// What is put back, with the source and the description of that rule.
    pub permission: Permission,
}

/// ICMP that goes with a rule, because it takes too many rules to say it: EC2 has no ranges of types.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cut {
    /// The rule of which this was a part.
    pub part_of: RuleId,
    /// One of the two ICMPs.
    pub protocol: Protocol,
    /// The types and codes, as in `types 0-7`.
    pub types: Vec<String>,
    /// Where they were let in from.
    pub source: Source,
    /// How many rules it takes.
    pub rules: usize,
}

impl Plan {
    /// Plans what clears `assessment`, which is that of `rules` by these settings.
    #[must_use]
    pub fn new(rules: &[Rule], assessment: &Assessment, settings: &Settings) -> Self {
        Self::clearing(rules, assessment.findings.iter(), &settings.authorized_protocols)
    }

    /// Plans what clears `findings`, which are those of `rules` or some of them, where these protocols without ports
    /// may be open.
    pub fn clearing<'a>(
        rules: &[Rule],
        findings: impl Iterator<Item = &'a Finding> + Clone,
        authorized: &BTreeSet<Portless>,
    ) -> Self {
        let by_id: HashMap<&RuleId, &Rule> = rules.iter().map(|rule| (&rule.id, rule)).collect();
        let goes = |finding: &Finding, id: &RuleId| match &finding.protocol {
            own @ Protocol::Portless(_) => by_id.get(id).is_some_and(|rule| rule.permission.protocol == *own),
            _ => true,
        };
        let revoked = findings.clone().filter(|finding| finding.handling == Handling::Revoke);
        let revoke: BTreeSet<RuleId> = revoked
            .flat_map(|finding| finding.rule_ids.iter().filter(|id| goes(finding, id)))
            .cloned()
            .collect();
        let mut offending: HashMap<(&Protocol, &RuleId), Vec<_>> = HashMap::new();
        for finding in findings {
            for id in &finding.rule_ids {
                offending.entry((&finding.protocol, id)).or_default().push(finding);
            }
        }
        let inbound = || rules.iter().filter(|rule| !rule.is_egress);
        let mut present: BTreeMap<Source, Vec<Permission>> = BTreeMap::new();
        for rule in inbound().filter(|rule| !revoke.contains(&rule.id)) {
            let same_source = present.entry(rule.permission.source.masked()).or_default();
            same_source.push(rule.permission.clone());
        }
        let mut plan = Self { revoke, ..Self::default() };
        for rule in inbound().filter(|rule| plan.revoke.contains(&rule.id)) {
            let present = present.entry(rule.permission.source.masked()).or_default();
            for protocol in &Protocol::WITH_PORTS {
                let offending = offending.get(&(protocol, &rule.id)).map(Vec::as_slice).unwrap_or_default();
                match Remainder::of(&rule.permission, protocol, offending, present) {
                    Remainder::PutBack(permissions) => {
                        present.extend(permissions.iter().cloned());
                        let part = |permission| Restoration { part_of: rule.id.clone(), permission };
                        plan.restore.extend(permissions.into_iter().map(part));
                    }
                    Remainder::TooManyRules { ports, rules } => plan.cut.push(Cut {
                        part_of: rule.id.clone(),
                        protocol: protocol.clone(),
                        types: ports.describe(protocol),
                        source: rule.permission.source.clone(),
                        rules,
                    }),
                }
            }
            let portless = portless_remainder(&rule.permission, authorized, present);
            present.extend(portless.iter().cloned());
            let part = |permission| Restoration { part_of: rule.id.clone(), permission };
            plan.restore.extend(portless.into_iter().map(part));
        }
        plan
    }

    /// Whether there is nothing to change.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.revoke.is_empty()
    }
}
