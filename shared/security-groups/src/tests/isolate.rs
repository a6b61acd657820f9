//! The style `isolate`.

use std::time::SystemTime;

use remediation::{Control, Done, Judge, Mode, Note, Outcome, Remedy, Severity, Told};

use super::memory::{Memory, OTHER, QUARANTINE, in_use, quarantine_tag};
use super::{GROUP, WORLD, changes, control, group_id, read, rule, source, walk, walk_in, walk_twice};

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;
const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";

#[test]
fn interfaces_go_into_the_quarantine_group_and_the_rule_stays() {
    let memory = in_use(&["eni-1", "eni-2"]);
    let control = control(&memory, ISOLATE);
    let report = walk(&control);
    assert_eq!((report.outcome, report.remaining.as_deref()), (Outcome::Remediated, Some(&[][..])));
    assert_eq!(memory.ids(), ["sgr-1"], "the evidence");
    for interface in ["eni-1", "eni-2"] {
        assert_eq!(memory.groups_of(interface), [QUARANTINE, OTHER]);
    }
    let quarantine = memory.quarantine.borrow().clone().unwrap();
    assert_eq!((quarantine.inbound, quarantine.outbound), (vec![], vec![]));
    assert_eq!(
        changes(&report),
        [
            "created the quarantine group sg-quarantine of vpc-1",
            "gave eni-1 of instance i-1 the groups sg-quarantine, sg-other in place of sg-other, sg-0a1b2c3d4e5f60718",
            "gave eni-2 of instance i-2 the groups sg-quarantine, sg-other in place of sg-other, sg-0a1b2c3d4e5f60718",
            "tagged the group `curfew:quarantined-at` = 2026-11-22T05:41:07.120Z",
            "tagged the group `curfew:quarantined-rules` = ce241c97125e186e9b1cc6a4c7b4195501ea7315cc8574261e5c82cd2d1654f2",
        ]
    );
    assert_eq!(memory.count("ec2:CreateTags"), 1);
    assert!(report.advice.iter().any(|line| line.contains("network ACL")), "{:?}", report.advice);

    // The second delivery changes nothing and has nothing to say.
    memory.calls.borrow_mut().clear();
    assert_eq!(walk(&control).outcome, Outcome::Compliant);
    assert_eq!(memory.calls.borrow().len(), 3);
}

#[test]
fn the_calls_are_few() {
    let memory = in_use(&["eni-1"]).with_quarantine(&[]);
    walk(&control(&memory, ISOLATE));
    assert_eq!(
        *memory.calls.borrow(),
        [
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeNetworkInterfaces",
            "find the quarantine group",
            PLACE,
            "ec2:CreateTags",
            "ec2:DescribeSecurityGroups",
            "ec2:DescribeSecurityGroupRules",
            "ec2:DescribeNetworkInterfaces",
        ]
    );
}

#[test]
fn what_was_on_each_interface_is_in_state_and_mail_with_the_commands_that_give_it_back() {
    let memory = in_use(&["eni-1", "eni-2"]);
    let report = walk(&control(&memory, ISOLATE));
    let before = report.before.unwrap();
    assert_eq!(before["interfaces"][1]["id"], "eni-2");
    assert_eq!(before["interfaces"][1]["groups"], serde_json::json!([OTHER, GROUP]));
    let titles: Vec<&str> = report.evidence.iter().map(|evidence| evidence.title.as_str()).collect();
    assert_eq!(
        titles[1..],
        ["The groups of its interfaces as they were", "How to give the interfaces their groups back"]
    );
    assert_eq!(
        report.evidence[2].body,
        "  aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id eni-1 --groups sg-other sg-0a1b2c3d4e5f60718\n  \
           aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id eni-2 --groups sg-other sg-0a1b2c3d4e5f60718"
    );
}

#[test]
fn every_other_group_goes_too_where_the_setting_says_so() {
    let memory = in_use(&["eni-1"]);
    let all = r#"{"quarantine": "isolate", "isolate_all_groups": true}"#;
    assert_eq!(walk(&control(&memory, all)).outcome, Outcome::Remediated);
    assert_eq!(memory.groups_of("eni-1"), [QUARANTINE]);
}

