//! What is revoked, and what is put back first.

use network::{Cut, Handling, Plan, PrefixLists, Protocol, Rule, Settings, assess};

use crate::given::{applied, authorizing_protocols, authorizing_tcp, lists, ports, rule};

/// The plan in words: what is put back, then what is revoked.
fn plan_with(rules: &[Rule], lists: &PrefixLists, settings: &Settings) -> (Vec<String>, Vec<String>) {
    let plan = Plan::new(rules, &assess(rules, lists, settings), settings);
    let after = assess(&applied(&plan, rules), lists, settings);
    assert!(after.is_closed(), "{after:?}");
    let restored = plan.restore.iter().map(|part| part.permission.to_string());
    let revoked = plan.revoke.iter().map(ToString::to_string);
    (restored.collect(), revoked.collect())
}

fn plan(rules: &[Rule]) -> (Vec<String>, Vec<String>) {
    plan_with(rules, &PrefixLists::default(), &Settings::default())
}

#[test]
fn a_closed_group_needs_no_change() {
    let rules = [rule("sgr-1", "tcp", "443", "0.0.0.0/0"), rule("sgr-2", "tcp", "22", "10.0.0.0/8")];
    let settings = Settings::default();
    let plan = Plan::new(&rules, &assess(&rules, &PrefixLists::default(), &settings), &settings);
    assert!(plan.is_empty());
    assert_eq!(applied(&plan, &rules), rules);
}

#[test]
fn the_offending_rule_goes_and_its_neighbours_stay() {
    let rules = [
        rule("sgr-1", "tcp", "22", "0.0.0.0/0"),
        rule("sgr-2", "tcp", "22", "10.0.0.0/8"),
        rule("sgr-3", "tcp", "22", "sg-1"),
        rule("sgr-4", "tcp", "22", "203.0.114.7/32"),
        rule("sgr-5", "tcp", "443", "0.0.0.0/0"),
    ];
    assert_eq!(plan(&rules), (vec![], vec!["sgr-1".to_owned()]));
}

#[test]
fn authorized_ports_of_a_range_are_put_back_with_source_description_and_tags() {
    let mut wide = rule("sgr-1", "tcp", "80-8080", "0.0.0.0/0");
    wide.permission.description = Some("web".to_owned());
    wide.tags.insert("team".to_owned(), "shop".to_owned());
    let rules = [wide];
    let settings = Settings::default();
    let plan = Plan::new(&rules, &assess(&rules, &PrefixLists::default(), &settings), &settings);

    let after = applied(&plan, &rules);
    let said: Vec<_> = after.iter().map(|rule| rule.permission.to_string()).collect();
    assert_eq!(said, ["tcp 80 from 0.0.0.0/0", "tcp 443 from 0.0.0.0/0"]);
    for rule in &after {
        assert_eq!(rule.permission.description.as_deref(), Some("web"));
        assert_eq!(rule.tags.get("team").map(String::as_str), Some("shop"));
    }
}

#[test]
fn all_traffic_from_the_world_leaves_what_is_authorized() {
    let rules = [rule("sgr-1", "-1", "all", "::/0")];
    let settings = Settings { authorized_udp_ports: ports("500-510"), ..authorizing_tcp("443,8000-8080") };
    let (restored, revoked) = plan_with(&rules, &PrefixLists::default(), &settings);
    assert_eq!(restored, ["tcp 443 from ::/0", "tcp 8000-8080 from ::/0", "udp 500-510 from ::/0"]);
    assert_eq!(revoked, ["sgr-1"]);
}

#[test]
fn of_a_protocol_without_ports_its_own_rules_go_and_leave_nothing() {
    let rules = [
        rule("sgr-1", "50", "all", "0.0.0.0/0"),
        rule("sgr-2", "51", "all", "0.0.0.0/1"),
        rule("sgr-3", "51", "all", "128.0.0.0/1"),
        rule("sgr-4", "47", "all", "10.0.0.0/8"),
        rule("sgr-5", "tcp", "22", "128.0.0.0/1"),
    ];
    assert_eq!(plan(&rules), (vec![], ["sgr-1", "sgr-2", "sgr-3"].map(str::to_owned).to_vec()));
    let (_, revoked) = plan_with(&rules, &PrefixLists::default(), &authorizing_protocols(&["ah"]));
    assert_eq!(revoked, ["sgr-1"]);
}

#[test]
fn a_rule_for_all_traffic_that_helps_to_open_a_protocol_without_ports_stays() {
    let rules = [rule("sgr-1", "-1", "all", "0.0.0.0/1"), rule("sgr-2", "47", "all", "128.0.0.0/1")];
    assert_eq!(plan(&rules), (vec![], vec!["sgr-2".to_owned()]));
}

