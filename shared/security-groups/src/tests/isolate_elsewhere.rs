//! The style `isolate` where interfaces of the group are in several VPCs, or belong to another account.

use events::{AccountId, VpcId};
use remediation::{Mode, Outcome, Remedy, Report, Severity};

use super::memory::{Memory, OTHER, QUARANTINE, in_use};
use super::{GROUP, changes, control, walk, walk_in};
use crate::Interface;

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;
const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";

fn in_vpc(vpc: &'static str) -> impl FnOnce(&mut Interface) {
    |one| one.vpc = VpcId::new(vpc).unwrap()
}

fn foreign(one: &mut Interface) {
    one.owner = AccountId::new("111122223333");
}

/// One interface in the group's VPC, and two in another one.
fn in_two_vpcs() -> Memory {
    in_use(&["eni-1"])
        .with_interface("eni-2", "interface", &[GROUP])
        .that(in_vpc("vpc-2"))
        .with_interface("eni-3", "interface", &[OTHER, GROUP])
        .that(in_vpc("vpc-2"))
}

fn by_hand(report: &Report) -> Vec<&str> {
    let first = &report.evidence[0];
    assert_eq!(first.title, "How to finish by hand");
    first.body.lines().collect()
}

/// Whether the commands of this title revoke the open rule.
fn revokes(report: &Report, title: &str) -> bool {
    let block = report.evidence.iter().find(|block| block.title == title);
    block.is_some_and(|block| {
        block.body.contains("revoke-security-group-ingress")
            && block.body.ends_with("--security-group-rule-ids sgr-1")
    })
}

/// What the second read found on which interfaces.
fn left(report: &Report) -> Vec<(&str, Remedy, &str)> {
    let remaining = report.remaining.iter().flatten().filter(|left| left.remedy.is_open());
    remaining.map(|left| (left.kind, left.remedy, left.summary.as_str())).collect()
}

#[test]
fn each_interface_goes_into_the_quarantine_group_of_its_own_vpc_and_back() {
    let memory = in_two_vpcs();
    let control = control(&memory, ISOLATE);
    let report = walk(&control);
    assert_eq!(report.outcome, Outcome::Remediated, "{:?}", report.error);
    assert_eq!(memory.groups_of("eni-1"), [QUARANTINE, OTHER]);
    assert_eq!(memory.groups_of("eni-2"), ["sg-quarantine2"]);
    assert_eq!(memory.groups_of("eni-3"), ["sg-quarantine2", OTHER]);
    for quarantine in memory.elsewhere.borrow().values().chain(memory.quarantine.borrow().as_ref()) {
        assert_eq!(quarantine.outbound, []);
    }
    let created: Vec<&str> =
        changes(&report).into_iter().filter(|what| what.starts_with("created")).collect();
    assert_eq!(
        created,
        [
            "created the quarantine group sg-quarantine of vpc-1",
            "created the quarantine group sg-quarantine2 of vpc-2",
        ]
    );
    let back = &report.evidence.last().unwrap().body;
    for line in [format!("eni-2 --groups {GROUP}"), format!("eni-3 --groups {OTHER} {GROUP}")] {
        assert!(back.contains(&line), "{back}");
    }
    assert_eq!(walk(&control).outcome, Outcome::Compliant);

    memory.give(1, &[GROUP]);
    assert_eq!(walk(&control).outcome, Outcome::Remediated);
    assert_eq!(memory.count("ec2:CreateSecurityGroup"), 2, "those that are there are found");
}

#[test]
fn a_group_whose_interfaces_are_all_in_another_vpc_is_isolated_there() {
    let memory = in_use(&[]).with_interface("eni-2", "interface", &[GROUP]).that(in_vpc("vpc-2"));
    assert_eq!(walk(&control(&memory, ISOLATE)).outcome, Outcome::Remediated);
    assert_eq!(memory.groups_of("eni-2"), ["sg-quarantine2"]);
    assert_eq!(*memory.quarantine.borrow(), None, "nobody needs one in the group's own VPC");
}

#[test]
fn the_plan_names_the_vpc_of_each_interface() {
    let memory = in_two_vpcs();
    let planned = walk_in(&control(&memory, ISOLATE), Mode::Observe).planned;
    assert_eq!(planned[0], "give eni-1 of instance i-1 the quarantine group of vpc-1 in place of this group");
    assert_eq!(planned[1], "give eni-2 of instance i-2 the quarantine group of vpc-2 in place of this group");
}

