//! What is left undone, as commands.

use std::time::Duration;

use remediation::ledger::{Limits, Memory as Ledger};
use remediation::testing::{self, LIMITS, Still, Topic, run};
use remediation::{Delivery, Mode, Note, Outcome, Ports, Report, Visit};

use super::memory::{Memory, OTHER, QUARANTINE, in_use};
use super::{FULL, GROUP, WORLD, WORLD6, control, described, read, rule, subject, tagged, walk};
use crate::{QUARANTINED_AT, SgIngress};

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;
const AUTHORIZE: &str = "ec2:AuthorizeSecurityGroupIngress";
const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";
const TAG: &str = "  aws ec2 create-tags --region eu-west-1 --resources sg-0a1b2c3d4e5f60718 --tags \
                   Key=curfew:quarantined-at,Value=2026-11-22T05:41:07.120Z";

fn by_hand(report: &Report) -> Vec<&str> {
    let first = &report.evidence[0];
    if first.title == "How to finish by hand" { first.body.lines().collect() } else { Vec::new() }
}

fn ingress(what: &str, options: &str) -> String {
    format!("  aws ec2 {what}-security-group-ingress --region eu-west-1 --group-id {GROUP} {options}")
}

fn place(interface: &str, groups: &str) -> String {
    format!(
        "  aws ec2 modify-network-interface-attribute --region eu-west-1 --network-interface-id {interface} \
         --groups {groups}"
    )
}

#[test]
fn what_waited_and_was_closed_by_somebody_else_is_no_change_of_curfews() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    let control = control(&memory, "{}");
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let ports = Ports::new(&clock, &topic, &ledger);
    let subject = subject();
    let stopped = Limits { changes_per_hour: 0, ..LIMITS };
    let deliver = |delivery| {
        let visit = testing::visit::<SgIngress<&Memory>>(&subject, Mode::Enforce, delivery, &&clock);
        testing::said(run(remediation::walk(&control, &Visit { limits: stopped, ..visit }, &ports))).report
    };
    assert_eq!(deliver(Delivery::First).outcome, Outcome::Held);
    memory.rules.borrow_mut().clear();
    clock.forward(Duration::from_secs(60 * 60));
    let report = deliver(Delivery::Last);
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedByOthers)));
    assert!(report.changes.is_empty());
    assert_eq!(report.findings.len(), 1, "what was open is said");
    assert!(memory.about.borrow().tags.is_empty());
    let mails: Vec<Outcome> = topic.reports.borrow().iter().map(|report| report.outcome).collect();
    assert_eq!(mails, [Outcome::Held, Outcome::ClosedMeanwhile]);
}

#[test]
fn what_waited_and_may_not_be_done_then_is_not_said_to_be_done() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    let control = control(&memory, "{}");
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let ports = Ports::new(&clock, &topic, &ledger);
    let subject = subject();
    let deliver = |changes_per_hour, delivery| {
        let visit = testing::visit::<SgIngress<&Memory>>(&subject, Mode::Enforce, delivery, &&clock);
        let limits = Limits { changes_per_hour, ..LIMITS };
        testing::said(run(remediation::walk(&control, &Visit { limits, ..visit }, &ports))).report
    };
    let put_back = "How to put back what would be changed";
    let held = deliver(0, Delivery::First);
    assert_eq!((held.outcome, &*held.evidence.last().unwrap().title), (Outcome::Held, put_back));
    memory.denied.borrow_mut().push(REVOKE);
    let report = deliver(1, Delivery::Again);
    assert_eq!((report.outcome, &*report.evidence.last().unwrap().title), (Outcome::Failed, put_back));
    // Another one closes it.
    memory.rules.borrow_mut().clear();
    let report = deliver(1, Delivery::Again);
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedByOthers)));
}