#[test]
fn what_curfew_may_have_closed_for_another_groups_sake_is_not_said_to_be_closed_by_somebody_else() {
    const ALL_GROUPS: &str = r#"{"quarantine": "isolate", "isolate_all_groups": true}"#;
    for (settings, of_all, of_a_part) in [
        (ISOLATE, Note::ClosedByOthers, Note::ClosedInPart),
        (ALL_GROUPS, Note::ClosedBesides, Note::ClosedBesidesInPart),
    ] {
        for (interfaces, outcome, note) in [
            (&["eni-1"][..], Outcome::ClosedMeanwhile, of_all),
            (&["eni-1", "eni-2"], Outcome::Remediated, of_a_part),
        ] {
            let memory = in_use(interfaces).with_quarantine(&[]);
            let isolated = |memory: &Memory| memory.give(0, &[QUARANTINE]);
            memory.later.borrow_mut().push(("ec2:DescribeNetworkInterfaces", 2, isolated));
            let report = walk(&control(&memory, settings));
            assert_eq!((report.outcome, report.note), (outcome, Some(note)), "{report:?}");
        }
    }
}

#[test]
fn interfaces_of_aws_services_are_left_alone_and_named() {
    let memory = in_use(&["eni-1"])
        .with_interface("eni-lb", "load_balancer", &[GROUP])
        .with_interface("eni-nat", "nat_gateway", &[GROUP])
        .with_interface("eni-rds", "interface", &[GROUP]);
    memory.interfaces.borrow_mut()[3].managed_by = Some("amazon-rds".into());
    let control = control(&memory, ISOLATE);
    let report = walk(&control);
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(memory.count(PLACE), 1);
    assert_eq!(
        memory.count("ec2:DescribeNetworkInterfaces"),
        4,
        "nobody waits for those to close by themselves"
    );
    let advice = report.advice.join(" ");
    assert!(advice.contains("through their service only") && advice.contains("network ACL"), "{advice}");
    assert!(!advice.contains("keeps opening"), "{advice}");
    let said = &report.findings[1];
    assert_eq!(
        (said.kind, said.severity, said.remedy, said.sentence().as_str()),
        (
            "open-on-managed-interface",
            Severity::High,
            Remedy::ByHand,
            "Curfew leaves alone, and so open, the interfaces that AWS services manage: eni-lb (load_balancer), \
             eni-nat (nat_gateway) and eni-rds of instance i-rds (interface, managed by amazon-rds)"
        )
    );
}

#[test]
fn what_is_left_is_told_with_the_change_and_not_again() {
    let memory = in_use(&["eni-1"]).with_interface("eni-lb", "load_balancer", &[GROUP]);
    let [first, again] = walk_twice(&control(&memory, ISOLATE));
    assert_eq!(first.report.outcome, Outcome::StillOpen);
    assert_eq!((again.report.outcome, again.report.changes.len()), (Outcome::Alerted, 0));
    assert_eq!(Some(again.report.findings), first.report.remaining);
    assert!(matches!(again.told, Told::Repeated));
}

#[test]
fn an_open_group_that_nothing_uses_is_told_as_a_trap() {
    let memory = Memory::of([rule("sgr-1", "-1", "all", WORLD)]);
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!((report.outcome, report.severity()), (Outcome::Alerted, Severity::Medium));
    assert!(
        report.findings[0]
            .sentence()
            .ends_with("as soon as a network interface gets the group: now none has it"),
        "{}",
        report.findings[0].sentence()
    );
    assert_eq!(memory.calls.borrow().len(), 3);
}

#[test]
fn an_interface_that_gets_an_isolated_group_again_is_isolated_again() {
    let memory = in_use(&["eni-1"]);
    let control = control(&memory, ISOLATE);
    walk(&control);
    memory.give(0, &[GROUP]);
    assert_eq!(walk(&control).outcome, Outcome::Remediated);
    assert_eq!(memory.groups_of("eni-1"), [QUARANTINE]);
    assert_eq!(memory.count("ec2:CreateSecurityGroup"), 1);
}