#[test]
fn where_a_vpc_gets_no_quarantine_group_its_interfaces_are_still_open_and_named_and_the_others_isolated() {
    let memory = in_two_vpcs();
    memory.refused.borrow_mut().push("vpc-2");
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert!(report.error.as_ref().unwrap().to_string().contains("OperationNotPermitted"));
    assert_eq!(memory.groups_of("eni-1"), [QUARANTINE, OTHER]);
    let said = "Anyone on the internet may reach tcp 22 (SSH) through rule sgr-1, still on eni-2 of instance i-2 and eni-3 of instance i-3";
    assert_eq!(left(&report), [("open-ingress", Remedy::Close, said)]);

    let lines = by_hand(&report);
    assert!(lines[0].contains("Name=vpc-id,Values=vpc-2 Name=owner-id,Values=210987654321 "), "{lines:#?}");
    let place = "  aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id";
    assert_eq!(lines[9], format!("{place} eni-2 --groups \"$quarantine\" &&"));
    assert_eq!(lines[10], format!("{place} eni-3 --groups \"$quarantine\" {OTHER}"));
    assert_eq!(lines.len(), 11, "what is done is not there: {lines:#?}");
}

#[test]
fn the_commands_find_or_create_a_quarantine_group_for_each_vpc() {
    let memory = in_two_vpcs();
    memory.denied.borrow_mut().push("find the quarantine group");
    let report = walk(&control(&memory, ISOLATE));
    let lines = by_hand(&report);
    let found = |vpc: &str| {
        lines.iter().position(|line| line.contains(&format!("Name=vpc-id,Values={vpc} "))).unwrap()
    };
    let placed = |one: &str| lines.iter().position(|line| line.contains(&format!("{one} --groups"))).unwrap();
    let order = [found("vpc-1"), placed("eni-1"), found("vpc-2"), placed("eni-2"), placed("eni-3")];
    assert!(order.is_sorted(), "{lines:#?}");
}

#[test]
fn interfaces_of_other_accounts_are_left_alone_and_named() {
    let memory = in_use(&["eni-1"])
        .with_interface("eni-2", "interface", &[GROUP])
        .that(foreign)
        .with_interface("eni-3", "load_balancer", &[GROUP])
        .that(foreign);
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!((report.outcome, report.error.is_none()), (Outcome::StillOpen, true));
    assert_eq!(memory.count(PLACE), 1, "nobody tries what EC2 refuses");
    let said = "Curfew may not change, and leaves open, the interfaces that other accounts own: eni-2 of instance i-2 \
                (owned by account 111122223333) and eni-3 (load_balancer, owned by account 111122223333)";
    assert_eq!(left(&report), [("open-on-foreign-interface", Remedy::ByHand, said)]);
    assert_eq!(report.findings[1].severity, Severity::High);
    let advice = report.advice.join(" ");
    assert!(advice.contains("ask their owners") && !advice.contains("through their service"), "{advice}");
    assert!(revokes(&report, "How to close the rest by revoking the rules"), "{:?}", report.evidence);
    let as_they_were = &report.evidence[1].body;
    assert!(as_they_were.contains("another account owns it, Curfew may not change it"), "{as_they_were}");
}

#[test]
fn a_group_that_only_services_and_other_accounts_use_is_in_use() {
    for one in [foreign, |one: &mut Interface| one.managed_by = Some("eks.amazonaws.com".into())] {
        let memory = in_use(&["eni-1"]).that(one);
        let report = walk(&control(&memory, ISOLATE));
        assert_eq!((report.outcome, report.severity()), (Outcome::Alerted, Severity::High));
        assert_eq!(report.hindrance, None, "that is for a person");
        assert!(report.is_urgent(), "and does not wait for a digest");
        assert!(revokes(&report, "How to close it by hand"), "{:?}", report.evidence);
        assert!(
            report.findings.iter().all(|finding| !finding.sentence().contains("none has it")),
            "{:?}",
            report.findings
        );
        assert!(
            report.findings.iter().any(|finding| finding.sentence().contains("eni-1")),
            "{:?}",
            report.findings
        );
        assert_eq!(memory.count(PLACE), 0);
    }
}

#[test]
fn an_interface_that_ec2_refuses_to_change_is_still_open_and_named() {
    let memory = in_use(&["eni-1", "eni-refused"]);
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::StillOpen);
    let said = "Anyone on the internet may reach tcp 22 (SSH) through rule sgr-1, still on eni-refused of instance i-refused";
    assert_eq!(left(&report), [("open-ingress", Remedy::Close, said)]);
}