#[test]
fn parts_that_did_not_fit_are_there_and_those_that_did_are_not() {
    let range =
        tagged(described(rule("sgr-1", "tcp", "80-443", WORLD), "Ann's \"café\" $(id)"), "team", "a'b");
    let memory = Memory::of([range]);
    memory.room_for.set(1);
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(
        by_hand(&report),
        [ingress(
            "authorize",
            r#"--ip-permissions '[{"IpProtocol":"tcp","FromPort":443,"ToPort":443,"IpRanges":[{"CidrIp":"0.0.0.0/0","Description":"Ann'\''s \"café\" $(id)"}]}]' --tag-specifications '[{"ResourceType":"security-group-rule","Tags":[{"Key":"team","Value":"a'\''b"}]}]'"#
        )]
    );
    let advice = report.advice.join(" ");
    assert!(advice.contains("Or finish it by hand at once") && !advice.contains("may pass"), "{advice}");
}

#[test]
fn a_tag_that_is_missing_is_there_alone() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "80-90", WORLD)]);
    memory.denied.borrow_mut().push("ec2:CreateTags");
    let report = walk(&control(&memory, "{}"));
    assert_eq!((report.outcome, by_hand(&report)), (Outcome::Failed, vec![TAG]));
}

#[test]
fn what_nothing_was_done_of_is_there_whole_and_in_an_order_that_cuts_nobody() {
    for denied in [AUTHORIZE, REVOKE] {
        let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD6), rule("sgr-2", "tcp", "80-90", WORLD)]);
        memory.denied.borrow_mut().push(denied);
        let report = walk(&control(&memory, "{}"));
        let put_back = ingress(
            "authorize",
            r#"--ip-permissions '[{"IpProtocol":"tcp","FromPort":80,"ToPort":80,"IpRanges":[{"CidrIp":"0.0.0.0/0"}]}]' &&"#,
        );
        let revoke = ingress("revoke", "--security-group-rule-ids sgr-1 sgr-2");
        if denied == AUTHORIZE {
            // The rule of which nothing has to be put back is gone.
            let revoke = ingress("revoke", "--security-group-rule-ids sgr-2");
            assert_eq!(by_hand(&report), [FULL, put_back.as_str(), revoke.as_str()]);
        } else {
            // The part was put back before the revoke was denied.
            assert_eq!(by_hand(&report), [format!("{revoke} &&").as_str(), TAG]);
        }
    }
}

#[test]
fn what_somebody_else_did_meanwhile_is_not_there() {
    let memory =
        Memory::of(["22", "23", "80-90"].map(|port| rule(&format!("sgr-{port}"), "tcp", port, WORLD)));
    memory.room_for.set(3);
    memory.denied.borrow_mut().push("ec2:CreateTags");
    // In the meantime the group loses a rule that had to go, and gets the part that had to be put back.
    memory.meanwhile.borrow_mut().push((REVOKE, |memory: &Memory| {
        memory.rules.borrow_mut().remove(0);
        memory.rules.borrow_mut().push(rule("sgr-9", "tcp", "80", WORLD));
    }));
    let report = walk(&control(&memory, "{}"));
    assert_eq!((report.outcome, by_hand(&report)), (Outcome::Failed, vec![TAG]));
}

#[test]
fn a_rule_that_was_opened_meanwhile_is_there_to_be_revoked() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    memory.meanwhile.borrow_mut().push(("ec2:CreateTags", |memory: &Memory| {
        memory.rules.borrow_mut().push(rule("sgr-9", "tcp", "23", WORLD));
    }));
    let report = walk(&control(&memory, "{}"));
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(by_hand(&report), [ingress("revoke", "--security-group-rule-ids sgr-9")]);
}

