//! What a person reads.

use exposure::{Report, SecurityGroup};
use network::{Plan, PrefixLists, Protocol, Rule, Settings, Source, Traffic, assess, parse_block};

/// A rule for these ports of TCP.
fn tcp(id: &str, from: u16, to: u16, source: &str) -> Rule {
    let traffic = Traffic { protocol: Protocol::Tcp, from_port: Some(from.into()), to_port: Some(to.into()) };
    let source = match parse_block(source) {
        Ok(block) => block.into(),
        Err(_) => Source::PrefixList(source.into()),
    };
    Rule { id: id.into(), ..Rule::unnamed(traffic.permission(source, None)) }
}

fn report(rules: Vec<Rule>) -> String {
    let group = SecurityGroup { id: "sg-1".to_owned(), name: Some("web".to_owned()), rules };
    let settings = Settings::default();
    let assessment = assess(&group.rules, &PrefixLists::default(), &settings);
    let plan = Plan::new(&group.rules, &assessment, &settings);
    Report { group: &group, assessment: &assessment, plan: &plan }.to_string()
}

#[test]
fn a_report_says_what_is_open_by_which_rules_and_what_would_close_it() {
    let rules = vec![
        tcp("sgr-1", 0, 65535, "0.0.0.0/1"),
        tcp("sgr-2", 20, 80, "128.0.0.0/1"),
        tcp("sgr-3", 22, 22, "pl-1"),
    ];
    assert_eq!(
        report(rules),
        "sg-1 (web):
  tcp 20-79 (SSH, Telnet, FTP, SMTP, DNS): open to the world over IPv4 by sgr-1; sgr-2
  pl-1: this prefix list could not be read, so what it opens is unknown: sgr-3
  first put back: tcp 0-19 from 0.0.0.0/1
  first put back: tcp 80-65535 from 0.0.0.0/1
  first put back: tcp 80 from 128.0.0.0/1
  then revoke: sgr-1
  then revoke: sgr-2
"
    );
}

#[test]
fn a_closed_group_takes_one_line() {
    assert_eq!(
        report(vec![tcp("sgr-1", 22, 22, "10.0.0.0/8")]),
        "sg-1 (web): nothing is open that should not be\n"
    );
}

#[test]
fn a_protocol_without_ports_is_named_with_its_number_and_lists_no_services() {
    let of = |id: &str, protocol: &str| {
        let traffic = Traffic { protocol: protocol.into(), from_port: None, to_port: None };
        Rule {
            id: id.into(),
            ..Rule::unnamed(traffic.permission(parse_block("0.0.0.0/0").unwrap().into(), None))
        }
    };
    assert_eq!(
        report(vec![of("sgr-1", "GRE"), of("sgr-2", "253"), tcp("sgr-3", 22, 22, "10.0.0.0/8")]),
        "sg-1 (web):
  IP protocol 47 (GRE): open to the world over IPv4 by sgr-1
  IP protocol 253: open to the world over IPv4 by sgr-2
  then revoke: sgr-1
  then revoke: sgr-2
"
    );
    let all = report(vec![of("sgr-1", "-1")]);
    assert!(
        all.contains("  every IP protocol without ports: open to the world over IPv4 by sgr-1\n"),
        "{all}"
    );
    assert!(
        all.contains("  icmp all types: open to the world over IPv4 by sgr-1 (reported only)\n"),
        "{all}"
    );
    assert!(!all.contains("icmpv6") && !all.contains("IPv6"), "{all}");
}

#[test]
fn of_many_services_a_few_are_named() {
    let all = Traffic { protocol: Protocol::All, from_port: None, to_port: None };
    let all = Rule::unnamed(all.permission(parse_block("::/0").unwrap().into(), None));
    let said = report(vec![all]);
    let named = "(SSH, RDP, MySQL, PostgreSQL, SQL Server, Oracle and 42 more services)";
    assert!(said.contains(named), "{said}");
}
