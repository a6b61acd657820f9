//! The walk, step by step.

use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use remediation::clock::Clock;
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, House, Read, Turn, denied, open, refused, throttled};
use remediation::testing::{Still, Topic, assert_records, bucket, deliver, report_of, run, said};
use remediation::{
    Applied, Assessment, CallError, Control, Delivery, Describe, Judge, Left, Mode, Note, Outcome, Ports,
    Report, Said, Severity, StepError, Target, Told,
};

fn enforce(doors: &Doors) -> Report {
    report_of(doors, &bucket("acme"), Mode::Enforce)
}

fn open_door() -> Read {
    open(&["front door"])
}

/// The commands that finish by hand what is left undone.
fn by_hand(report: &Report) -> Option<&str> {
    let first = report.evidence.first()?;
    (first.title == "How to finish by hand").then_some(first.body.as_str())
}

/// One walk, and whether people were told.
fn told(doors: &Doors, is_last_chance: bool) -> (Report, bool) {
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Memory::default());
    let delivery = if is_last_chance { Delivery::Last } else { Delivery::First };
    let ports = Ports::new(&clock, &topic, &ledger);
    let Said { report, told, .. } = said(deliver(doors, &bucket("acme"), delivery, &ports));
    (report, matches!(told, Told::Sent))
}

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
fn what_could_not_be_read_hides_nothing_and_is_said() {
    for (unseen, is_unfinished) in [("fogged attic", true), ("barred cellar", false)] {
        for (door, outcome) in [("front door", Outcome::Remediated), ("window", Outcome::Alerted)] {
            let doors = Doors::read([open(&[door, unseen]), open(&[unseen])]);
            let (report, is_told) = told(&doors, false);
            assert_eq!((report.outcome, is_told), (outcome, true), "{unseen} {door}");
            assert_eq!(report.findings[0].summary, format!("the {door} is open"));
            assert_eq!(report.unread[0].what, format!("the {unseen}"));
            assert_eq!(report.facts()["unread"][0]["action"], "house:CloseDoor");
            // What may pass is handed out again.
            assert_eq!(report.is_unfinished(), is_unfinished, "{unseen} {door}");
        }
        let report = report_of(&Doors::read([open(&["front door", unseen])]), &bucket("acme"), Mode::Observe);
        assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Observed, is_unfinished));
    }
}

#[test]
fn what_alone_could_not_be_read_waits_for_another_delivery_where_it_may_pass() {
    let doors = Doors::read([open(&["fogged attic"])]);
    for is_last_chance in [false, true] {
        let (report, is_told) = told(&doors, is_last_chance);
        assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Failed, true));
        assert_eq!(is_told, is_last_chance);
        assert_eq!(report.findings.len(), 1);
        let error = report.error.as_ref().unwrap();
        assert_eq!((error.kind(), error.is_passing()), ("unavailable", true));
        assert!(report.advice[0].starts_with("This may pass by itself."), "{:?}", report.advice);
    }
    let (report, is_told) = told(&Doors::read([open(&["barred cellar"])]), false);
    assert_eq!((report.outcome, is_told, report.is_unfinished()), (Outcome::Alerted, true, false));
    let advice = report.advice.last().unwrap();
    assert!(advice.starts_with("Allow the function's role to call `house:CloseDoor`"), "{advice}");
}

#[test]
fn what_can_be_read_after_a_change_waits_for_nothing() {
    let doors = Doors::read([open(&["front door", "fogged attic"]), open(&[])]);
    let (report, _) = told(&doors, false);
    assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Remediated, false));
    assert_eq!(report.unread.len(), 1, "it is said all the same");
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
fn a_read_that_fails_is_failed() {
    let report = enforce(&Doors::read([Err(denied())]));
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(report.error.unwrap().to_string().contains("`house:CloseDoor`"));
}

#[test]
fn a_failure_half_way_keeps_what_was_done_and_still_looks_again() {
    let doors =
        Doors::read([open(&["front door", "back door"]), open(&["back door"])]).then(1, Err(throttled()));
    let (report, is_told) = told(&doors, false);
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert!(matches!(&report.error, Some(StepError::Call(error)) if *error == throttled()));
    assert_eq!(report.changes[0].summary, "closed the front door");
    assert_eq!(report.remaining.as_ref().unwrap().len(), 1);
    assert!(report.is_unfinished());
    assert_eq!(by_hand(&report), Some("  close back door"));
    assert!(report.advice[0].starts_with("This may pass by itself."), "{:?}", report.advice);
    assert_eq!(report.advice.last().unwrap(), "Until then it is open, as the second read found it.");
    // It may pass, and the record keeps what was changed until it is said.
    assert!(!is_told);
}