#[test]
fn without_a_second_read_what_was_noted_as_done_is_not_there() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "80-90", WORLD)]);
    let blind = |memory: &Memory| memory.denied.borrow_mut().push("ec2:DescribeSecurityGroupRules");
    memory.meanwhile.borrow_mut().push(("ec2:CreateTags", blind));
    let report = walk(&control(&memory, "{}"));
    assert_eq!((report.outcome, report.remaining.as_ref()), (Outcome::Failed, None));
    assert_eq!(by_hand(&report), Vec::<&str>::new(), "all of it was done");

    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "80-90", WORLD)]);
    memory.denied.borrow_mut().push(REVOKE);
    memory.meanwhile.borrow_mut().push((REVOKE, blind));
    let report = walk(&control(&memory, "{}"));
    let revoke = ingress("revoke", "--security-group-rule-ids sgr-1 sgr-2");
    assert_eq!(by_hand(&report), [format!("{revoke} &&").as_str(), TAG], "the part was put back");
}

#[test]
fn interfaces_that_were_not_placed_are_there_with_the_groups_that_they_are_to_have() {
    let memory = in_use(&["eni-1", "eni-refused", "eni-3"]);
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(by_hand(&report), [place("eni-refused", &format!("{QUARANTINE} {OTHER}"))]);

    let memory = in_use(&["eni-1", "eni-2"]).with_quarantine(&[]);
    memory.denied.borrow_mut().push("ec2:CreateTags");
    let report = walk(&control(&memory, ISOLATE));
    let tagged = report.planned.last().unwrap();
    let digest = tagged.strip_prefix("tag the group `curfew:quarantined-rules` = ").unwrap();
    assert_eq!(by_hand(&report), [format!("{TAG} Key=curfew:quarantined-rules,Value={digest}")]);
    assert!(report.advice.join(" ").contains("tries again what is left"), "{:?}", report.advice);
}

#[test]
fn where_the_quarantine_group_is_not_known_the_commands_find_or_create_it() {
    for denied in ["find the quarantine group", "ec2:CreateSecurityGroup"] {
        let memory = in_use(&["eni-1", "eni-2"]);
        memory.denied.borrow_mut().push(denied);
        let report = walk(&control(&memory, ISOLATE));
        let lines = by_hand(&report);
        assert_eq!(lines.len(), 12, "{lines:#?}");
        assert!(lines[0].starts_with("  quarantine=$(aws ec2 describe-security-groups --region eu-west-1 "));
        assert!(lines[2].starts_with("    quarantine=$(aws ec2 create-security-group --region eu-west-1 "));
        assert!(lines[2].contains(" --group-name \"curfew-quarantine-$(date +%s)\" "), "{}", lines[2]);
        assert!(lines[4].starts_with("      aws ec2 revoke-security-group-egress "), "{}", lines[4]);
        assert_eq!(lines[9], format!("{} &&", place("eni-1", &format!("\"$quarantine\" {OTHER}"))));
        assert!(lines[11].starts_with(TAG));
    }
}

#[test]
fn nothing_of_an_isolation_is_run_once_something_before_it_failed() {
    let memory = in_use(&["eni-1", "eni-2"]);
    memory.denied.borrow_mut().push("ec2:CreateSecurityGroup");
    let report = walk(&control(&memory, ISOLATE));
    let lines = by_hand(&report);
    let (last, before) = lines.split_last().unwrap();
    assert!(last.starts_with(TAG), "the tag comes last: {lines:#?}");
    // Of the outbound rules of a new group those count that are left.
    let counts = |line: &&&str| {
        line.contains("create") || line.contains("quarantine=$(") || line.contains("--groups ")
    };
    for line in before.iter().filter(counts) {
        assert!(line.ends_with(" &&"), "{line}");
    }
    for (line, end) in [(6, " = 1 ]"), (7, "}"), (8, "fi &&")] {
        assert!(lines[line].ends_with(end), "{line}: {lines:#?}");
    }
}

