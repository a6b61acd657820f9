//! What is open, how bad it is, and how it is said.

use std::time::SystemTime;

use network::Rule;
use remediation::{Assessment, Describe, Finding, Judge, Remedy, Severity};
use serde_json::json;

use super::memory::Memory;
use super::{WORLD, WORLD6, control, described, read, rule};

fn findings(rules: impl IntoIterator<Item = Rule>, json: &str) -> Vec<Finding> {
    let memory = Memory::of(rules);
    let control = control(&memory, json);
    control.findings(&control.assess(&read(&control), SystemTime::UNIX_EPOCH))
}

/// What becomes of one rule: nothing, `report` or `close`.
fn verdict(rule: Rule, json: &str) -> &'static str {
    match findings([rule], json).first() {
        None => "nothing",
        Some(finding) if finding.remedy == Remedy::Report => "report",
        Some(_) => "close",
    }
}

#[test]
fn a_rule_is_judged_by_source_protocol_and_every_port_of_its_range() {
    for (protocol, ports, source, expected) in [
        ("tcp", "22", WORLD, "close"),
        ("tcp", "22", WORLD6, "close"),
        ("tcp", "22", "0:0:0:0:0:0:0:0/0", "close"),
        ("tcp", "22", "2000::/3", "close"),
        ("tcp", "22", "10.0.0.0/0", "close"),
        ("tcp", "22", "0.0.0.0/1", "nothing"),
        ("tcp", "22", "10.0.0.0/8", "nothing"),
        ("tcp", "22", "203.0.114.7/32", "nothing"),
        ("tcp", "22", "fd00::/8", "nothing"),
        ("tcp", "22", "sg-1", "nothing"),
        ("tcp", "443", WORLD, "nothing"),
        ("TCP", "80", WORLD6, "nothing"),
        ("6", "443", WORLD, "nothing"),
        ("6", "22", WORLD, "close"),
        ("tcp", "80-443", WORLD, "close"),
        ("tcp", "0-65535", WORLD, "close"),
        ("tcp", "all", WORLD, "close"),
        ("udp", "443", WORLD, "close"),
        ("17", "53", WORLD, "close"),
        ("-1", "all", WORLD, "close"),
        ("-1", "all", "10.0.0.0/8", "nothing"),
        ("50", "all", WORLD6, "close"),
        ("icmp", "8-0", WORLD, "report"),
        ("1", "all", WORLD, "report"),
        ("icmpv6", "all", WORLD6, "report"),
        ("icmp", "all", WORLD6, "nothing"),
        ("58", "all", WORLD, "nothing"),
        ("47", "all", WORLD, "close"),
        ("47", "all", "10.0.0.0/8", "nothing"),
        ("icmp", "8-0", "10.0.0.0/8", "nothing"),
    ] {
        assert_eq!(
            verdict(rule("sgr-1", protocol, ports, source), "{}"),
            expected,
            "{protocol} {ports} {source}"
        );
    }
}

#[test]
fn an_outbound_rule_is_never_a_finding() {
    let outbound = Rule { is_egress: true, ..rule("sgr-1", "-1", "all", WORLD) };
    assert_eq!(verdict(outbound, "{}"), "nothing");
}

#[test]
fn the_settings_authorize_ports_and_decide_about_icmp_and_broad_blocks() {
    let own = r#"{
        "authorized_tcp_ports": ["1020-1025", 22],
        "authorized_udp_ports": "53",
        "authorized_protocols": ["esp", 51],
        "icmp": "revoke"
    }"#;
    for (protocol, ports, expected) in [
        ("tcp", "22", "nothing"),
        ("tcp", "1021-1024", "nothing"),
        ("tcp", "1020-1026", "close"),
        ("tcp", "443", "close"),
        ("udp", "53", "nothing"),
        ("udp", "22", "close"),
        ("icmp", "8-0", "close"),
        ("50", "all", "nothing"),
        ("51", "all", "nothing"),
        ("47", "all", "close"),
    ] {
        assert_eq!(verdict(rule("sgr-1", protocol, ports, WORLD), own), expected, "{protocol} {ports}");
    }
    let broad = r#"{"open_level": "broad"}"#;
    assert_eq!(verdict(rule("sgr-1", "tcp", "22", "1.0.0.0/8"), broad), "close");
    assert_eq!(verdict(rule("sgr-1", "tcp", "22", "1.0.0.0/9"), broad), "nothing");
}

