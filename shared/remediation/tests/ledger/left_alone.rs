//! What a person put back.

use std::time::Duration;

use remediation::clock::Clock;
use remediation::ledger::{Begun, End, Heard, Ledger, Record, RecordId, Restores, Telling, Terms};
use remediation::testing::doors::{Doors, open, throttled};
use remediation::testing::{LIMITS, run};
use remediation::{Applied, Delivery, Mode, Note, Outcome};

use super::world::World;

/// A restore of the only record is begun and not ended.
fn begun(world: &World, grace: Duration, opened: Option<&[&str]>) -> Record {
    let closed = world.ledger.records().remove(0);
    let restores = Restores {
        record: closed.id.clone(),
        reason: None,
        claimed_by: None,
        grace_until: world.clock.now() + grace,
        opened: opened.map(|doors| doors.iter().map(ToString::to_string).collect()),
        before: Vec::new(),
        look_again: false,
    };
    let mut restored = Record {
        id: RecordId { key: "2026-11-22T05:42:07.120Z.doors.00000000".to_owned(), ..closed.id.clone() },
        restores: Some(restores),
        // People know of it: who comes next has nothing to say.
        told: vec![Telling {
            at: world.clock.now(),
            to: "topic".to_owned(),
            situation: "cut off".to_owned(),
            brief: None,
        }],
        end: None,
        ..closed
    };
    let attempt = restored.attempts.first_mut().unwrap();
    attempt.plan = Some(serde_json::json!({ "Open": ["front door"] }));
    attempt.result = None;
    let terms = Terms {
        now: world.clock.now(),
        lease_until: world.clock.now(),
        changes: true,
        looked_at: world.clock.now(),
        heard: Heard::default(),
        seen_closed: None,
        limits: LIMITS,
    };
    assert_eq!(run(world.ledger.begin(&restored, &terms)).unwrap(), Begun::Taken);
    restored
}

fn end(world: &World, restored: Record) {
    let end = Some(End { at: world.clock.now(), outcome: Outcome::Restored });
    run(world.ledger.finish(&Record { end, ..restored }, world.clock.now())).unwrap();
}

/// A house whose front door was closed, and opened again by a person who wants it so.
fn put_back(grace: Duration, opened: Option<&[&str]>) -> World {
    let world = World::default();
    world.deliver(&Doors::read([open(&["front door"]), open(&[])]), Delivery::First);
    world.clock.forward(Duration::from_secs(5));
    let restored = begun(&world, grace, opened);
    end(&world, restored);
    world.clock.forward(Duration::from_secs(5));
    world
}

const HOUR: Duration = Duration::from_secs(60 * 60);

#[test]
fn what_a_person_put_back_is_left_alone_for_a_while() {
    let world = World::default();
    world.deliver(&Doors::read([open(&["front door"]), open(&[])]), Delivery::First);
    world.clock.forward(Duration::from_secs(5));
    let restored = begun(&world, HOUR, None);
    let grace_until = restored.restores.as_ref().unwrap().grace_until;
    // Who puts it back may be cut off: nobody closes it under a person's hands.
    for (now, looks) in [(&["front door"][..], 2), (&[], 1)] {
        world.clock.forward(Duration::from_secs(1));
        let doors = Doors::read([open(now), open(now)]);
        world.deliver(&doors, Delivery::Again);
        assert_eq!(*doors.calls.borrow(), vec!["read acme"; looks]);
    }
    end(&world, restored);

    world.clock.forward(Duration::from_secs(5));
    let doors = Doors::read([open(&["front door"]), open(&["front door"]), open(&[])]);
    let report = world.deliver(&doors, Delivery::First).report;
    assert_eq!((report.outcome, report.note), (Outcome::Exempt, Some(Note::Restored(grace_until))));
    assert_eq!(world.mails(), [Outcome::Remediated]);
    world.clock.forward(HOUR);
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    assert_eq!(world.deliver(&doors, Delivery::First).report.outcome, Outcome::Remediated);
}

#[test]
fn what_is_opened_beside_it_is_closed_as_ever() {
    for mode in [Mode::Enforce, Mode::Observe] {
        let world = put_back(HOUR, Some(&["front door"]));
        let both = || open(&["front door", "back door"]);
        let doors = Doors::read([both(), both(), open(&["front door"])]);
        let report = world.in_mode(&doors, mode).report;
        let expected = if mode == Mode::Enforce { Outcome::Remediated } else { Outcome::Observed };
        assert_eq!(report.outcome, expected, "{report:?}");
        let found: Vec<&str> = report.findings.iter().map(|finding| finding.summary.as_str()).collect();
        assert_eq!(found, ["the back door is open"]);
        assert!(!doors.calls.borrow().iter().any(|call| call.starts_with("apply front")), "{doors:?}");
    }
    // What was put back alone is left alone in each mode.
    for mode in [Mode::Enforce, Mode::Observe] {
        let world = put_back(HOUR, Some(&["front door"]));
        let doors = Doors::read([open(&["front door"])]);
        assert_eq!(world.in_mode(&doors, mode).report.outcome, Outcome::Exempt);
        assert_eq!(world.mails(), [Outcome::Remediated]);
    }
}

#[test]
fn work_that_is_gone_on_with_leaves_it_alone_too() {
    let world = put_back(HOUR, Some(&["front door"]));
    let both = || open(&["front door", "back door"]);
    let failed = Doors::read([both()]).then(0, Err(throttled()));
    assert_eq!(world.deliver(&failed, Delivery::First).report.outcome, Outcome::Failed);
    let doors = Doors::read([both(), both(), open(&["front door"])]);
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Remediated, 1), "{report:?}");
    assert!(doors.calls.borrow().contains(&"apply back door to acme".to_owned()), "{doors:?}");
}

#[test]
fn what_was_closed_beside_it_by_who_was_cut_off_is_told() {
    let world = put_back(HOUR, Some(&["front door"]));
    let both = || open(&["front door", "back door"]);
    world.cut_off(&Doors::read([both(), both()]).then(1, Ok(Applied::Done)));
    let report = world.deliver(&Doors::read([open(&["front door"])]), Delivery::Again).report;
    assert_eq!(report.outcome, Outcome::ClosedMeanwhile);
    assert!(matches!(report.note, Some(Note::CutOff(_))), "{report:?}");
    let found: Vec<&str> = report.findings.iter().map(|finding| finding.summary.as_str()).collect();
    assert_eq!(found, ["the back door is open"]);
    assert_eq!(world.mails(), [Outcome::Remediated, Outcome::ClosedMeanwhile]);
}

#[test]
fn a_restore_that_was_cut_off_is_never_gone_on_with_by_who_closes() {
    for (now, outcome, calls) in [
        (
            &["front door"][..],
            Outcome::Remediated,
            &["read acme", "apply front door to acme", "read acme"][..],
        ),
        (&[], Outcome::Compliant, &["read acme"]),
    ] {
        let world = World::default();
        world.deliver(&Doors::read([open(&["front door"]), open(&[])]), Delivery::First);
        begun(&world, HOUR, None);
        world.clock.forward(HOUR);

        let doors = Doors::read([open(now), open(&[])]);
        assert_eq!(world.deliver(&doors, Delivery::Again).report.outcome, outcome);
        assert_eq!(*doors.calls.borrow(), calls);
        let records = world.ledger.records();
        let ended = records.iter().find(|record| record.restores.is_some()).unwrap();
        assert_eq!(ended.end.as_ref().map(|end| end.outcome), Some(Outcome::Failed));
        assert_eq!(records.len(), if now.is_empty() { 2 } else { 3 });
    }
}