#[test]
fn where_only_a_guard_is_missing_nobody_says_that_it_is_open() {
    let doors = Doors::read([open(&["front door"]), open(&["burglar alarm"])]).then(1, Err(denied()));
    let report = enforce(&doors);
    assert_eq!((report.outcome, report.left), (Outcome::StillOpen, Some(Left::Guards)));
    let closed = "What was open is closed, as the second read found. What is left is said above.";
    assert_eq!(report.advice.last().unwrap(), closed);

    for left in [&["burglar alarm", "cat flap"][..], &["front door"], &["window"], &[]] {
        let doors = Doors::read([open(&["front door"]), open(left)]).then(1, Err(denied()));
        let report = enforce(&doors);
        assert_ne!(report.left, Some(Left::Guards), "{left:?}");
        assert_ne!(report.advice.last().unwrap(), closed);
    }
}

#[test]
fn what_is_left_and_has_no_effect_is_not_called_open() {
    for (closed, error) in [(1, denied()), (0, refused("Stuck"))] {
        let doors = Doors::read([open(&["front door"]), open(&["walled-up gate"])]).then(closed, Err(error));
        let report = enforce(&doors);
        assert_eq!(report.left, Some(Left::Idle));
        let idle = "What is left has no effect now, as the second read found it.";
        assert_eq!(report.advice.last().unwrap(), idle);
    }
    let doors = Doors::read([open(&["front door"]), open(&["walled-up gate", "cat flap"])]);
    assert_eq!(enforce(&doors).left, Some(Left::Open));
}

#[test]
fn of_a_plan_that_was_left_off_what_is_left_is_said_though_nobody_could_look_again() {
    for (applied, left) in [(Applied::Stopped, Some("  close back door")), (Applied::Done, None)] {
        let doors = Doors::read([open(&["front door", "back door"]), Err(denied())]).then(1, Ok(applied));
        let report = enforce(&doors);
        assert_eq!((report.outcome, by_hand(&report)), (Outcome::Failed, left));
    }
}

#[test]
fn a_failure_before_any_change_is_not_looked_at_again() {
    let throttled = Doors::read([open(&["front door"])]).then(0, Err(throttled()));
    assert!(!enforce(&throttled).may_have_changed());
    assert_eq!(throttled.calls.borrow().len(), 2);

    let doors = Doors::read([open(&["front door"])]).then(0, Err(denied()));
    let report = enforce(&doors);
    assert_eq!(report.evidence.last().unwrap().title, "How to put back what would be changed");
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(doors.calls.borrow().len(), 2);
    assert_eq!(by_hand(&report), Some("  close front door"));
    assert_eq!(
        report.advice,
        [
            "Allow the function's role to call `house:CloseDoor`, or find out why it may not.",
            "Or do it by hand at once, with the commands below.",
            "Until then look at the resource by hand: it may be open.",
        ]
    );
}

#[test]
fn what_is_refused_because_the_resource_is_gone_is_gone() {
    let doors = Doors::read([open_door(), Ok(None)]).then(0, Err(refused("NoSuchHouse")));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Gone);
    assert!(report.error.is_none());
}

#[test]
fn what_fails_after_the_resource_is_closed_raises_less_alarm() {
    let doors = Doors::read([open(&["front door"]), open(&[])]).then(1, Err(denied()));
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.severity(), Severity::Medium);
    assert_eq!(report.advice[1], "The resource itself is closed: what failed came after that.");
    assert_eq!(by_hand(&report), None, "nothing is left to do");
}

#[test]
fn what_fails_for_a_while_is_said_to_pass_only_where_a_later_delivery_finds_work() {
    let advice = |after: &[&'static str]| {
        let doors = Doors::read([open(&["front door", "back door", "cat flap"]), open(after)]);
        enforce(&doors.then(1, Err(throttled()))).advice
    };
    let passes = |advice: &[String]| advice.iter().any(|line| line.contains("may pass by itself"));
    let finds = |advice: &[String], text: &str| advice.iter().any(|line| line.contains(text));

    for left in [&["back door"][..], &["cat flap", "window"]] {
        let advice = advice(left);
        assert!(passes(&advice) && finds(&advice, "Curfew tries again what is left"), "{advice:?}");
        assert!(finds(&advice, "Until then it is open"), "{advice:?}");
    }
    assert_eq!(advice(&[]), ["The resource itself is closed: what failed came after that."]);
    let reported = advice(&["window"]);
    assert_eq!(
        reported,
        ["What Curfew closes is closed: what failed came after that. What it only reports stays."]
    );

    let unknown = enforce(&Doors::read([open_door(), Err(throttled())])).advice;
    assert!(passes(&unknown) && finds(&unknown, "it may be open"), "{unknown:?}");
}

