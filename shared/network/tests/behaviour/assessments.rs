//! The findings of whole groups.

use network::{
    Assessment, Exposure, Family, Finding, Handling, OpenLevel, PrefixLists, Protocol, Rule, Settings, assess,
};

use crate::given::{authorizing_protocols, authorizing_tcp, lists, ports, rule};

fn judged(rules: &[Rule], settings: &Settings) -> Assessment {
    assess(rules, &PrefixLists::default(), settings)
}

fn lines(assessment: &Assessment) -> Vec<String> {
    assessment.findings.iter().map(exposure::describe).collect()
}

#[test]
fn a_finding_has_family_protocol_ports_rules_and_services() {
    let rules = [
        rule("sgr-1", "tcp", "22", "0.0.0.0/1"),
        rule("sgr-2", "tcp", "22", "128.0.0.0/1"),
        rule("sgr-3", "tcp", "22", "10.0.0.0/8"),
    ];
    let assessment = judged(&rules, &Settings::default());
    let expected = Finding {
        family: Family::V4,
        protocol: Protocol::Tcp,
        exposure: Exposure::World,
        ports: [22].into(),
        rule_ids: ["sgr-1".into(), "sgr-2".into()].into(),
        handling: Handling::Revoke,
    };
    assert_eq!(assessment.findings, [expected]);
    assert_eq!(lines(&assessment), ["tcp 22 (SSH): open to the world over IPv4 by sgr-1; sgr-2"]);
}

#[test]
fn authorized_ports_may_be_open() {
    let web = [rule("sgr-1", "tcp", "80", "0.0.0.0/0"), rule("sgr-2", "tcp", "443", "::/0")];
    assert_eq!(judged(&web, &Settings::default()), Assessment::default());
    assert_eq!(
        lines(&judged(&web, &authorizing_tcp("443"))),
        ["tcp 80: open to the world over IPv4 by sgr-1"]
    );
}

#[test]
fn a_port_authorized_for_tcp_is_not_for_udp() {
    let rules = [rule("sgr-1", "udp", "443", "0.0.0.0/0")];
    assert_eq!(judged(&rules, &Settings::default()).findings.len(), 1);
    let settings = Settings { authorized_udp_ports: ports("440-450"), ..Settings::default() };
    assert_eq!(judged(&rules, &settings), Assessment::default());
}

#[test]
fn a_range_is_found_without_its_authorized_ports() {
    let rules = [rule("sgr-1", "tcp", "80-8080", "::/0")];
    let assessment = judged(&rules, &Settings::default());
    let found: Vec<_> = assessment.findings.iter().map(|finding| finding.ports.to_string()).collect();
    assert_eq!(found, ["81-442,444-8080"]);
}

#[test]
fn ports_that_different_rules_open_are_findings_of_their_own() {
    let rules = [
        rule("sgr-1", "tcp", "20-25", "0.0.0.0/0"),
        rule("sgr-2", "tcp", "22", "0.0.0.0/0"),
        rule("sgr-3", "tcp", "3389", "::/0"),
    ];
    assert_eq!(
        lines(&judged(&rules, &Settings::default())),
        [
            "tcp 20-21, 23-25 (Telnet, FTP, SMTP): open to the world over IPv4 by sgr-1",
            "tcp 22 (SSH): open to the world over IPv4 by sgr-1; sgr-2",
            "tcp 3389 (RDP): open to the world over IPv6 by sgr-3",
        ]
    );
}

#[test]
fn all_traffic_is_found_in_every_protocol() {
    let rules = [rule("sgr-1", "-1", "all", "0.0.0.0/0")];
    let assessment = judged(&rules, &Settings::default());
    let found: Vec<_> = assessment
        .findings
        .iter()
        .map(|finding| {
            (finding.protocol.as_str(), finding.ports.describe(&finding.protocol).join(","), finding.handling)
        })
        .collect();
    assert_eq!(
        found,
        [
            ("tcp", "0-79,81-442,444-65535".to_owned(), Handling::Revoke),
            ("udp", "0-65535".to_owned(), Handling::Revoke),
            ("icmp", "all types".to_owned(), Handling::Report),
            ("-1", String::new(), Handling::Revoke),
        ]
    );
}

#[test]
fn a_protocol_without_ports_is_a_finding_of_its_own() {
    let rules = [
        rule("sgr-1", "gre", "all", "0.0.0.0/0"),
        rule("sgr-2", "50", "443", "::/0"),
        rule("sgr-3", "132", "all", "0.0.0.0/1"),
        rule("sgr-4", "tcp", "22", "128.0.0.0/1"),
        rule("sgr-5", "udp", "53", "128.0.0.0/1"),
    ];
    assert_eq!(
        lines(&judged(&rules, &Settings::default())),
        [
            "IP protocol 47 (GRE): open to the world over IPv4 by sgr-1",
            "IP protocol 50 (ESP): open to the world over IPv6 by sgr-2",
        ]
    );
}

