//! Calls that have no answer.

use std::time::Duration;

use remediation::ledger::Memory as Ledger;
use remediation::testing::{self, Still, Topic};
use remediation::{CallError, Delivery, Note, Outcome, Ports, Told};

use super::memory::{Event, Memory, OTHER, QUARANTINE, in_use};
use super::{WORLD, control, rule, subject, walk, walk_twice};
use crate::QUARANTINED_AT;

const ISOLATE: &str = r#"{"quarantine": "isolate"}"#;
const AUTHORIZE: &str = "ec2:AuthorizeSecurityGroupIngress";
const REVOKE: &str = "ec2:RevokeSecurityGroupIngress";
const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";

/// The call that revokes takes effect, and has no answer; neither have those that repeat it.
fn revokes_without_an_answer(memory: &Memory) {
    memory.meanwhile.borrow_mut().push((REVOKE, |memory: &Memory| {
        memory.rules.borrow_mut().retain(|rule| !["sgr-1", "sgr-2"].contains(&rule.id.as_str()));
        fails(memory, REVOKE);
    }));
}

fn fails(memory: &Memory, action: &'static str) {
    let (code, message) = ("InternalError".to_owned(), "our fault".to_owned());
    memory.failing.borrow_mut().insert(action, CallError::Passing { action, code, message });
}

#[test]
fn a_revoke_without_an_answer_whose_rules_are_gone_is_seen_to_its_end_and_says_what_is_known() {
    // With and without a part that was put back before.
    for ports in ["23", "80-90"] {
        let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", ports, WORLD)]);
        revokes_without_an_answer(&memory);
        let [first, again] = walk_twice(&control(&memory, "{}"));
        let report = first.report;
        assert_eq!(
            (report.outcome, report.note),
            (Outcome::Remediated, Some(Note::Unanswered)),
            "{report:?}"
        );
        assert!(report.error.is_none() && matches!(first.told, Told::Sent));
        assert!(memory.about.borrow().tags.contains_key(QUARANTINED_AT));
        // What nobody answered is not said to be done, and comes back with what is put back.
        assert!(!report.changes.iter().any(|change| change.action == REVOKE), "{report:?}");
        assert!(report.evidence.last().unwrap().body.contains("authorize-security-group-ingress"));
        assert_eq!(again.report.outcome, Outcome::Compliant);
    }
}

#[test]
fn a_group_that_cannot_be_tagged_either_comes_back_until_it_is() {
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let ports = Ports::new(&clock, &topic, &ledger);
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    revokes_without_an_answer(&memory);
    fails(&memory, "ec2:CreateTags");
    let deliver = |delivery| {
        let said = testing::said(testing::deliver(&control(&memory, "{}"), &subject(), delivery, &ports));
        clock.forward(Duration::from_secs(360));
        said.report
    };
    for delivery in [Delivery::First, Delivery::Again, Delivery::Again] {
        let report = deliver(delivery);
        assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Failed, true), "{report:?}");
    }
    assert!(topic.reports.borrow().is_empty(), "it may pass");
    memory.failing.borrow_mut().clear();
    let report = deliver(Delivery::Again);
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::Unanswered)), "{report:?}");
    assert!(memory.about.borrow().tags.contains_key(QUARANTINED_AT));
    assert_eq!((ledger.records().len(), topic.reports.borrow().len()), (1, 1));
    assert_eq!(deliver(Delivery::Again).outcome, Outcome::Compliant);
}

#[test]
fn where_it_is_another_call_that_had_no_answer_what_is_gone_was_closed_by_somebody_else() {
    // The range is kept, since nobody knows whether its part is back; somebody else revokes it.
    for own in [&["22"][..], &[]] {
        let rules = own.iter().map(|port| rule(&format!("sgr-{port}"), "tcp", port, WORLD));
        let memory = Memory::of(rules.chain([rule("sgr-range", "tcp", "80-90", WORLD)]));
        memory.meanwhile.borrow_mut().push((AUTHORIZE, |memory: &Memory| {
            memory.rules.borrow_mut().retain(|rule| rule.id.as_str() != "sgr-range");
            fails(memory, AUTHORIZE);
        }));
        let [first, again] = walk_twice(&control(&memory, "{}"));
        let report = first.report;
        let (outcome, note) = match own {
            [] => (Outcome::ClosedMeanwhile, Note::ClosedByOthers),
            _ => (Outcome::Failed, Note::ClosedInPart),
        };
        assert_eq!((report.outcome, report.note), (outcome, Some(note)), "{report:?}");
        let back: Vec<_> = report.evidence.iter().filter(|one| one.title.contains("put")).collect();
        assert!(back.iter().all(|one| !one.body.contains("\"FromPort\":80,\"ToPort\":90")), "{back:?}");
        assert_eq!(back.iter().any(|one| one.body.contains("\"FromPort\":22")), !own.is_empty(), "{back:?}");
        assert_eq!(memory.about.borrow().tags.contains_key(QUARANTINED_AT), !own.is_empty());
        // What somebody else took away as a whole, Curfew gives nothing back of.
        assert_eq!(memory.count(AUTHORIZE), 1);
        assert!(matches!(again.report.outcome, Outcome::Compliant | Outcome::Remediated), "{again:?}");
    }
}

#[test]
fn a_rule_that_somebody_narrowed_in_its_place_was_not_revoked_by_curfew() {
    let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD)]);
    memory.meanwhile.borrow_mut().push((REVOKE, |memory: &Memory| {
        *memory.rules.borrow_mut() = vec![rule("sgr-1", "tcp", "22", "10.0.0.0/8")];
        fails(memory, REVOKE);
    }));
    let report = walk(&control(&memory, "{}"));
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedMeanwhile)));
    assert!(report.changes.is_empty() && memory.about.borrow().tags.is_empty());
}

#[test]
fn an_interface_that_was_isolated_without_an_answer_is_seen_to_its_end() {
    let memory = in_use(&["eni-1"]).with_quarantine(&[]);
    memory.meanwhile.borrow_mut().push((PLACE, |memory: &Memory| {
        memory.give(0, &[QUARANTINE, OTHER]);
        fails(memory, PLACE);
    }));
    let report = walk(&control(&memory, ISOLATE));
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::Unanswered)), "{report:?}");
    assert!(memory.about.borrow().tags.contains_key(QUARANTINED_AT));
}

#[test]
fn what_may_be_revoked_by_a_try_without_an_answer_stays_in_doubt_where_the_calls_about_each_rule_fail() {
    let denied: Event = |memory| memory.denied.borrow_mut().push(REVOKE);
    let throttled: Event = |memory| {
        let (code, message) = ("RequestLimitExceeded".to_owned(), "later".to_owned());
        memory.failing.borrow_mut().insert(REVOKE, CallError::Passing { action: REVOKE, code, message });
    };
    for fails in [denied, throttled] {
        for answered in [0, 1] {
            let memory = Memory::of([rule("sgr-1", "tcp", "22", WORLD), rule("sgr-2", "tcp", "3389", WORLD)]);
            memory.repeats_revoking.set(Some(true));
            memory.later.borrow_mut().push((REVOKE, 2 + answered, fails));
            let report = walk(&control(&memory, "{}"));
            assert_eq!(report.note, Some(Note::Unanswered), "{report:?}");
            let back = &report.evidence.last().unwrap().body;
            assert!(report.is_reversible && back.contains("22") && back.contains("3389"), "{back}");
        }
    }
}