#[test]
fn what_is_left_undone_is_there_as_commands_and_nothing_else_is() {
    let doors = ["front door", "back door", "gate"];
    // Of what nobody could read again, what was not noted as done is taken for undone.
    for (after, commands) in [
        (open(&["gate"]), Some("  close gate")),
        (open(&["back door", "window"]), Some("  close back door")),
        (open(&["another door"]), None),
        (open(&[]), None),
        (Err(throttled()), Some("  close back door\n  close gate")),
        (Ok(None), None),
    ] {
        let doors = Doors::read([open(&doors), after.clone()]).then(1, Err(denied()));
        let report = enforce(&doors);
        assert_eq!(by_hand(&report), commands, "{after:?}");
        let titles: Vec<&str> = report.evidence.iter().map(|one| one.title.as_str()).collect();
        assert!(titles.ends_with(&["The doors", "How to open them again"]), "{titles:?}");
    }
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
fn a_failure_that_changed_nothing_is_failed_whatever_the_second_read_finds() {
    let report = enforce(&Doors::read([open_door()]).then(0, Err(refused("Stuck"))));
    assert_eq!((report.outcome, report.remaining.map(|left| left.len())), (Outcome::Failed, Some(1)));
}

#[test]
fn what_somebody_else_closed_meanwhile_is_not_claimed() {
    let doors = Doors::read([open(&["front door"]), open(&[])]).then(0, Ok(Applied::Done));
    let (report, is_told) = told(&doors, false);
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedMeanwhile)));
    assert!(report.changes.is_empty());
    // Should it have been a call of its own, this is all that is left of what was there.
    assert_eq!(report.before, Some(serde_json::json!(["front door"])));
    assert!(is_told);
}

/// No answer that says whether the call was done.
fn lost_answers() -> [CallError; 2] {
    let (action, message) = ("house:CloseDoor", "our fault".to_owned());
    [
        CallError::Passing { action, code: "InternalError".to_owned(), message },
        CallError::Incomplete { action, field: "Door" },
    ]
}

#[test]
fn what_a_call_without_an_answer_closed_is_seen_and_told_at_once() {
    for error in lost_answers() {
        let doors = || Doors::read([open(&["front door", "back door"]), open(&[])]);
        let (report, is_told) = told(&doors().then(0, Err(error.clone())), false);
        assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedMeanwhile)));
        assert!(is_told && report.may_have_changed() && !report.is_unfinished(), "{error}");
        assert!(matches!(&report.error, Some(StepError::Call(own)) if *own == error));
        assert_eq!(report.evidence.last().unwrap().title, "How to open them again");

        // What it did not close is tried again.
        let doors = Doors::read([open_door()]).then(0, Err(error.clone()));
        let (report, is_told) = told(&doors, false);
        assert_eq!((report.outcome, report.is_unfinished()), (Outcome::Failed, true));
        assert_eq!(is_told, !error.is_passing());
    }
}

#[test]
fn what_is_closed_though_the_call_was_refused_is_not_claimed_either() {
    let doors = Doors::read([open(&["front door"]), open(&["window"])]).then(0, Err(refused("Stuck")));
    let (report, is_told) = told(&doors, false);
    assert_eq!((report.outcome, report.changes.len()), (Outcome::ClosedMeanwhile, 0));
    assert!(is_told && !report.may_have_changed() && report.error.is_some());
}

#[test]
fn a_change_that_nobody_could_verify_is_not_called_remediated() {
    let doors = Doors::read([open(&["front door"]), Err(throttled())]);
    let report = enforce(&doors);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(report.remaining, None);
    assert_eq!(by_hand(&report), None, "every step was done, as far as is known");
    assert_eq!(report.changes.len(), 1);
}

#[test]
fn a_resource_that_is_deleted_meanwhile_is_gone_and_the_change_is_told() {
    let (report, is_told) = told(&Doors::read([open(&["front door"]), Ok(None)]), false);
    assert_eq!(report.outcome, Outcome::Gone);
    assert!(is_told);
}

#[test]
fn a_passing_failure_is_told_only_at_the_last_chance() {
    let is_told = |error, is_last_chance| told(&Doors::read([Err(error)]), is_last_chance).1;
    assert!(!is_told(throttled(), false));
    assert!(is_told(throttled(), true));
    assert!(is_told(denied(), false));
}

#[test]
fn what_cannot_be_written_down_is_not_changed() {
    let doors = Doors::read([open(&["unspeakable"])]);
    let (report, is_told) = told(&doors, false);
    assert_eq!(report.outcome, Outcome::Failed);
    assert!(matches!(report.error, Some(StepError::Unwritable(_))));
    assert_eq!(*doors.calls.borrow(), ["read acme"]);
    assert!(is_told);
}

#[test]
fn what_is_done_can_be_undone_from_its_record() {
    let (doors, subject) = (Doors::read([open(&["front door", "window"])]), bucket("acme"));
    let target = Target::of(&subject, Doors::id(&subject.resource).unwrap());
    let before = run(doors.read(&target)).unwrap().unwrap();
    let plan = doors.plan(&doors.assess(&before, SystemTime::UNIX_EPOCH), SystemTime::UNIX_EPOCH).unwrap();
    let mut changes = Vec::new();
    run(doors.apply(&target, &plan, &mut changes)).unwrap();
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
