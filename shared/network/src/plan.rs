//! The smallest change that closes a group.

use std::collections::{BTreeSet, HashMap};

use serde::{Deserialize, Serialize};

use crate::finding::{Assessment, Finding};
use crate::ids::RuleId;
use crate::offending::Offending;
use crate::permission::Permission;
use crate::portless::Portless;
use crate::protocol::Protocol;
use crate::remainder::{Present, Remainder, portless_remainder};
use crate::rule::Rule;
use crate::rule_ids::RuleIds;
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
        let is_portless = |rule: &&Rule| matches!(rule.permission.protocol, Protocol::Portless(_));
        let mut by_protocol: HashMap<&Protocol, Vec<RuleId>> = HashMap::new();
        for rule in rules.iter().filter(is_portless) {
            by_protocol.entry(&rule.permission.protocol).or_default().push(rule.id.clone());
        }
        let by_protocol: HashMap<&Protocol, RuleIds> =
            by_protocol.into_iter().map(|(protocol, ids)| (protocol, ids.into_iter().collect())).collect();
        let goes = |finding: &Finding| match &finding.protocol {
            own @ Protocol::Portless(_) => {
                by_protocol.get(own).map(|own| finding.rule_ids.and(own)).unwrap_or_default()
            }
            _ => finding.rule_ids.clone(),
        };
        let revoked = findings.clone().filter(|finding| finding.handling == Handling::Revoke);
        let revoke = RuleIds::union_of(&revoked.map(goes).collect::<Vec<_>>());
        if revoke.is_empty() {
            return Self::default();
        }
        let offending = Protocol::WITH_PORTS.map(|protocol| {
            let offending = Offending::new(&protocol, findings.clone(), &revoke);
            (protocol, offending)
        });
        let (going, staying): (Vec<&Rule>, Vec<&Rule>) =
            rules.iter().filter(|rule| !rule.is_egress).partition(|rule| revoke.contains(&rule.id));
        let mut present: HashMap<Source, Present> = HashMap::new();
        for rule in staying {
            present.entry(rule.permission.source.masked()).or_default().add(&rule.permission);
        }
        let mut plan = Self { revoke: revoke.iter().cloned().collect(), ..Self::default() };
        for rule in going {
            let present = present.entry(rule.permission.source.masked()).or_default();
            let of_rule = |protocol: &Protocol| {
                rule.permission.protocol == *protocol || rule.permission.protocol == Protocol::All
            };
            for (protocol, offending) in offending.iter().filter(|(protocol, _)| of_rule(protocol)) {
                match Remainder::of(&rule.permission, protocol, &offending.of(&rule.id), present) {
                    Remainder::PutBack(permissions) => {
                        permissions.iter().for_each(|permission| present.add(permission));
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
            portless.iter().for_each(|permission| present.add(permission));
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