#[test]
fn severity_grows_with_what_can_be_reached() {
    let severity = |protocol, ports| findings([rule("sgr-1", protocol, ports, WORLD)], "{}")[0].severity;
    assert_eq!(severity("-1", "all"), Severity::Critical);
    assert_eq!(severity("50", "all"), Severity::High);
    assert_eq!(severity("tcp", "0-65535"), Severity::Critical);
    assert_eq!(severity("udp", "1-65535"), Severity::Critical);
    assert_eq!(severity("tcp", "22"), Severity::High);
    assert_eq!(severity("tcp", "2-65535"), Severity::High);
    assert_eq!(severity("icmp", "all"), Severity::Low);
}

#[test]
fn each_finding_is_one_sentence() {
    let said = |rules: &[Rule]| -> Vec<String> {
        findings(rules.to_vec(), "{}").into_iter().map(|finding| finding.sentence()).collect()
    };
    assert_eq!(
        said(&[rule("sgr-1", "tcp", "22", WORLD)]),
        ["Anyone on the internet may reach tcp 22 (SSH) through rule sgr-1"]
    );
    assert_eq!(
        said(&[rule("sgr-1", "-1", "all", WORLD6)]),
        ["Anyone on the IPv6 internet may reach every port of every protocol through rule sgr-1"]
    );
    assert_eq!(
        said(&[rule("sgr-1", "tcp", "0-65535", WORLD)]),
        ["Anyone on the internet may reach every tcp port through rule sgr-1"]
    );
    assert_eq!(
        said(&[rule("sgr-1", "50", "all", WORLD)]),
        ["Anyone on the internet may reach IP protocol 50 (ESP) through rule sgr-1"]
    );
    assert_eq!(
        said(&[
            rule("sgr-1", "47", "all", "0.0.0.0/1"),
            rule("sgr-2", "-1", "all", "128.0.0.0/1"),
            rule("sgr-3", "tcp", "443", WORLD),
            rule("sgr-4", "253", "all", WORLD),
            rule("sgr-5", "tcp", "22", "128.0.0.0/1"),
        ]),
        [
            "Anyone on the internet may reach IP protocol 47 (GRE) through rules sgr-1 and sgr-2",
            "Anyone on the internet may reach IP protocol 253 through rule sgr-4",
        ]
    );
    assert_eq!(
        said(&[rule("sgr-1", "tcp", "3306", "0.0.0.0/1"), rule("sgr-2", "tcp", "3300-3310", "128.0.0.0/1")]),
        ["Anyone on the internet may reach tcp 3306 (MySQL) through rules sgr-1 and sgr-2"]
    );
    assert_eq!(
        said(&[rule("sgr-1", "tcp", "79-444", WORLD)]),
        [
            "Anyone on the internet may reach tcp 79, 81-442 and 444 (POP3, RPC portmapper, Windows RPC and 3 more services) through rule sgr-1"
        ]
    );
    assert_eq!(
        said(&[rule("sgr-1", "icmp", "8-0", WORLD), rule("sgr-2", "icmpv6", "all", WORLD6)]),
        [
            "Anyone on the internet may reach icmp type 8 code 0 through rule sgr-1",
            "Anyone on the IPv6 internet may reach every icmpv6 type through rule sgr-2",
        ]
    );
}

#[test]
fn a_world_in_many_parts_is_one_finding_that_names_a_few_of_its_rules() {
    let parts = (0..=255).map(|n| rule(&format!("sgr-{n:03}"), "tcp", "5432", &format!("{n}.0.0.0/8")));
    let findings = findings(parts, "{}");
    assert_eq!(findings.len(), 1);
    let said = &findings[0].sentence();
    assert!(
        said.starts_with("Anyone on the internet may reach tcp 5432 (PostgreSQL) through rules sgr-001, ")
    );
    assert!(said.ends_with(" more"), "{said}");
    assert_eq!(
        findings[0].evidence["rules"].as_array().unwrap().len(),
        256 - 3 - 32,
        "but private and reserved"
    );
}

#[test]
fn the_evidence_names_the_rules_which_the_state_before_has_complete() {
    let found = findings([described(rule("sgr-1", "tcp", "22-23", WORLD), "a minute")], "{}");
    assert_eq!(
        found[0].evidence,
        json!({
            "family": "v4",
            "exposure": "world",
            "ports": { "tcp": ["22-23"] },
            "services": ["SSH", "Telnet"],
            "rules": ["sgr-1"],
        })
    );
}

#[test]
fn the_evidence_of_a_protocol_without_ports_has_neither_ports_nor_services() {
    let found = findings([rule("sgr-1", "gre", "all", WORLD), rule("sgr-2", "tcp", "22", WORLD)], "{}");
    assert_eq!(found.len(), 2);
    let gre = found.iter().find(|finding| finding.sentence().contains("GRE")).unwrap();
    assert_eq!((gre.kind, gre.severity, gre.remedy), ("open-ingress", Severity::High, Remedy::Close));
    assert_eq!(
        gre.evidence,
        json!({
            "family": "v4",
            "exposure": "world",
            "ports": { "47": [] },
            "services": [],
            "rules": ["sgr-1"],
        })
    );
}