#[test]
fn one_interface_that_is_gone_or_refused_does_not_stop_the_others() {
    let memory = in_use(&["eni-1", "eni-refused", "eni-3", "eni-4"]);
    let gone = |memory: &Memory| drop(memory.interfaces.borrow_mut().remove(2));
    memory.meanwhile.borrow_mut().push((PLACE, gone));
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert!(report.error.unwrap().to_string().contains("OperationNotPermitted"));
    assert_eq!(report.changes.iter().filter(|change| change.action == PLACE).count(), 2);
    let remaining = report.remaining.unwrap();
    assert_eq!(remaining.len(), 1, "what remains is said");
    assert!(
        remaining[0].sentence().ends_with(", still on eni-refused of instance i-refused"),
        "{remaining:?}"
    );
    assert_eq!(memory.groups_of("eni-4"), [QUARANTINE, OTHER]);
}

#[test]
fn two_hundred_interfaces_are_isolated() {
    let ids: Vec<String> = (0..200).map(|n| format!("eni-{n}")).collect();
    let memory = in_use(&ids.iter().map(String::as_str).collect::<Vec<_>>());
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!((report.outcome, memory.count(PLACE)), (Outcome::Remediated, 200));
}

#[test]
fn the_groups_that_an_interface_keeps_are_those_that_it_has_at_the_change() {
    let memory = in_use(&["eni-1", "eni-2"]);
    let control = control(&memory, ISOLATE);
    let plan = control
        .plan(&control.assess(&read(&control), SystemTime::UNIX_EPOCH), SystemTime::UNIX_EPOCH)
        .unwrap();
    memory.give(0, &[GROUP, "sg-new"]);
    memory.give(1, &[OTHER]);
    let mut done = Done::default();
    super::at(async |at| control.apply(at, &plan, &mut done).await).unwrap();
    assert_eq!(memory.groups_of("eni-1"), [QUARANTINE, "sg-new"]);
    assert_eq!(memory.groups_of("eni-2"), [OTHER], "it had left the group already");
}

#[test]
fn groups_that_others_give_an_interface_while_curfew_is_at_work_stay() {
    let ids: Vec<String> = (0..30).map(|n| format!("eni-{n}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    for (call, number) in [("ec2:CreateSecurityGroup", 1), (PLACE, 20)] {
        let memory = in_use(&ids);
        memory.later.borrow_mut().push((call, number, |memory| memory.give(25, &[GROUP, "sg-forensics"])));
        let report = walk(&control(&memory, ISOLATE));
        assert_eq!((report.outcome, memory.count(PLACE)), (Outcome::Remediated, 30));
        assert_eq!(memory.groups_of("eni-25"), [QUARANTINE, "sg-forensics"], "{call}");
    }
}

#[test]
fn of_two_that_create_the_quarantine_group_at_once_one_finds_the_others() {
    let memory = in_use(&["eni-1"]).with_quarantine(&[]);
    memory.is_found.set(false);
    // The other one has not come to take the outbound rules away.
    let outbound = rule("", "-1", "all", WORLD).permission;
    memory.quarantine.borrow_mut().as_mut().unwrap().outbound.push(outbound);
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.groups_of("eni-1"), [QUARANTINE, OTHER]);
    assert_eq!(memory.quarantine.borrow().as_ref().unwrap().outbound, []);
}

#[test]
fn a_group_of_that_name_without_the_tag_is_nobodys_quarantine() {
    let memory = in_use(&["eni-1"]).with_quarantine(&[]);
    memory.is_found.set(false);
    memory.quarantine.borrow_mut().as_mut().unwrap().is_tagged = false;
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::Failed);
    let error = report.error.unwrap().to_string();
    let command = "`aws ec2 create-tags --region eu-west-1 --resources sg-quarantine --tags \
                   Key=curfew:quarantine-group,Value=vpc-1`";
    assert!(error.contains(command) && !error.contains("rename"), "{error}");
    assert_eq!(memory.groups_of("eni-1"), [OTHER, GROUP]);
}

#[test]
fn nothing_is_put_into_a_quarantine_group_that_is_open_itself() {
    let open = rule("", "tcp", "22", WORLD).permission;
    let memory = in_use(&["eni-1"]).with_quarantine(&[open]);
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.error.unwrap().to_string().contains("is open itself"));
    assert_eq!(memory.count(PLACE), 0);

    let forensics =
        network::Permission { source: source("10.9.0.0/16"), ..rule("", "tcp", "22", WORLD).permission };
    let memory = in_use(&["eni-1"]).with_quarantine(&[forensics]);
    assert_eq!(walk(&control(&memory, ISOLATE)).outcome, Outcome::Remediated);
}