#[test]
fn nobody_is_put_into_an_open_quarantine_group_by_hand() {
    let memory = in_use(&["eni-1"]).with_quarantine(&[rule("", "tcp", "22", WORLD).permission]);
    let report = walk(&control(&memory, ISOLATE));
    let error = report.error.as_ref().unwrap().to_string();
    let said = "Curfew itself did not call `ec2:ModifyNetworkInterfaceAttribute` (QuarantineGroupIsOpen): ";
    assert!(error.starts_with(said), "{error}");
    let lines = by_hand(&report);
    let closed =
        "sort_by(SecurityGroups[?IpPermissions==`[]`&&IpPermissionsEgress==`[]`],&GroupId)[0].GroupId";
    assert!(lines[0].contains(closed), "{}", lines[0]);
    assert!(!lines.join(" ").contains(QUARANTINE), "{lines:#?}");
}

#[test]
fn a_refusal_is_not_said_to_be_closed_by_a_later_delivery() {
    let memory = in_use(&["eni-1", "eni-refused"]);
    let report = walk(&control(&memory, ISOLATE));
    let advice = report.advice.join(" ");
    assert!(advice.contains("trying again does not help") && advice.contains("by hand at once"), "{advice}");
    assert!(!advice.contains("a later delivery"), "{advice}");
}

#[test]
fn a_new_quarantine_group_that_may_let_everything_out_still_is_closed_first() {
    let memory = in_use(&["eni-1"]);
    memory.denied.borrow_mut().push("ec2:RevokeSecurityGroupEgress");
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!(report.outcome, Outcome::StillOpen);
    let lines = by_hand(&report);
    let egress =
        format!("    aws ec2 revoke-security-group-egress --region eu-west-1 --group-id {QUARANTINE} ");
    assert_eq!((lines[0], lines[4]), ("  {", "  } &&"));
    assert!(lines[1].starts_with(&egress) && lines[2].starts_with(&egress), "{lines:#?}");
    assert!(lines[3].ends_with(" && [ \"$closed\" = 1 ]"), "{lines:#?}");
    assert_eq!(lines[5], format!("{} &&", place("eni-1", &format!("{QUARANTINE} {OTHER}"))));
    assert_eq!(memory.count(PLACE), 0);
}

#[test]
fn two_hundred_interfaces_that_could_not_be_placed_are_all_there() {
    let ids: Vec<String> = (0..200).map(|n| format!("eni-{n}")).collect();
    let memory = in_use(&ids.iter().map(String::as_str).collect::<Vec<_>>()).with_quarantine(&[]);
    memory.denied.borrow_mut().push(PLACE);
    let lines = walk(&control(&memory, ISOLATE));
    let placed = by_hand(&lines).iter().filter(|line| line.contains("modify-network-interface")).count();
    assert_eq!(placed, 200);
}

#[test]
fn what_did_not_fit_or_was_not_tagged_is_made_up_for_by_the_next_delivery() {
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let ports = Ports::new(&clock, &topic, &ledger);
    let deliver = |memory: &Memory, delivery| {
        let said = testing::said(testing::deliver(&control(memory, "{}"), &subject(), delivery, &ports));
        clock.forward(Duration::from_secs(360));
        said.report
    };
    let memory = Memory::of([rule("sgr-1", "tcp", "80-443", WORLD)]);
    memory.room_for.set(1);
    memory.denied.borrow_mut().push("ec2:CreateTags");
    assert_eq!(deliver(&memory, Delivery::First).outcome, Outcome::Failed);
    memory.room_for.set(60);
    memory.denied.borrow_mut().clear();
    let report = deliver(&memory, Delivery::Again);
    assert_eq!(report.outcome, Outcome::Remediated, "{report:#?}");
    let group = read(&control(&memory, "{}"));
    assert_eq!(group.inbound().count(), 2, "{:?}", group.rules);
    assert!(memory.about.borrow().tags.contains_key(QUARANTINED_AT));
    let [record] = &ledger.records()[..] else { panic!("{:#?}", ledger.records()) };
    assert_eq!((record.attempts.len(), record.end.is_some()), (2, true));
    assert_eq!(deliver(&memory, Delivery::Again).outcome, Outcome::Compliant);
}