#[test]
fn many_protocols_without_ports_are_one_finding_beside_that_of_many_ports() {
    let protocols = (60..100).map(|n| rule(&format!("sgr-p{n}"), &n.to_string(), "all", WORLD));
    let ports =
        (0..30).map(|n| rule(&format!("sgr-{n:02}"), "tcp", &format!("{}-{}", 1_000 + n, 60_000 - n), WORLD));
    let found = findings(protocols.chain(ports), "{}");
    assert_eq!(found.len(), 2);
    let is_of = |what: &str| found.iter().filter(|finding| finding.sentence().contains(what)).count();
    assert_eq!(
        (
            is_of("IP protocol 60 (IPv6-Opts), IP protocol 61, IP protocol 62 (CFTP) and 37 more"),
            is_of("tcp")
        ),
        (1, 1)
    );
}

#[test]
fn many_sets_of_rules_are_one_finding_that_says_what_the_first_of_them_open() {
    let nested =
        (0..30).map(|n| rule(&format!("sgr-{n:02}"), "tcp", &format!("{}-{}", 1_000 + n, 60_000 - n), WORLD));
    let icmp = rule("sgr-icmp", "icmp", "8-0", WORLD);
    let found = findings(nested.chain([icmp]), "{}");
    assert_eq!(found.len(), 2);
    assert_eq!(
        found[0].summary,
        "Anyone on the internet may reach tcp 1000-60000 (RDP, MySQL, PostgreSQL and 31 more services) through \
         rules sgr-00, sgr-01, sgr-02 and 27 more"
    );
    let evidence = &found[0].evidence;
    assert_eq!(evidence["rules"].as_array().unwrap().len(), 30);
    assert_eq!((evidence["pieces"].as_array().unwrap().len(), &evidence["piece_count"]), (20, &json!(30)));
    assert_eq!(
        evidence["pieces"][4],
        json!({
            "ports": { "tcp": ["1004", "59996"] },
            "rules": "sgr-00, sgr-01, sgr-02 and 2 more",
        })
    );
    assert_eq!((found[1].severity, found[1].remedy), (Severity::Low, Remedy::Report));
}

#[test]
fn what_is_said_of_a_thousand_rules_takes_space_by_the_rule_and_not_by_the_square() {
    let bytes = |many: u32| {
        let id = |n: u32| format!("sgr-{n:017x}");
        let nested = (0..many).map(|n| rule(&id(n), "tcp", &format!("{}-{}", 1_000 + n, 60_000 - n), WORLD));
        serde_json::to_string(&findings(nested, "{}")).unwrap().len()
    };
    let (some, many) = (bytes(100), bytes(1_000));
    assert!(many < 30_000, "{many}");
    assert!(many < 10 * some, "{some} and {many}");
}

#[test]
fn what_is_opened_again_is_the_same_offence_although_its_rule_is_new() {
    let signatures = |rules: &[Rule]| {
        let memory = Memory::of([]);
        memory.rules.borrow_mut().extend(rules.iter().cloned());
        let control = control(&memory, "{}");
        let judged = control.assess(&read(&control), SystemTime::UNIX_EPOCH);
        judged.findings().iter().map(|finding| judged.signature(finding)).collect::<Vec<_>>()
    };
    let first = signatures(&[rule("sgr-1", "tcp", "22", WORLD)]);
    assert_eq!(first.len(), 1);
    assert_eq!(first, signatures(&[rule("sgr-9", "tcp", "22", WORLD)]));
    for other in [
        rule("sgr-1", "tcp", "23", WORLD),
        rule("sgr-1", "udp", "22", WORLD),
        rule("sgr-1", "tcp", "22", WORLD6),
        rule("sgr-1", "tcp", "22", "pl-0"),
    ] {
        assert_ne!(first, signatures(&[other]));
    }
}

#[test]
fn a_compliant_group_costs_two_calls_in_each_style() {
    for style in ["revoke", "isolate", "alert"] {
        let memory = Memory::of([rule("sgr-1", "tcp", "443", WORLD), rule("sgr-2", "tcp", "443", "pl-1")]);
        let control = control(&memory, &format!(r#"{{"quarantine": "{style}"}}"#));
        assert!(control.assess(&read(&control), SystemTime::UNIX_EPOCH).is_compliant());
        assert_eq!(memory.calls.borrow().len(), 2, "{style}");
    }
}
