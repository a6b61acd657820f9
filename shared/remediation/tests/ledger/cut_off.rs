//! Who was cut off, and who comes after him.

use std::cell::Cell;

use remediation::testing::doors::{Doors, lost, open, refused, throttled};
use remediation::testing::{Call, Hindered, LEASED, bucket, deliver, said};
use remediation::{Applied, Delivery, Finding, Note, Outcome, Ports, Severity, Told};

use super::world::{Silence, World};

#[test]
fn who_was_cut_off_before_the_changes_is_followed_by_one_who_makes_them() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&["front door"]), open(&[])]);
    world.cut_off(&doors);
    assert_eq!(world.only_record().attempts[0].result, None);
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(world.mails(), [Outcome::Remediated]);
    let record = world.only_record();
    assert_eq!((record.attempts.len(), record.end.is_some()), (2, true));
    assert!(!report.facts().contains_key("may_have_changed"), "what it changed says so");
    // What the one before may have closed is put back too, and once.
    assert_eq!(report.evidence.last().unwrap().body, "  open front door");
}

#[test]
fn what_two_deliveries_closed_is_put_back_by_one_command_for_each() {
    let world = World::default();
    let doors = Doors::read([open(&["front", "back"]), open(&["back"])]).then(1, Err(refused("Locked")));
    world.deliver(&doors, Delivery::First);
    *doors.apply.borrow_mut() = None;
    *doors.reads.borrow_mut() = [open(&["back"]), open(&[])].into();
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(report.evidence.last().unwrap().body, "  open front\n  open back");
    // Both were open, and nobody has heard of the first.
    assert_eq!(
        (in_words(&report.findings), in_words(&report.found_before)),
        (vec!["the back is open"], vec!["the front is open"])
    );
}

#[test]
fn what_an_earlier_delivery_found_is_said_once_and_only_where_curfew_closed_it() {
    for (then_open, also) in [(vec!["back", "front"], vec![]), (vec!["back"], vec!["the front is open"])] {
        for answer in [Ok(Applied::Done), Err(refused("Locked"))] {
            let world = World::default();
            let doors = Doors::read([open(&["front", "cellar", "window"]), open(&["cellar"])])
                .then(1, Err(refused("Locked")));
            world.deliver(&doors, Delivery::First);
            let is_refused = answer.is_err();
            *doors.apply.borrow_mut() = Some((usize::from(!is_refused) * 9, answer));
            // The cellar was closed by somebody else.
            *doors.reads.borrow_mut() =
                [open(&then_open), if is_refused { open(&then_open) } else { open(&[]) }].into();
            let report = world.deliver(&doors, Delivery::Again).report;
            assert_eq!(in_words(&report.found_before), also);
            let outcome = if is_refused { Outcome::StillOpen } else { Outcome::Remediated };
            assert_eq!(report.outcome, outcome);
        }
    }
}

#[test]
fn what_was_found_open_after_curfew_had_closed_it_is_not_said_to_be_closed_by_it() {
    for finds_it_again in [true, false] {
        for open_at_first in [&["front"][..], &["front", "back"]] {
            let world = World::default();
            let doors = Doors::read([open(open_at_first), open(&["front"])]);
            assert_eq!(world.deliver(&doors, Delivery::First).report.outcome, Outcome::StillOpen);
            let now = if finds_it_again { vec![open(&["front"]), open(&[])] } else { vec![open(&[])] };
            *doors.reads.borrow_mut() = now.into();
            *doors.apply.borrow_mut() = Some((0, Err(refused("Locked"))));
            let report = world.deliver(&doors, Delivery::Again).report;
            let outcome = if finds_it_again { Outcome::Failed } else { Outcome::Remediated };
            assert_eq!((report.outcome, report.note), (outcome, Some(Note::FoundOpenAfter)));
            assert_eq!(report.changes.len(), open_at_first.len(), "what it did is true");
        }
    }
}

#[test]
fn what_was_found_open_after_curfew_had_closed_it_is_said_apart_where_another_is_open_then() {
    let world = World::default();
    let doors = Doors::read([open(&["front", "back"]), open(&["front"])]);
    assert_eq!(world.deliver(&doors, Delivery::First).report.outcome, Outcome::StillOpen);
    *doors.reads.borrow_mut() = [open(&["gate"]), open(&[])].into();
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, None));
    assert_eq!(in_words(&report.found_before), ["the back is open"]);
    assert_eq!(in_words(&report.begun_before), ["the front is open"]);
}

#[test]
fn what_a_call_without_an_answer_may_have_closed_that_was_opened_again_is_in_doubt() {
    let world = World::default();
    let doors = Doors::read([open(&["front"]), open(&["front"])]);
    assert_eq!(world.deliver(&doors, Delivery::First).report.outcome, Outcome::StillOpen);
    *doors.reads.borrow_mut() = [open(&["front"]), open(&[])].into();
    *doors.apply.borrow_mut() = Some((0, Err(lost())));
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!(report.note, Some(Note::Unanswered));
}

#[test]
fn what_who_was_cut_off_may_have_closed_is_said_where_something_else_is_open_then() {
    // The back is open still; the front is closed, by whomever.
    let cases = [
        (vec!["front", "back"], vec!["back"], vec!["the front is open"]),
        (vec!["front"], vec!["back"], vec!["the front is open"]),
        (vec!["back"], vec!["back"], vec![]),
        (vec!["back"], vec!["back", "front"], vec![]),
    ];
    for (first, then, also) in cases {
        let world = World::default();
        let doors = Doors::read([open(&first), open(&then), open(&[])]);
        world.cut_off(&doors);
        let report = world.deliver(&doors, Delivery::Again).report;
        assert_eq!(report.outcome, Outcome::Remediated);
        assert_eq!(in_words(&report.begun_before), also);
        assert_eq!(report.found_before, []);
        assert_eq!(report.facts().contains_key("begun_before"), !also.is_empty());
    }
}

