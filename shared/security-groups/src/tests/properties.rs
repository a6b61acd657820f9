//! What holds for every group, through the real control.

use std::time::SystemTime;

use events::{AccountId, VpcId};
use exposure::Query;
use network::{Assessment, Exposure, Handling, PrefixLists, Protocol, Rule, Source};
use proptest::prelude::*;
use remediation::{Describe, Judge, Outcome, Remedy};

use super::memory::Memory;
use super::{GROUP, WORLD, WORLD6, control, group_id, read, rule, settings, walk};
use crate::Interface;

const SOURCES: [&str; 14] = [
    WORLD,
    WORLD6,
    "0.0.0.0/1",
    "128.0.0.0/1",
    "2000::/4",
    "3000::/4",
    "10.0.0.0/8",
    "203.0.114.0/24",
    "2600::/16",
    "sg-1",
    GROUP,
    "pl-world",
    "pl-offices",
    "pl-half",
];

const PORTS: [u16; 12] = [0, 1, 22, 53, 79, 80, 81, 442, 443, 444, 8080, 65_535];

pub(super) fn any_rule() -> impl Strategy<Value = Rule> {
    let protocol =
        proptest::sample::select(vec!["tcp", "tcp", "tcp", "udp", "icmp", "icmpv6", "-1", "47", "50"]);
    let port = || proptest::sample::select(PORTS.to_vec());
    let source = proptest::sample::select(SOURCES.to_vec());
    (protocol, port(), port(), source, any::<bool>()).prop_map(|(protocol, a, b, source, egress)| {
        let ports = match protocol {
            "icmp" | "icmpv6" if a % 2 == 0 => "8-0".to_owned(),
            "tcp" | "udp" => format!("{}-{}", a.min(b), a.max(b)),
            _ => "all".to_owned(),
        };
        Rule { is_egress: egress && a % 3 == 0, ..rule("", protocol, &ports, source) }
    })
}

/// EC2 has no two rules that say the same.
pub(super) fn any_rules() -> impl Strategy<Value = Vec<Rule>> {
    proptest::collection::vec(any_rule(), 0..24).prop_map(|mut rules| {
        rules.sort();
        rules.dedup();
        let number =
            |(index, rule): (usize, Rule)| Rule { id: format!("sgr-{index:03}").as_str().into(), ..rule };
        rules.into_iter().enumerate().map(number).collect()
    })
}

pub(super) fn memory(rules: &[Rule]) -> Memory {
    let memory = Memory::of(rules.to_vec())
        .with_list("pl-world", "210987654321", &["0.0.0.0/0", "2000::/3"])
        .with_list("pl-offices", "210987654321", &["203.0.114.0/24"])
        .with_list("pl-half", "210987654321", &["0.0.0.0/1"]);
    memory.room_for.set(10_000);
    memory
}

fn lists(memory: &Memory) -> PrefixLists {
    let mut lists = PrefixLists::default();
    for (id, (_, blocks)) in memory.lists.borrow().iter() {
        lists.insert((*id).into(), blocks.clone());
    }
    lists
}

/// Whether inbound rules of this very source reach the port.
fn reaches(rules: &[Rule], of: &Rule, protocol: &Protocol, port: u16) -> bool {
    rules.iter().any(|rule| {
        !rule.is_egress
            && rule.permission.source.is_same(&of.permission.source)
            && rule.permission.ports(protocol).as_set().contains(port)
    })
}

/// Whether a finding that is closed names the rule on the port, or the rule goes for another port of a
/// protocol without ports.
fn offends(assessment: &Assessment, rule: &Rule, protocol: &Protocol, port: u16) -> bool {
    assessment.findings.iter().any(|finding| {
        finding.rule_ids.contains(&rule.id)
            && finding.protocol == *protocol
            && finding.ports.as_set().contains(port)
    })
}