#[test]
fn all_traffic_leaves_the_protocols_without_ports_that_are_authorized() {
    let settings = authorizing_protocols(&["ah", "esp"]);
    let world = rule("sgr-1", "-1", "all", "0.0.0.0/0");
    let (restored, revoked) = plan_with(std::slice::from_ref(&world), &PrefixLists::default(), &settings);
    assert_eq!(
        restored,
        ["tcp 80", "tcp 443", "IP protocol 50 (ESP)", "IP protocol 51 (AH)"]
            .map(|what| format!("{what} from 0.0.0.0/0"))
    );
    assert_eq!(revoked, ["sgr-1"]);

    let rules =
        [world, rule("sgr-2", "esp", "all", "1.2.3.4/0"), rule("sgr-3", "tcp", "22-8080", "0.0.0.0/0")];
    let (restored, revoked) = plan_with(&rules, &PrefixLists::default(), &settings);
    assert_eq!(
        restored,
        ["tcp 80", "tcp 443", "IP protocol 51 (AH)"].map(|what| format!("{what} from 0.0.0.0/0")),
        "the rule for ESP stays"
    );
    assert_eq!(revoked, ["sgr-1", "sgr-3"]);
}

#[test]
fn all_traffic_goes_even_where_every_port_may_be_open() {
    let settings = Settings { authorized_udp_ports: ports("0-65535"), ..authorizing_tcp("0-65535") };
    let rules = [rule("sgr-1", "-1", "all", "0.0.0.0/0")];
    let (restored, revoked) = plan_with(&rules, &PrefixLists::default(), &settings);
    assert_eq!(restored, ["tcp 0-65535 from 0.0.0.0/0", "udp 0-65535 from 0.0.0.0/0"]);
    assert_eq!(revoked, ["sgr-1"]);
}

#[test]
fn what_another_rule_keeps_open_is_not_put_back_twice() {
    let rules = [
        rule("sgr-1", "tcp", "80-8080", "0.0.0.0/0"),
        rule("sgr-2", "tcp", "70-90", "1.2.3.4/0"),
        rule("sgr-3", "tcp", "443", "0.0.0.0/0"),
    ];
    let (restored, revoked) = plan(&rules);
    assert_eq!(restored, ["tcp 80 from 0.0.0.0/0"]);
    assert_eq!(revoked, ["sgr-1", "sgr-2"]);
}

#[test]
fn a_prefix_list_is_put_back_as_the_prefix_list() {
    let rules = [rule("sgr-1", "tcp", "0-443", "pl-1")];
    let lists = lists(&[("pl-1", &["0.0.0.0/1", "128.0.0.0/1"])]);
    let (restored, revoked) = plan_with(&rules, &lists, &Settings::default());
    assert_eq!(restored, ["tcp 80 from pl-1", "tcp 443 from pl-1"]);
    assert_eq!(revoked, ["sgr-1"]);
}

#[test]
fn ports_that_a_part_of_a_split_does_not_help_to_open_are_put_back() {
    let rules = [rule("sgr-1", "tcp", "20-30", "0.0.0.0/1"), rule("sgr-2", "tcp", "22", "128.0.0.0/1")];
    let (restored, revoked) = plan(&rules);
    assert_eq!(restored, ["tcp 20-21 from 0.0.0.0/1", "tcp 23-30 from 0.0.0.0/1"]);
    assert_eq!(revoked, ["sgr-1", "sgr-2"]);
}

#[test]
fn all_traffic_that_is_part_of_a_split_keeps_the_rest_of_its_ports() {
    let rules = [rule("sgr-1", "-1", "all", "0.0.0.0/1"), rule("sgr-2", "tcp", "22", "128.0.0.0/1")];
    let (restored, _) = plan(&rules);
    assert_eq!(
        restored,
        [
            "tcp 0-21 from 0.0.0.0/1",
            "tcp 23-65535 from 0.0.0.0/1",
            "udp 0-65535 from 0.0.0.0/1",
            "icmp all types from 0.0.0.0/1",
        ]
    );
    let rules = [rule("sgr-1", "-1", "all", "2000::/4"), rule("sgr-2", "tcp", "22", "3000::/4")];
    assert_eq!(plan(&rules).0.last().map(String::as_str), Some("icmpv6 all types from 2000::/4"));
}

#[test]
fn open_icmp_that_is_only_reported_leaves_all_icmp_to_a_part_of_a_split() {
    for (kind, there) in [("8--1", &[][..]), ("8-0", &[]), ("8-0", &["3-4", "5-6"])] {
        let mut rules = vec![
            rule("sgr-1", "-1", "all", "0.0.0.0/1"),
            rule("sgr-2", "tcp", "22", "128.0.0.0/1"),
            rule("sgr-3", "icmp", kind, "128.0.0.0/1"),
        ];
        rules.extend(there.iter().map(|kind| rule(kind, "icmp", kind, "0.0.0.0/1")));
        let (restored, revoked) = plan(&rules);
        assert_eq!(
            restored,
            [
                "tcp 0-21 from 0.0.0.0/1",
                "tcp 23-65535 from 0.0.0.0/1",
                "udp 0-65535 from 0.0.0.0/1",
                "icmp all types from 0.0.0.0/1",
            ]
        );
        assert_eq!(revoked, ["sgr-1", "sgr-2"]);
    }
}

