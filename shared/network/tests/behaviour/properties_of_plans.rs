//! What holds for the plan of every group.

use network::{Exposure, Handling, OpenLevel, Plan, Protocol, Rule, Settings, Source, assess};
use proptest::prelude::*;
use proptest::sample::select;

use crate::generated::{PORTS, exempted, group, judge, plain_rules, settings, without};
use crate::given::applied;
use crate::reference::{self, PlainRule};

/// Blocks that make up the world, or a broad block, in several ways.
const PARTS: [&str; 18] = [
    "0.0.0.0/0",
    "0.0.0.0/1",
    "128.0.0.0/1",
    "0.0.0.0/2",
    "64.0.0.0/2",
    "128.0.0.0/2",
    "192.0.0.0/2",
    "192.0.0.0/3",
    "172.0.0.0/8",
    "172.0.0.0/9",
    "172.128.0.0/9",
    "172.0.0.0/12",
    "172.16.0.0/12",
    "172.32.0.0/11",
    "172.64.0.0/10",
    "11.0.0.0/9",
    "8.8.8.8/32",
    "10.0.0.0/8",
];

/// Whether `rules` let `source` in on a port.
fn let_in(rules: &[Rule], source: &Source, protocol: &Protocol, port: u16) -> bool {
    rules
        .iter()
        .filter(|rule| rule.permission.source.is_same(source))
        .any(|rule| rule.permission.ports(protocol).as_set().contains(port))
}

/// The sources that belong to a smallest open set, by looking at every set.
fn in_a_smallest_open_set(blocks: &[String], level: OpenLevel) -> Vec<String> {
    let is_open = |set: usize| {
        let members = blocks.iter().enumerate().filter(|(index, _)| set >> index & 1 == 1);
        let rule = PlainRule {
            protocol: "tcp".to_owned(),
            ports: None,
            blocks: members.map(|(_, block)| block.clone()).collect(),
        };
        level.is_reached_by(reference::exposures(&[rule], "tcp", 22).v4)
    };
    let is_smallest = |set: usize| {
        let others = (0..blocks.len()).filter(|index| set >> index & 1 == 1);
        is_open(set) && others.map(|index| set & !(1 << index)).all(|fewer| !is_open(fewer))
    };
    let union =
        (0..1_usize << blocks.len()).filter(|set| is_smallest(*set)).fold(0, |union, set| union | set);
    let named = blocks.iter().enumerate().filter(|(index, _)| union >> index & 1 == 1);
    let mut named: Vec<_> = named.map(|(index, _)| format!("sgr-{index}")).collect();
    named.sort();
    named
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_offending_rules_are_those_of_the_smallest_open_sets(
        blocks in prop::collection::vec(select(&PARTS[..]), 1..8),
        level in select(vec![OpenLevel::World, OpenLevel::Broad]),
    ) {
        let blocks: Vec<String> = blocks.into_iter().map(str::to_owned).collect();
        let plain: Vec<_> = blocks
            .iter()
            .map(|block| PlainRule {
                protocol: "tcp".to_owned(),
                ports: Some((22, 22)),
                blocks: vec![block.clone()],
            })
            .collect();
        let settings = Settings { open_level: level, ..Settings::default() };
        let assessment = judge(&plain, &settings);
        let named = assessment.findings.iter().flat_map(|finding| &finding.rule_ids);
        let named: Vec<_> = named.map(ToString::to_string).collect();
        let is_public = |id: &String| {
            let index: usize = id.trim_start_matches("sgr-").parse().unwrap();
            let rule = plain.get(index).cloned();
            reference::exposures(rule.as_slice(), "tcp", 22).v4 != Exposure::None
        };
        let expected: Vec<_> = in_a_smallest_open_set(&blocks, level).into_iter().filter(is_public).collect();
        prop_assert_eq!(named, expected);
    }

    #[test]
    fn a_group_is_closed_after_its_plan(plain in plain_rules(), settings in settings()) {
        let (rules, lists) = group(&plain);
        let plan = Plan::new(&rules, &assess(&rules, &lists, &settings), &settings);
        let after = applied(&plan, &rules);
        let assessment = assess(&after, &lists, &settings);
        prop_assert!(assessment.is_closed(), "{plan:?} leaves {assessment:?}");
        prop_assert!(Plan::new(&after, &assessment, &settings).is_empty());
    }

    #[test]
    fn a_plan_takes_only_what_offends_and_adds_nothing(
        plain in plain_rules(),
        settings in settings(),
        exempted in prop::option::of(exempted()),
        exempted_rules in prop::collection::vec(prop::bool::weighted(0.2), 8),
    ) {
        let (rules, lists) = group(&plain);
        let mut assessment = assess(&rules, &lists, &settings);
        if let Some(exempted) = &exempted {
            assessment = without(&assessment, exempted);
        }
        for (rule, _) in rules.iter().zip(exempted_rules).filter(|(_, is_exempted)| *is_exempted) {
            for finding in &mut assessment.findings {
                finding.rule_ids = finding.rule_ids.without(&[rule.id.clone()].into());
            }
        }
        let plan = Plan::new(&rules, &assessment, &settings);
        let after = applied(&plan, &rules);
        let is_cut = |rule: &Rule, protocol: &Protocol| {
            let mut cut = plan.cut.iter();
            cut.any(|cut| cut.part_of == rule.id && cut.protocol == *protocol && settings.icmp == Handling::Revoke)
        };
        let is_of_other_family = |rule: &Rule, protocol: &Protocol| {
            let pair = (protocol, &rule.permission.source);
            let other = matches!(pair, (Protocol::Icmp, Source::V6(_)) | (Protocol::Icmpv6, Source::V4(_)));
            rule.permission.protocol == Protocol::All && other
        };
        // Of all traffic, protocols without ports go where nobody authorized them.
        let goes_with_all_traffic = |rule: &Rule, protocol: &Protocol| match protocol {
            Protocol::Portless(own) => {
                rule.permission.protocol == Protocol::All && !settings.authorized_protocols.contains(own)
            }
            _ => false,
        };
        prop_assert!(plan.restore.len() <= 15 * rules.len(), "{plan:?}");
        let offends = |rule: &Rule, protocol: &Protocol, port: u16| {
            let mut findings = assessment.findings.iter().filter(|finding| finding.protocol == *protocol);
            findings.any(|finding| finding.rule_ids.contains(&rule.id) && finding.ports.as_set().contains(port))
        };
        for rule in &rules {
            let source = &rule.permission.source;
            let portless = ["gre", "esp", "ah", "sctp"].map(Protocol::from);
            for protocol in Protocol::WITH_PORTS.iter().chain(&portless) {
                for port in PORTS {
                    let before = let_in(&rules, source, protocol, port);
                    prop_assert!(before || !let_in(&after, source, protocol, port));
                    let reached = rule.permission.ports(protocol).as_set().contains(port);
                    if reached
                        && !goes_with_all_traffic(rule, protocol)
                        && !offends(rule, protocol, port)
                        && !is_cut(rule, protocol)
                        && !is_of_other_family(rule, protocol)
                    {
                        prop_assert!(let_in(&after, source, protocol, port), "{rule:?} {protocol} {port}");
                    }
                }
            }
        }
    }
}
