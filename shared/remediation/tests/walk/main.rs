//! The walk, step by step.

mod failing;
mod kit;
mod unread;

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use remediation::clock::Clock;
use remediation::testing::doors::{Doors, House, Turn, open, throttled};
use remediation::testing::{Still, assert_records, bucket, report_of, run};
use remediation::{Applied, Assessment, Control, Describe, Done, Judge, Mode, Note, Outcome, Target};

use kit::{by_hand, enforce, open_door, told};

#[test]
fn a_closed_resource_is_compliant_after_one_read() {
    let doors = Doors::read([open(&[])]);
    let (report, is_told) = told(&doors, true);
    assert_eq!(report.outcome, Outcome::Compliant);
    assert_eq!(*doors.calls.borrow(), ["read acme"]);
    assert!(!is_told);
}

#[test]
fn a_resource_that_does_not_exist_is_gone() {
    let (report, is_told) = told(&Doors::read([Ok(None)]), true);
    assert_eq!(report.outcome, Outcome::Gone);
    assert!(!is_told);
}

#[test]
fn an_open_resource_is_remediated_only_after_a_clean_read() {
    let doors = Doors::read([open(&["front door", "window"]), open(&["window"])]);
    let (report, is_told) = told(&doors, false);
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(*doors.calls.borrow(), ["read acme", "apply front door to acme", "read acme"]);
    assert_eq!(report.changes.len(), 1);
    assert_eq!(by_hand(&report), None);
    assert_eq!(report.findings.len(), 2);
    assert_eq!(report.before, Some(serde_json::json!(["front door", "window"])));
    assert!(is_told);
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
    assert_eq!(by_hand(&report), Some("  close back door"));
    assert_eq!(report.remaining.unwrap()[0].summary, "the back door is open");
}

#[test]
fn observing_plans_and_changes_nothing() {
    let doors = Doors::read([open(&["front door"])]);
    let report = report_of(&doors, &bucket("acme"), Mode::Observe);
    assert_eq!(report.outcome, Outcome::Observed);
    assert_eq!(report.planned, ["close the front door"]);
    assert_eq!(*doors.calls.borrow(), ["read acme"]);
}

#[test]
fn what_the_control_does_not_change_is_alerted_in_either_mode() {
    for mode in [Mode::Enforce, Mode::Observe] {
        let doors = Doors::read([open(&["window"])]);
        assert_eq!(report_of(&doors, &bucket("acme"), mode).outcome, Outcome::Alerted);
        assert_eq!(*doors.calls.borrow(), ["read acme"]);
    }
}

#[test]
fn a_finding_without_effect_is_compliant_and_says_why() {
    let doors = Doors::read([open(&["front door"])]).then(0, Ok(Applied::Inert("the house is gone")));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Compliant);
    assert_eq!(report.note, Some(Note::Inert("the house is gone")));
    assert!(report.changes.is_empty());
}

#[test]
fn what_only_a_person_can_close_is_still_open_and_never_remediated() {
    let doors = Doors::read([open(&["front door", "cat flap"]), open(&["cat flap"])]);
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(by_hand(&report), Some("  close cat flap"));
    let reads = |doors: &Doors| doors.calls.borrow().iter().filter(|call| call.starts_with("read")).count();
    assert_eq!(reads(&doors), 2, "it was there before");

    let doors = Doors::read([open(&["front door"]), open(&["cat flap"])]);
    assert_eq!(enforce(&doors).outcome, Outcome::StillOpen);
    assert_eq!(reads(&doors), 5, "what is new may lag");
}

#[test]
fn what_somebody_else_closed_meanwhile_is_not_claimed() {
    let doors = Doors::read([open(&["front door"]), open(&[])]).then(0, Ok(Applied::Done));
    let (report, is_told) = told(&doors, false);
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedByOthers)));
    assert!(report.changes.is_empty());
    // This is all that is left of what was there.
    assert_eq!(report.before, Some(serde_json::json!(["front door"])));
    assert!(is_told);
}

#[test]
fn a_resource_that_is_deleted_meanwhile_is_gone_and_the_change_is_told() {
    let (report, is_told) = told(&Doors::read([open(&["front door"]), Ok(None)]), false);
    assert_eq!(report.outcome, Outcome::Gone);
    assert!(is_told);
}

#[test]
fn what_is_done_can_be_undone_from_its_record() {
    let (doors, subject) = (Doors::read([open(&["front door", "window"])]), bucket("acme"));
    let target = Target::of(&subject, Doors::id(&subject.resource).unwrap());
    let before = run(doors.read(&target)).unwrap().unwrap();
    let plan = doors.plan(&doors.assess(&before, SystemTime::UNIX_EPOCH), SystemTime::UNIX_EPOCH).unwrap();
    let mut done = Done::default();
    run(doors.apply(&target, &plan, &mut done)).unwrap();
    let changes = done.changes;
    assert_records::<Doors>(&before, Some(&plan), &changes);
    let undo = doors.undo(&before, &plan, &changes).unwrap();
    assert_eq!(doors.commands(&target, &undo), "  open front door");
}

#[test]
fn what_is_taken_out_of_an_assessment_is_in_no_plan() {
    let doors = Doors::default();
    let assessment =
        doors.assess(&House(vec!["front door".to_owned(), "gate".to_owned()]), SystemTime::UNIX_EPOCH);
    let without = assessment.without(|door| (door != "gate").then_some(door));
    let plan = doors.plan(&without, SystemTime::UNIX_EPOCH).unwrap();
    assert_eq!(plan, Turn::Close(vec!["front door".to_owned()]));
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

#[test]
fn what_was_closed_says_how_long_it_was_open_as_far_as_the_trigger_tells() {
    let mut subject = bucket("acme");
    // Two minutes before now.
    let before = remediation::clock::rfc3339(Still::default().now() - Duration::from_secs(120));
    subject.cause = subject.cause.with_open_since(Some(&before));
    let doors = || Doors::read([open_door(), open(&[])]);
    let report = report_of(&doors(), &subject, Mode::Enforce);
    assert_eq!(report.facts()["exposed_for_ms"], 120_000);
    assert_eq!(report_of(&doors(), &bucket("acme"), Mode::Enforce).exposed_for, None);
    // What is not known to be closed, or nobody closed, is not said to have been open so long.
    assert_eq!(report_of(&doors(), &subject, Mode::Observe).exposed_for, None);
    assert_eq!(report_of(&Doors::read([open_door()]), &subject, Mode::Enforce).exposed_for, None);
}
