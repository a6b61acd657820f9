//! The walk, step by step.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod support;

use proptest::prelude::*;
use remediation::{Applied, Control, Mode, Outcome, Report, walk};
use support::{Doors, Still, denied, open, run, subject, throttled};

fn take(doors: &Doors, mode: Mode) -> Report {
    let subject = subject();
    let id = <&Doors as Control>::id(&subject.resource).unwrap();
    run(walk(&doors, &subject, id, mode, &Still::default()))
}

fn enforce(doors: &Doors) -> Report {
    take(doors, Mode::Enforce)
}

#[test]
fn a_closed_resource_is_compliant_after_one_read() {
    let doors = Doors::read([open(&[])]);
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Compliant);
    assert_eq!(*doors.calls.borrow(), ["read acme"]);
    assert!(!report.concerns_a_person(true));
}

#[test]
fn a_resource_that_does_not_exist_is_gone() {
    let report = enforce(&Doors::read([Ok(None)]));
    assert_eq!(report.outcome, Outcome::Gone);
    assert!(!report.concerns_a_person(true));
}

#[test]
fn an_open_resource_is_remediated_only_after_a_clean_read() {
    let doors = Doors::read([open(&["front door", "window"]), open(&["window"])]);
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(*doors.calls.borrow(), ["read acme", "apply front door to acme", "read acme"]);
    assert_eq!(report.changes.len(), 1);
    assert_eq!(report.findings.len(), 2);
    assert_eq!(report.before, Some(serde_json::json!(["front door", "window"])));
    assert!(report.concerns_a_person(false));
}

#[test]
fn a_second_walk_changes_nothing() {
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    assert_eq!(enforce(&doors).outcome, Outcome::Remediated);
    let again = enforce(&doors);
    assert_eq!(again.outcome, Outcome::Compliant);
    assert!(again.changes.is_empty());
}

#[test]
fn a_read_that_lags_behind_the_change_is_repeated() {
    let doors = Doors::read([open(&["front door"]), open(&["front door"]), open(&["front door"]), open(&[])]);
    assert_eq!(enforce(&doors).outcome, Outcome::Remediated);
}

#[test]
fn what_stays_open_is_said() {
    let doors = Doors::read([open(&["front door", "back door"]), open(&["back door"])]);
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(report.remaining.unwrap()[0].summary, "the back door is open");
}

#[test]
fn observing_plans_and_changes_nothing() {
    let doors = Doors::read([open(&["front door"])]);
    let report = take(&doors, Mode::Observe);
    assert_eq!(report.outcome, Outcome::Observed);
    assert_eq!(report.planned, ["close the front door"]);
    assert_eq!(*doors.calls.borrow(), ["read acme"]);
}

#[test]
fn what_the_control_does_not_change_is_alerted_in_either_mode() {
    for mode in [Mode::Enforce, Mode::Observe] {
        let doors = Doors::read([open(&["window"])]);
        assert_eq!(take(&doors, mode).outcome, Outcome::Alerted);
        assert_eq!(*doors.calls.borrow(), ["read acme"]);
    }
}

#[test]
fn a_finding_without_effect_is_compliant_and_says_why() {
    let doors = Doors::read([open(&["front door"])]).then(0, Ok(Applied::Inert("the house is gone")));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Compliant);
    assert_eq!(report.note.as_deref(), Some("the house is gone"));
    assert!(report.changes.is_empty());
}

#[test]
fn a_read_that_fails_is_failed() {
    let report = enforce(&Doors::read([Err(denied())]));
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.error.unwrap().to_string().contains("`house:CloseDoor`"));
}

#[test]
fn a_failure_half_way_keeps_what_was_done_and_still_looks_again() {
    let doors =
        Doors::read([open(&["front door", "back door"]), open(&["back door"])]).then(1, Err(throttled()));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.changes[0].summary, "closed the front door");
    assert_eq!(report.remaining.as_ref().unwrap().len(), 1);
    // It may pass, but something was changed, and nobody would hear of that later.
    assert!(report.concerns_a_person(false));
}

#[test]
fn a_failure_before_any_change_is_not_looked_at_again() {
    let doors = Doors::read([open(&["front door"])]).then(0, Err(denied()));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(doors.calls.borrow().len(), 2);
    assert_eq!(
        report.advice,
        [
            "Allow the function's role to call `house:CloseDoor`, or find out why it may not.",
            "Until then look at the resource by hand: it may be open.",
        ]
    );
}

#[test]
fn what_is_refused_because_the_resource_is_gone_is_gone() {
    let refused = remediation::CallError::Refused {
        action: "house:CloseDoor",
        code: "NoSuchHouse".to_owned(),
        message: "gone".to_owned(),
    };
    let doors = Doors::read([open(&["front door"]), Ok(None)]).then(0, Err(refused));
    let report = enforce(&doors);
    assert_eq!((report.outcome, report.error), (Outcome::Gone, None));
}

#[test]
fn what_fails_after_the_resource_is_closed_raises_less_alarm() {
    let doors = Doors::read([open(&["front door"]), open(&[])]).then(1, Err(denied()));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.severity(), remediation::Severity::Medium);
    assert_eq!(report.advice[1], "The resource itself is closed: what failed came after that.");
}

#[test]
fn what_somebody_else_closed_meanwhile_is_not_claimed() {
    let doors = Doors::read([open(&["front door"]), open(&[])]).then(0, Ok(Applied::Done));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Compliant);
    assert!(report.note.as_ref().unwrap().contains("somebody else"));
    assert!(report.changes.is_empty());
    // Should it have been a call of its own, this is all that is left of what was there.
    assert_eq!(report.before, Some(serde_json::json!(["front door"])));
    assert!(report.concerns_a_person(false));
}

#[test]
fn a_change_that_nobody_could_verify_is_not_called_remediated() {
    let doors = Doors::read([open(&["front door"]), Err(throttled())]);
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.remaining, None);
    assert_eq!(report.changes.len(), 1);
}

#[test]
fn a_resource_that_is_deleted_meanwhile_is_gone_and_the_change_is_told() {
    let report = enforce(&Doors::read([open(&["front door"]), Ok(None)]));
    assert_eq!(report.outcome, Outcome::Gone);
    assert!(report.concerns_a_person(false));
}

#[test]
fn a_passing_failure_is_told_only_at_the_last_chance() {
    let report = enforce(&Doors::read([Err(throttled())]));
    assert!(!report.concerns_a_person(false));
    assert!(report.concerns_a_person(true));
    let report = enforce(&Doors::read([Err(denied())]));
    assert!(report.concerns_a_person(false));
}

fn doors() -> impl Strategy<Value = Vec<&'static str>> {
    proptest::sample::subsequence(vec!["front door", "back door", "window"], 0..=3)
}

proptest! {
    #[test]
    fn remediated_means_that_the_last_read_was_clean(
        before in doors(),
        after in doors(),
        closed in 0_usize..3,
        fails in any::<bool>(),
    ) {
        let result = if fails { Err(throttled()) } else { Ok(Applied::Done) };
        let control = Doors::read([open(&before), open(&after)]).then(closed, result);
        let report = enforce(&control);
        let is_clean = after.iter().all(|door| *door == "window");
        if report.outcome == Outcome::Remediated {
            prop_assert!(is_clean && !fails && !report.changes.is_empty());
        }
        let changed = control.calls.borrow().iter().any(|call| call.starts_with("apply"));
        prop_assert_eq!(changed, before.iter().any(|door| *door != "window"));
    }
}