#[test]
fn the_lists_that_a_quarantine_group_names_decide_whether_it_is_open() {
    let named =
        |id: &str| network::Permission { source: source(id), ..rule("", "tcp", "22", WORLD).permission };
    let memory = || {
        in_use(&["eni-1"]).with_list("pl-corp", "210987654321", &["10.0.0.0/8"]).with_list(
            "pl-world",
            "210987654321",
            &["0.0.0.0/0"],
        )
    };
    let closed = memory().with_quarantine(&[named("pl-corp")]);
    assert_eq!(walk(&control(&closed, ISOLATE)).outcome, Outcome::Remediated);
    assert_eq!(closed.groups_of("eni-1"), [QUARANTINE, OTHER]);

    for (list, why) in
        [("pl-world", "is open itself"), ("pl-unread", "prefix list pl-unread could not be read")]
    {
        let refused = memory().with_quarantine(&[named(list)]);
        let report = walk(&control(&refused, ISOLATE));
        assert_eq!((report.outcome, refused.count(PLACE)), (Outcome::Failed, 0));
        let said = report.error.unwrap().to_string();
        assert!(said.contains(why) && said.contains("is open") == (list == "pl-world"), "{said}");
    }
}

#[test]
fn of_several_quarantine_groups_the_first_that_is_closed_takes_them_in() {
    let memory = in_use(&["eni-1"]).with_quarantine(&[]);
    let open = rule("", "tcp", "22", WORLD).permission;
    let first = memory.quarantine.borrow().clone().unwrap();
    let first = crate::QuarantineGroup { id: group_id("sg-0"), inbound: vec![open], ..first };
    memory.other_quarantines.borrow_mut().push(first);
    assert_eq!(walk(&control(&memory, ISOLATE)).outcome, Outcome::Remediated);
    assert_eq!(memory.groups_of("eni-1"), [QUARANTINE, OTHER]);
}

#[test]
fn an_open_quarantine_group_loses_its_open_rules() {
    let memory = in_use(&["eni-1"]);
    memory.about.borrow_mut().tags.extend([quarantine_tag()]);
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.ids(), Vec::<String>::new());
    assert_eq!(memory.groups_of("eni-1"), [OTHER, GROUP]);
    let advice = report.advice.join(" ");
    assert!(advice.contains("revokes the rules again at the next trigger"), "{advice}");
    assert!(!advice.contains("evidence") && !advice.contains("interfaces"), "{advice}");
    assert_eq!(walk(&control(&memory, ISOLATE)).outcome, Outcome::Compliant);
}

#[test]
fn observing_an_open_quarantine_group_speaks_of_its_rules() {
    let memory = in_use(&["eni-1"]);
    memory.about.borrow_mut().tags.extend([quarantine_tag()]);
    let report = walk_in(&control(&memory, ISOLATE), Mode::Observe);
    assert_eq!(report.outcome, Outcome::Observed);
    assert!(report.planned[0].starts_with("revoke rule sgr-1"), "{:?}", report.planned);
    let advice = report.advice.join(" ");
    assert!(!advice.contains("isolate") && !advice.contains("interface"), "{advice}");
}

#[test]
fn open_icmp_alone_isolates_nothing() {
    let memory = in_use(&["eni-1"]);
    *memory.rules.borrow_mut() = vec![rule("sgr-1", "icmp", "all", WORLD)];
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!((report.outcome, report.severity()), (Outcome::Alerted, Severity::Low));
    assert_eq!(memory.calls.borrow().len(), 2);
}

#[test]
fn observing_names_each_interface_and_moves_none() {
    let memory = in_use(&["eni-1"]);
    let report = walk_in(&control(&memory, ISOLATE), Mode::Observe);
    assert_eq!(report.outcome, Outcome::Observed);
    assert_eq!(
        report.planned[0],
        "give eni-1 of instance i-1 the quarantine group of vpc-1 in place of this group"
    );
    assert_eq!(memory.groups_of("eni-1"), [OTHER, GROUP]);
    assert_eq!(report.evidence.last().unwrap().title, "How to put back what would be changed");
}