proptest! {
    #[test]
    fn after_revoking_nothing_is_open_and_what_was_right_reaches_what_it_reached(
        rules in any_rules(),
        own in proptest::sample::select(vec![
            "{}",
            r#"{"open_level": "broad"}"#,
            r#"{"icmp": "revoke", "authorized_protocols": ["gre"]}"#,
            r#"{"authorized_tcp_ports": [], "authorized_udp_ports": "53-442"}"#,
        ]),
    ) {
        let memory = memory(&rules);
        let (lists, network) = (lists(&memory), settings(own).network);
        let assessment = network::assess(&rules, &lists, &network);
        let control = control(&memory, own);
        let report = walk(&control);
        let after = memory.rules.borrow().clone();

        prop_assert!(matches!(report.outcome, Outcome::Compliant | Outcome::Alerted | Outcome::Remediated));
        prop_assert!(network::assess(&after, &lists, &network).is_closed());
        for protocol in Protocol::WITH_PORTS.iter().take(2) {
            for port in PORTS {
                let exposures = Query::port(protocol.clone(), port).answer(&after, &lists).exposures;
                let authorized = match protocol {
                    Protocol::Tcp => network.authorized_tcp_ports.as_set().contains(port),
                    _ => network.authorized_udp_ports.as_set().contains(port),
                };
                prop_assert!(authorized || exposures.v4.max(exposures.v6) < Exposure::World);
            }
        }

        for protocol in &Protocol::WITH_PORTS {
            for port in PORTS {
                for rule in rules.iter().filter(|rule| !rule.is_egress) {
                    let was = rule.permission.ports(protocol).as_set().contains(port);
                    // Of all traffic, ICMP of the other family is none.
                    let pair = (protocol, &rule.permission.source);
                    let other = matches!(pair, (Protocol::Icmp, Source::V6(_)) | (Protocol::Icmpv6, Source::V4(_)));
                    let whole = (rule.permission.protocol == Protocol::All && other)
                        || (protocol.is_icmp() && network.icmp == Handling::Revoke);
                    if was && !whole && !offends(&assessment, rule, protocol, port) {
                        prop_assert!(reaches(&after, rule, protocol, port), "{:?} lost {protocol} {port}", rule);
                    }
                }
                for rule in after.iter().filter(|rule| !rule.is_egress) {
                    let is = rule.permission.ports(protocol).as_set().contains(port);
                    prop_assert!(!is || reaches(&rules, rule, protocol, port), "{:?} is new", rule);
                }
            }
        }

        // What stayed is untouched, outbound rules above all.
        let gone: Vec<&Rule> = rules.iter().filter(|rule| !after.contains(rule)).collect();
        prop_assert!(gone.iter().all(|rule| !rule.is_egress));
        let names = |rule: &Rule| assessment.to_revoke().any(|finding| finding.rule_ids.contains(&rule.id));
        prop_assert!(gone.iter().all(|rule| names(rule)));

        // A second delivery changes nothing.
        let again = walk(&control);
        prop_assert_eq!(again.changes, vec![]);
        prop_assert_eq!(&*memory.rules.borrow(), &after);
    }

    #[test]
    fn after_isolating_no_interface_is_left_and_the_rules_are_as_they_were(
        rules in any_rules(),
        own in 0_usize..4,
        managed in 0_usize..3,
        foreign in 0_usize..2,
    ) {
        let json = r#"{"quarantine": "isolate"}"#;
        let mut memory = memory(&rules);
        for index in 0..own {
            let vpc = |one: &mut Interface| one.vpc = VpcId::new(&format!("vpc-{}", index % 3 + 1)).unwrap();
            memory = memory.with_interface(&format!("eni-{index}"), "interface", &[GROUP]).that(vpc);
        }
        for index in 0..managed {
            memory = memory.with_interface(&format!("eni-lb{index}"), "network_load_balancer", &[GROUP]);
        }
        for index in 0..foreign {
            let owned = |one: &mut Interface| one.owner = AccountId::new("111122223333");
            memory = memory.with_interface(&format!("eni-foreign{index}"), "interface", &[GROUP]).that(owned);
        }
        let left = managed + foreign;
        let is_open = !network::assess(&rules, &lists(&memory), &settings(json).network).is_closed();
        let control = control(&memory, json);
        let report = walk(&control);
        prop_assert_eq!(report.outcome == Outcome::Remediated, is_open && own > 0 && left == 0);
        prop_assert_eq!(report.outcome == Outcome::StillOpen, is_open && own > 0 && left > 0);
        prop_assert!(report.remaining.iter().flatten().all(|finding| finding.remedy != Remedy::Close));
        prop_assert_eq!(&*memory.rules.borrow(), &rules);
        let with_group = memory.interfaces.borrow().iter().filter(|one| one.groups == [group_id(GROUP)]).count();
        prop_assert_eq!(with_group, if is_open { left } else { own + left });
        let again = walk(&control);
        prop_assert_eq!(again.changes, vec![]);
        if let Some(left) = report.remaining {
            prop_assert_eq!(again.findings, left);
        }
    }

    #[test]
    fn the_alert_style_finds_the_same_and_changes_nothing(rules in any_rules()) {
        let memory = memory(&rules);
        let summaries = |json: &str| -> Vec<String> {
            let control = control(&memory, json);
            let findings = control.findings(&control.assess(&read(&control), SystemTime::UNIX_EPOCH));
            findings.into_iter().map(|finding| finding.sentence()).collect()
        };
        let alerted = walk(&control(&memory, r#"{"quarantine": "alert"}"#));
        prop_assert_eq!(&*memory.rules.borrow(), &rules);
        let said: Vec<String> = alerted.findings.into_iter().map(|finding| finding.sentence()).collect();
        prop_assert_eq!(said, summaries("{}"));
    }
}