#[test]
fn a_protocol_without_ports_may_be_open_where_a_setting_names_it() {
    let rules = [
        rule("sgr-1", "50", "all", "0.0.0.0/0"),
        rule("sgr-2", "51", "all", "0.0.0.0/0"),
        rule("sgr-3", "47", "all", "pl-unknown"),
        rule("sgr-4", "50", "all", "pl-unknown"),
    ];
    let assessment = judged(&rules, &authorizing_protocols(&["Esp", "gre"]));
    assert_eq!(lines(&assessment), ["IP protocol 51 (AH): open to the world over IPv4 by sgr-2"]);
    assert_eq!(assessment.unreadable, []);
    assert_eq!(judged(&rules, &authorizing_tcp("0-65535")).unreadable[0].rule_ids.len(), 2);
}

#[test]
fn all_traffic_and_a_protocol_without_ports_open_it_together() {
    let rules = [
        rule("sgr-1", "-1", "all", "0.0.0.0/1"),
        rule("sgr-2", "47", "all", "128.0.0.0/1"),
        rule("sgr-3", "50", "all", "128.0.0.0/2"),
    ];
    assert_eq!(
        lines(&judged(&rules, &Settings::default())),
        ["IP protocol 47 (GRE): open to the world over IPv4 by sgr-1; sgr-2"]
    );
}

#[test]
fn what_all_traffic_opens_is_not_said_of_each_protocol_without_ports_again() {
    let rules = [rule("sgr-1", "-1", "all", "0.0.0.0/0"), rule("sgr-2", "47", "all", "10.0.0.0/8")];
    let said = lines(&judged(&rules, &Settings::default()));
    assert_eq!(said.last().unwrap(), "every IP protocol without ports: open to the world over IPv4 by sgr-1");
    assert!(!said.iter().any(|line| line.contains("GRE")), "{said:?}");
}

#[test]
fn neither_icmp_is_open_over_the_other_family() {
    let rules = [rule("sgr-1", "icmp", "all", "::/0"), rule("sgr-2", "icmpv6", "all", "0.0.0.0/0")];
    assert_eq!(judged(&rules, &Settings::default()), Assessment::default());
}

#[test]
fn open_icmp_is_reported_and_revoked_only_where_it_is_so_set() {
    let rules = [rule("sgr-1", "icmp", "8-0", "0.0.0.0/0")];
    let reported = judged(&rules, &Settings::default());
    assert_eq!(
        lines(&reported),
        ["icmp type 8 code 0: open to the world over IPv4 by sgr-1 (reported only)"]
    );
    assert!(reported.is_closed());

    let settings = Settings { icmp: Handling::Revoke, ..Settings::default() };
    assert!(!judged(&rules, &settings).is_closed());
}

#[test]
fn broad_blocks_are_open_only_where_it_is_so_set() {
    let rules = [rule("sgr-1", "tcp", "22", "11.0.0.0/8")];
    assert_eq!(judged(&rules, &Settings::default()), Assessment::default());
    let settings = Settings { open_level: OpenLevel::Broad, ..Settings::default() };
    assert_eq!(
        lines(&judged(&rules, &settings)),
        ["tcp 22 (SSH): open to broad blocks of addresses over IPv4 by sgr-1"]
    );
}

#[test]
fn a_prefix_list_that_could_not_be_read_is_neither_a_finding_nor_harmless() {
    let rules = [
        rule("sgr-1", "tcp", "22", "pl-unknown"),
        rule("sgr-2", "udp", "53", "pl-unknown"),
        rule("sgr-3", "tcp", "443", "pl-web"),
        rule("sgr-4", "tcp", "22", "pl-known"),
    ];
    let known = lists(&[("pl-known", &["10.0.0.0/8"])]);
    let assessment = assess(&rules, &known, &Settings::default());
    assert!(assessment.findings.is_empty() && assessment.is_closed());
    let unreadable: Vec<_> = assessment
        .unreadable
        .iter()
        .map(|source| (source.prefix_list_id.as_str(), source.rule_ids.len()))
        .collect();
    assert_eq!(unreadable, [("pl-unknown", 2)], "443 may be open to anyone");
}

#[test]
fn well_known_services_are_named() {
    for (protocol, port, name) in [
        ("tcp", "22", "SSH"),
        ("tcp", "23", "Telnet"),
        ("tcp", "21", "FTP"),
        ("tcp", "445", "SMB"),
        ("tcp", "1433", "SQL Server"),
        ("tcp", "1521", "Oracle"),
        ("tcp", "2375", "Docker"),
        ("tcp", "3306", "MySQL"),
        ("udp", "3389", "RDP"),
        ("tcp", "5432", "PostgreSQL"),
        ("tcp", "5900", "VNC"),
        ("tcp", "6379", "Redis"),
        ("tcp", "6443", "Kubernetes API"),
        ("tcp", "9200", "Elasticsearch"),
        ("udp", "11211", "memcached"),
        ("tcp", "27017", "MongoDB"),
    ] {
        assert_eq!(network::services(&protocol.into(), &ports(port)), [name], "{protocol} {port}");
    }
    assert!(network::services(&Protocol::Udp, &[22].into()).is_empty());
    assert!(network::services(&Protocol::Icmp, &ports("0-65535")).is_empty());
}
