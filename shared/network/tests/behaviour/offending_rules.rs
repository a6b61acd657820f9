//! Which of several rules are named for a port that they open together.

use network::{Assessment, OpenLevel, PrefixLists, RuleId, Settings, assess};

use crate::given::{lists, rule, tcp};

fn offending(assessment: &Assessment) -> Vec<String> {
    let findings = assessment.findings.iter();
    let mut ids: Vec<_> = findings.flat_map(|finding| &finding.rule_ids).map(RuleId::to_string).collect();
    ids.sort();
    ids.dedup();
    ids
}

fn of_ssh(sources: &[&str], open_level: OpenLevel) -> Vec<String> {
    let settings = Settings { open_level, ..Settings::default() };
    offending(&assess(&tcp(22, sources), &PrefixLists::default(), &settings))
}

fn sorted(ids: &[&str]) -> Vec<String> {
    let mut ids: Vec<_> = ids.iter().map(|id| (*id).to_owned()).collect();
    ids.sort();
    ids
}

#[test]
fn of_the_world_those_are_named_that_a_smallest_world_needs() {
    let cases: &[(&[&str], &[&str])] = &[
        // The world alone; neither private, nor a host, nor half of the world helps it.
        (&["0.0.0.0/0"], &["0.0.0.0/0"]),
        (&["0.0.0.0/0", "10.0.0.0/8", "203.0.114.7/32", "sg-1"], &["0.0.0.0/0"]),
        (&["0.0.0.0/0", "10.0.0.0/8", "0.0.0.0/1"], &["0.0.0.0/0"]),
        (&["0.0.0.0/0", "1.2.3.4/0"], &["0.0.0.0/0", "1.2.3.4/0"]),
        // A split: every part, and nothing that a part includes.
        (&["0.0.0.0/1", "128.0.0.0/1"], &["0.0.0.0/1", "128.0.0.0/1"]),
        (&["0.0.0.0/1", "128.0.0.0/1", "64.0.0.0/2", "8.8.8.8/32"], &["0.0.0.0/1", "128.0.0.0/1"]),
        (
            &["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3", "224.0.0.0/3"],
            &["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"],
        ),
        // A world and a split of it: both would stay open alone.
        (&["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"], &["0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1"]),
        // Not the world.
        (&["0.0.0.0/1", "128.0.0.0/2"], &[]),
        (&["11.0.0.0/8"], &[]),
        (&["::/0", "2600::/16", "2000::/3"], &["2000::/3", "::/0"]),
        (&["::/1", "8000::/1"], &["::/1"]),
    ];
    for (sources, named) in cases {
        assert_eq!(of_ssh(sources, OpenLevel::World), sorted(named), "{sources:?}");
    }
}

#[test]
fn of_broad_blocks_those_are_named_that_a_smallest_block_needs() {
    let cases: &[(&[&str], &[&str])] = &[
        (&["11.0.0.0/8"], &["11.0.0.0/8"]),
        (&["11.0.0.0/8", "11.0.0.0/9", "12.0.0.0/9"], &["11.0.0.0/8"]),
        (&["11.0.0.0/9", "11.128.0.0/9", "12.0.0.0/9"], &["11.0.0.0/9", "11.128.0.0/9"]),
        (&["0.0.0.0/0", "0.0.0.0/1", "8.8.8.8/32"], &["0.0.0.0/0", "0.0.0.0/1"]),
        (&["0.0.0.0/0", "11.0.0.0/9", "11.128.0.0/9"], &["0.0.0.0/0", "11.0.0.0/9", "11.128.0.0/9"]),
        (&["10.0.0.0/8", "192.168.0.0/16", "11.0.0.0/9"], &[]),
        (&["2600::/31", "2600::/32", "2600:0:8000::/33"], &["2600::/31", "2600::/32"]),
    ];
    for (sources, named) in cases {
        assert_eq!(of_ssh(sources, OpenLevel::Broad), sorted(named), "{sources:?}");
    }
}

#[test]
fn a_private_source_that_completes_a_broad_block_is_not_named() {
    let public = ["172.0.0.0/12", "172.32.0.0/11", "172.64.0.0/10", "172.128.0.0/9"];
    let sources = [&public[..], &["172.16.0.0/12"]].concat();
    assert_eq!(of_ssh(&sources, OpenLevel::Broad), sorted(&public));
}

#[test]
fn parts_that_leave_private_addresses_out_make_no_broad_block() {
    let sources = ["172.0.0.0/8", "172.0.0.0/12", "172.32.0.0/11", "172.64.0.0/10", "172.128.0.0/9"];
    assert_eq!(of_ssh(&sources, OpenLevel::Broad), ["172.0.0.0/8"]);
}

#[test]
fn sources_that_fill_a_private_block_do_not_offend_by_it() {
    let rules = tcp(22, &["11.0.0.0/8", "pl-low", "pl-high"]);
    let lists =
        lists(&[("pl-low", &["10.0.0.0/9", "8.8.8.8/32"]), ("pl-high", &["10.128.0.0/9", "9.9.9.9/32"])]);
    let settings = Settings { open_level: OpenLevel::Broad, ..Settings::default() };
    assert_eq!(offending(&assess(&rules, &lists, &settings)), ["11.0.0.0/8"]);
}

#[test]
fn a_host_that_completes_a_split_of_the_world_is_part_of_it() {
    let around_a_host: Vec<String> = (0..32)
        .map(|bit| {
            let host = u32::from_be_bytes([8, 8, 8, 8]);
            let sibling = host ^ (1 << bit);
            format!("{}/{}", std::net::Ipv4Addr::from(sibling), 32 - bit)
        })
        .chain(["8.8.8.8/32".to_owned()])
        .collect();
    let sources: Vec<&str> = around_a_host.iter().map(String::as_str).collect();
    let private = ["10.0.0.0/8", "224.0.0.0/3"];
    assert_eq!(of_ssh(&[&sources[..], &private].concat(), OpenLevel::World), sorted(&sources));
}

#[test]
fn prefix_lists_are_parts_like_any_other() {
    let rules = tcp(22, &["pl-low", "pl-high", "pl-all", "pl-some"]);
    let lists = lists(&[
        ("pl-low", &["0.0.0.0/1", "2600::/32"]),
        ("pl-high", &["128.0.0.0/2", "192.0.0.0/2"]),
        ("pl-all", &["0.0.0.0/0"]),
        ("pl-some", &["8.8.8.8/32", "10.0.0.0/8"]),
    ]);
    let assessment = assess(&rules, &lists, &Settings::default());
    assert_eq!(offending(&assessment), ["pl-all", "pl-high", "pl-low"]);
}

#[test]
fn parts_of_one_port_may_stand_in_rules_of_different_protocols() {
    let rules = [
        rule("sgr-1", "-1", "all", "0.0.0.0/1"),
        rule("sgr-2", "6", "20-30", "128.0.0.0/2"),
        rule("sgr-3", "tcp", "22", "192.0.0.0/2"),
        rule("sgr-4", "udp", "22", "192.0.0.0/2"),
    ];
    let assessment = assess(&rules, &PrefixLists::default(), &Settings::default());
    assert_eq!(offending(&assessment), ["sgr-1", "sgr-2", "sgr-3"]);
    assert_eq!(assessment.findings.len(), 1);
}