#[test]
fn what_a_later_delivery_found_is_said_too_where_all_was_closed_meanwhile() {
    let world = World::default();
    let doors = Doors::read([open(&["front"]), open(&["back"]), open(&["back"])]);
    world.cut_off(&doors);
    *doors.apply.borrow_mut() = Some((0, Err(lost())));
    assert_eq!(world.deliver(&doors, Delivery::Again).report.outcome, Outcome::Failed);
    *doors.reads.borrow_mut() = [open(&[])].into();
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!(report.outcome, Outcome::ClosedMeanwhile);
    assert_eq!(in_words(&report.findings), ["the front is open"]);
    assert_eq!(in_words(&report.begun_before), ["the back is open"]);
}

#[test]
fn how_bad_it_is_goes_by_what_who_was_cut_off_may_have_closed_too() {
    let world = World::default();
    let doors = Doors::read([open(&["front"]), open(&["back"]), open(&[])]);
    world.cut_off(&doors);
    let mut report = world.deliver(&doors, Delivery::Again).report;
    report.begun_before[0].severity = Severity::Critical;
    assert_eq!((report.severity(), report.is_urgent()), (Severity::Critical, true));
}

fn in_words(findings: &[Finding]) -> Vec<&str> {
    findings.iter().map(|finding| finding.summary.as_str()).collect()
}

#[test]
fn who_was_cut_off_after_the_changes_is_followed_by_one_who_says_so() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    world.cut_off(&doors);
    let report = world.deliver(&doors, Delivery::Again).report;
    // Nobody knows that it was Curfew.
    assert_eq!(report.outcome, Outcome::ClosedMeanwhile);
    assert!(matches!(report.note, Some(Note::CutOff(_))), "{:?}", report.note);
    assert_eq!(report.facts()["may_have_changed"], true);
    assert_eq!(report.before, Some(serde_json::json!(["front door"])));
    assert_eq!(report.evidence.last().unwrap().body, "  open front door");
    assert_eq!(world.mails().len(), 1);
    assert!(world.only_record().end.is_some());
    // A third delivery has nothing to do and nothing to say.
    assert_eq!(world.deliver(&doors, Delivery::Again).report.outcome, Outcome::Compliant);
    assert_eq!(world.mails().len(), 1);
}

#[test]
fn who_was_cut_off_before_telling_is_followed_by_one_who_tells_of_the_same_record() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    world.killed(&doors, &&Silence, &world.ledger);
    world.deliver(&doors, Delivery::Again);
    assert_eq!(world.mails().len(), 1);
    assert!(world.only_record().end.is_some());
}

#[test]
fn who_was_cut_off_before_the_record_was_finished_may_be_heard_twice() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    let ledger = Hindered::new(&world.ledger, async |call| match call {
        Call::Finish => std::future::pending().await,
        _ => Ok(()),
    });
    world.killed(&doors, &world.topic, &ledger);
    world.deliver(&doors, Delivery::Again);
    assert_eq!(world.mails(), [Outcome::Remediated, Outcome::ClosedMeanwhile]);
    assert!(world.only_record().end.is_some());
}

#[test]
fn what_was_said_and_could_not_be_written_down_is_not_said_again_by_the_same_process() {
    for doors in [Doors::read([open(&["front door"]), open(&[])]), Doors::read([open(&["window"])])] {
        let world = World::default();
        let is_first = Cell::new(true);
        let ledger = Hindered::new(&world.ledger, async |call| match call {
            Call::Finish if is_first.take() => Err(throttled()),
            _ => Ok(()),
        });
        let ports = Ports::new(&world.clock, &world.topic, &ledger);
        let first = said(deliver(&doors, &bucket("acme"), Delivery::First, &ports));
        assert!(matches!((&first.told, &first.unwritten), (Told::Sent, Some(_))), "{first:?}");
        world.clock.forward(LEASED);
        let again = said(deliver(&doors, &bucket("acme"), Delivery::Again, &ports));
        assert!(again.unwritten.is_none());
        assert_eq!(world.mails(), [first.report.outcome]);
        let record = world.only_record();
        assert_eq!((record.told.len(), record.end.map(|end| end.outcome)), (1, Some(first.report.outcome)));
    }
}

#[test]
fn who_was_cut_off_is_followed_up_although_what_was_left_on_purpose_is_still_there() {
    let world = World::default();
    let doors = Doors::read([open(&["front door", "window"]), open(&["window"])]);
    world.cut_off(&doors);
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!(report.outcome, Outcome::ClosedMeanwhile, "it was open, and people have to know");
    assert!(matches!(report.note, Some(Note::CutOff(_))), "{report:?}");
    assert_eq!(world.only_record().end.unwrap().outcome, Outcome::ClosedMeanwhile);
    world.deliver(&doors, Delivery::Again);
    assert_eq!(world.mails(), [Outcome::ClosedMeanwhile]);
}

#[test]
fn who_invokes_by_hand_hears_at_once_of_what_failed_before_anything_was_written_down() {
    let world = World::default();
    let doors = Doors::read([Err(lost())]);
    let report = world.deliver(&doors, Delivery::Direct).report;
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(world.mails(), [Outcome::Failed]);
}
