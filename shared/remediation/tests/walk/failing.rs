//! Steps that could not be done, and what is said then.

use remediation::testing::doors::{Doors, denied, lost, open, refused, throttled};
use remediation::{Applied, CallError, Left, Note, Outcome, Severity, StepError};

use super::kit::{by_hand, enforce, open_door, told};

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
    assert_eq!((report.outcome, report.is_reversible), (Outcome::Failed, false));
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
fn a_failure_that_changed_nothing_is_failed_whatever_the_second_read_finds() {
    let report = enforce(&Doors::read([open_door()]).then(0, Err(refused("Stuck"))));
    assert_eq!((report.outcome, report.remaining.map(|left| left.len())), (Outcome::Failed, Some(1)));
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
        assert!(report.is_reversible, "{error}");
        // Of a read without an answer there is no plan, and nothing to put back.
        assert!(!enforce(&Doors::read([Err(error.clone())])).is_reversible, "{error}");
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
    assert_eq!((report.outcome, report.note), (Outcome::ClosedMeanwhile, Some(Note::ClosedByOthers)));
    assert!(is_told && !report.may_have_changed() && report.error.is_some() && report.changes.is_empty());
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
fn what_others_closed_at_the_same_time_is_not_called_closed_by_curfew() {
    let note = |closed, applied: Result<Applied, CallError>, after: &[&'static str]| {
        let doors = Doors::read([open(&["front door", "back door"]), open(after)]).then(closed, applied);
        let report = enforce(&doors);
        let commands: Vec<_> =
            report.evidence.iter().filter(|one| one.title == "How to open them again").collect();
        (report.outcome, report.note, commands.first().map(|one| one.body.clone()))
    };
    let (one, both) =
        (Some("  open front door".to_owned()), Some("  open front door\n  open back door".to_owned()));
    assert_eq!(note(2, Ok(Applied::Done), &[]), (Outcome::Remediated, None, both.clone()));
    assert_eq!(note(1, Ok(Applied::Done), &[]), (Outcome::Remediated, Some(Note::ClosedInPart), one.clone()));
    assert_eq!(note(1, Ok(Applied::Done), &["window"]).1, Some(Note::ClosedInPart));
    assert_eq!(note(1, Err(denied()), &[]), (Outcome::Failed, Some(Note::ClosedInPart), one.clone()));
    // It may have been the call that had no answer.
    assert_eq!(note(1, Err(lost()), &[]), (Outcome::Failed, Some(Note::Unanswered), both));
    assert_eq!(note(1, Ok(Applied::Done), &["back door"]), (Outcome::StillOpen, None, one));
}
