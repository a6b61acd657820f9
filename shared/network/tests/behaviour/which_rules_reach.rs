//! Which protocol and port a rule from the world opens.

use exposure::{Exposures, Query};
use network::{Exposure, PrefixLists, Protocol};

use crate::given::{exposures, rule};

fn opens(protocol: &str, ports: &str, asked: (&str, u16)) -> bool {
    let rules = [rule("sgr-1", protocol, ports, "0.0.0.0/0")];
    exposures(&rules, asked.0, asked.1).v4 == Exposure::World
}

#[test]
fn a_rule_reaches_the_ports_of_its_range_with_both_ends() {
    for port in [22, 50, 100] {
        assert!(opens("tcp", "22-100", ("tcp", port)), "{port}");
    }
    for port in [0, 21, 101, 65535] {
        assert!(!opens("tcp", "22-100", ("tcp", port)), "{port}");
    }
    assert!(opens("tcp", "0-65535", ("tcp", 22)));
    assert!(opens("tcp", "all", ("tcp", 22)));
    assert!(!opens("tcp", "100-22", ("tcp", 50)));
}

#[test]
fn a_protocol_is_the_same_by_name_in_any_case_and_by_number() {
    for (name, number) in [("tcp", "6"), ("udp", "17"), ("icmp", "1"), ("gre", "47")] {
        let upper = name.to_uppercase();
        for rule in [name, number, &upper] {
            for asked in [name, number, &upper] {
                assert!(opens(rule, "all", (asked, 22)), "{rule} asked for {asked}");
            }
        }
    }
}

#[test]
fn a_port_of_one_protocol_is_not_that_of_another() {
    assert!(!opens("udp", "22", ("tcp", 22)));
    assert!(!opens("tcp", "53", ("udp", 53)));
    assert!(!opens("icmp", "3-22", ("tcp", 3)));
    assert!(!opens("icmp", "3-22", ("tcp", 22)));
    assert!(!opens("tcp", "3", ("icmp", 3)));
    assert!(!opens("icmp", "all", ("icmpv6", 8)));
}

#[test]
fn all_traffic_reaches_everything_whatever_its_ports_say() {
    for asked in [("tcp", 22), ("udp", 53), ("icmp", 8), ("50", 0), ("-1", 0)] {
        assert!(opens("-1", "all", asked), "{asked:?}");
        assert!(opens("-1", "443", asked), "{asked:?}");
    }
}

#[test]
fn a_protocol_without_ports_reaches_itself_whatever_its_ports_say_and_nothing_else() {
    for protocol in ["50", "47", "esp", "GRE", "0", "255", "sctp", "none-that-iana-knows"] {
        for ports in ["all", "443", "0-65535"] {
            assert!(opens(protocol, ports, (protocol, 0)), "{protocol}");
            for asked in
                [("tcp", 22), ("tcp", 443), ("udp", 53), ("icmp", 8), ("-1", 0), ("51", 0), ("ah", 443)]
            {
                assert!(!opens(protocol, ports, asked), "{protocol} asked for {asked:?}");
            }
        }
    }
    assert!(opens("gre", "all", ("47", 0)) && opens("51", "all", ("AH", 0)));
}

#[test]
fn each_icmp_is_open_over_its_own_family_only() {
    for (protocol, other, world) in [("icmp", "icmpv6", "0.0.0.0/0"), ("58", "1", "::/0")] {
        let both = [
            rule("sgr-1", "-1", "all", "0.0.0.0/0"),
            rule("sgr-2", "-1", "all", "::/0"),
            rule("sgr-3", protocol, "all", world),
            rule("sgr-4", other, "all", world),
        ];
        for rules in [&both[..2], &both[2..]] {
            let found = exposures(rules, protocol, 8);
            let (own, foreign) = if world == "::/0" { (found.v6, found.v4) } else { (found.v4, found.v6) };
            assert_eq!((own, foreign), (Exposure::World, Exposure::None), "{rules:?}");
        }
        assert_eq!(exposures(&both[2..], other, 8), Exposures { v4: Exposure::None, v6: Exposure::None });
    }
}

#[test]
fn a_query_for_another_protocol_is_not_reached_by_a_rule_with_ports() {
    assert!(!opens("tcp", "all", ("50", 0)));
    assert!(!opens("tcp", "all", ("-1", 0)));
}

#[test]
fn icmp_has_a_type_and_a_code_in_place_of_ports() {
    assert!(opens("icmp", "8-0", ("icmp", 8)));
    assert!(opens("icmp", "3-4", ("icmp", 3)));
    assert!(!opens("icmp", "3-5", ("icmp", 4)), "3 to 5 is type 3, code 5");
    assert!(!opens("icmp", "0-255", ("icmp", 8)));
}

#[test]
fn minus_one_is_every_icmp_type_or_code() {
    let at = |from: &str, to: &str| {
        let mut rule = rule("sgr-1", "icmp", "all", "0.0.0.0/0");
        rule.permission.from_port = from.parse().ok();
        rule.permission.to_port = to.parse().ok();
        move |kind| exposures(std::slice::from_ref(&rule), "icmp", kind).v4 == Exposure::World
    };
    assert!(at("-1", "-1")(8));
    assert!(at("8", "-1")(8));
    assert!(!at("8", "-1")(3));
    assert!(at("8", "")(8));
    assert!(at("-1", "-1")(443), "a number that no type has is one of all");
    assert!(!at("8", "-1")(443));
}

#[test]
fn an_icmp_code_can_be_asked_for() {
    let rules = [rule("sgr-1", "icmp", "3-4", "0.0.0.0/0")];
    let ask = |code| {
        let query = Query::icmp_type(Protocol::Icmp, 3, Some(code));
        query.answer(&rules, &PrefixLists::default()).exposures.v4
    };
    assert_eq!(ask(4), Exposure::World);
    assert_eq!(ask(1), Exposure::None);
}

#[test]
fn a_bound_that_is_absent_or_minus_one_does_not_bound() {
    let mut rule = rule("sgr-1", "tcp", "22", "0.0.0.0/0");
    for (from, to, opened) in [
        (Some(22), None, &[22, 65535][..]),
        (None, Some(22), &[0, 22]),
        (Some(-1), Some(-1), &[0, 22, 65535]),
        (Some(22), Some(70000), &[22, 65535]),
        (Some(70000), Some(80000), &[]),
    ] {
        (rule.permission.from_port, rule.permission.to_port) = (from, to);
        let open = |port| exposures(std::slice::from_ref(&rule), "tcp", port).v4 == Exposure::World;
        let found: Vec<u16> = [0, 22, 65535].into_iter().filter(|port| open(*port)).collect();
        assert_eq!(found, opened, "{from:?} to {to:?}");
    }
}

#[test]
fn sources_of_different_rules_add_up_on_the_ports_that_they_share() {
    let rules = [
        rule("sgr-1", "tcp", "20-30", "0.0.0.0/1"),
        rule("sgr-2", "-1", "all", "128.0.0.0/2"),
        rule("sgr-3", "6", "22-25", "192.0.0.0/2"),
    ];
    for (port, exposure) in [(20, Exposure::Broad), (22, Exposure::World), (30, Exposure::Broad)] {
        assert_eq!(exposures(&rules, "tcp", port).v4, exposure, "{port}");
    }
}

#[test]
fn an_outbound_rule_lets_nothing_in() {
    let mut rule = rule("sgr-1", "-1", "all", "0.0.0.0/0");
    rule.is_egress = true;
    assert_eq!(exposures(&[rule], "tcp", 22).v4, Exposure::None);
}