#[test]
fn open_icmp_stays_unless_it_is_to_be_revoked() {
    let rules = [rule("sgr-1", "icmp", "8-0", "0.0.0.0/0")];
    assert_eq!(plan(&rules), (vec![], vec![]));
    let settings = Settings { icmp: Handling::Revoke, ..Settings::default() };
    let (_, revoked) = plan_with(&rules, &PrefixLists::default(), &settings);
    assert_eq!(revoked, ["sgr-1"]);
}

#[test]
fn icmp_that_takes_many_rules_is_not_put_back_and_the_plan_says_what_is_cut() {
    let settings = Settings { icmp: Handling::Revoke, ..Settings::default() };
    let half = rule("sgr-1", "icmp", "all", "0.0.0.0/1");
    let rules = [half, rule("sgr-2", "icmp", "8-0", "128.0.0.0/1"), rule("sgr-3", "tcp", "22", "0.0.0.0/0")];
    let plan = Plan::new(&rules, &assess(&rules, &PrefixLists::default(), &settings), &settings);
    assert_eq!((plan.restore.len(), plan.revoke.len()), (0, 3));
    let cut = Cut {
        part_of: "sgr-1".into(),
        protocol: Protocol::Icmp,
        types: vec!["types 0-7".to_owned(), "type 8 code 1 to type 255 code 255".to_owned()],
        source: rules[0].permission.source.clone(),
        rules: 255 + 255,
    };
    assert_eq!(plan.cut, [cut]);
}

#[test]
fn icmp_that_takes_few_rules_is_put_back() {
    let settings = Settings { icmp: Handling::Revoke, ..Settings::default() };
    let mut rules = vec![rule("sgr-all", "icmp", "all", "0.0.0.0/1")];
    // All types are open but 3, and of type 8 all codes but 0 to 3.
    let open = (0..=255).filter(|kind| *kind != 3 && *kind != 8);
    rules.extend(open.map(|kind| rule(&format!("sgr-{kind}"), "icmp", &format!("{kind}--1"), "128.0.0.0/1")));
    let codes = (4..=255).map(|code| format!("8-{code}"));
    rules.extend(codes.map(|code| rule(&format!("sgr-{code}"), "icmp", &code, "128.0.0.0/1")));
    let (restored, _) = plan_with(&rules, &PrefixLists::default(), &settings);
    assert_eq!(
        restored,
        ["type 3", "type 8 code 0", "type 8 code 1", "type 8 code 2", "type 8 code 3"]
            .map(|what| format!("icmp {what} from 0.0.0.0/1"))
    );
}

#[test]
fn what_other_rules_of_the_source_let_through_does_not_make_icmp_take_more_rules() {
    let rules = [
        rule("sgr-1", "-1", "all", "0.0.0.0/1"),
        rule("sgr-2", "icmp", "8-0", "0.0.0.0/1"),
        rule("sgr-3", "tcp", "0-65535", "128.0.0.0/1"),
    ];
    let settings = Settings { icmp: Handling::Revoke, ..Settings::default() };
    let (restored, _) = plan_with(&rules, &PrefixLists::default(), &settings);
    assert!(restored.contains(&"icmp all types from 0.0.0.0/1".to_owned()), "{restored:?}");
}

#[test]
fn a_second_plan_is_empty() {
    let rules = [rule("sgr-1", "-1", "all", "0.0.0.0/0"), rule("sgr-2", "tcp", "0-65535", "::/0")];
    let settings = Settings::default();
    let plan =
        |rules: &[Rule]| Plan::new(rules, &assess(rules, &PrefixLists::default(), &settings), &settings);
    assert!(plan(&applied(&plan(&rules), &rules)).is_empty());
}

#[test]
fn outbound_rules_are_left_alone() {
    let mut outbound = rule("sgr-1", "-1", "all", "0.0.0.0/0");
    outbound.is_egress = true;
    let rules = [outbound.clone(), rule("sgr-2", "tcp", "22-80", "0.0.0.0/0")];
    let settings = Settings::default();
    let plan = Plan::new(&rules, &assess(&rules, &PrefixLists::default(), &settings), &settings);
    let after = applied(&plan, &rules);
    assert_eq!(after.first(), Some(&outbound));
    assert_eq!(after.len(), 2, "tcp 80 is put back though it may leave");
}
