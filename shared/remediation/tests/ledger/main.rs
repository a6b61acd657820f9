//! What the walk remembers: a record before every change, and nothing done or said twice.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod left_alone;
mod looks;
mod world;

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use events::{Cause, Subject};
use remediation::clock::Clock;
use remediation::ledger::{Held, Ledger, Limits, Memory, Record, RecordId};
use remediation::testing::doors::{Doors, denied, open, throttled};
use remediation::testing::{
    Call, Hindered, LEASED, LIMITS, NOW, Still, Topic, bucket, deliver, run, said, visit,
};
use remediation::{Delivery, Ended, Mode, Note, Outcome, Ports, StepError, Told, walk};
use tokio::time::timeout;

use world::{Silence, World, caused};

#[test]
fn a_change_has_one_record_with_all_that_happened() {
    let world = World::default();
    let doors = Doors::read([open(&["front door", "window"]), open(&["window"])]);
    let report = world.deliver(&doors, Delivery::First).report;
    let record = world.only_record();
    assert_eq!(report.record.as_ref(), Some(&record.id));
    assert_eq!(report.facts()["record"], record.id.to_string());
    assert_eq!(record.attempts[0].before, serde_json::json!(["front door", "window"]));
    assert_eq!(record.attempts[0].plan, Some(serde_json::json!({ "Close": ["front door"] })));
    let result = record.attempts[0].result.as_ref().unwrap();
    assert_eq!(result.changes, [serde_json::json!({ "door": "front door" })]);
    assert_eq!(result.after, Some(serde_json::json!(["window"])));
    assert_eq!(record.end.as_ref().map(|end| end.outcome), Some(Outcome::Remediated));
    assert_eq!(record.told.len(), 1);
    assert_eq!(serde_json::from_value::<Record>(serde_json::to_value(&record).unwrap()).unwrap(), record);
}

#[test]
fn nothing_is_changed_while_the_record_cannot_be_written() {
    for (error, delivery, mails) in [
        (denied(), Delivery::First, 0),
        (throttled(), Delivery::First, 0),
        (denied(), Delivery::Last, 1),
        (throttled(), Delivery::Last, 1),
    ] {
        let world = World::default();
        let ledger = Hindered::new(&world.ledger, async |call| match call {
            Call::Begin => Err(error.clone()),
            _ => Ok(()),
        });
        let doors = Doors::read([open(&["front door"])]);
        let ports = Ports::new(&world.clock, &world.topic, &ledger);
        let said = said(deliver(&doors, &bucket("acme"), delivery, &ports));
        assert_eq!(*doors.calls.borrow(), ["read acme"]);
        assert_eq!((said.report.outcome, said.report.is_unfinished()), (Outcome::Failed, true));
        assert_eq!(world.mails().len(), mails, "{delivery:?}");
    }
}

#[test]
fn a_first_delivery_of_a_closed_resource_asks_nobody() {
    let (clock, topic) = (Still::default(), Topic::default());
    let doors = Doors::read([open(&[])]);
    let memory = Memory::default();
    let ledger = Hindered::new(&memory, async |call| panic!("it was asked: {call:?}"));
    let ports = Ports::new(&clock, &topic, ledger);
    let visit = visit::<Doors>;
    let subject = bucket("acme");
    let visit = visit(&subject, Mode::Enforce, Delivery::First, &&clock);
    assert_eq!(said(run(walk(&doors, &visit, &ports))).report.outcome, Outcome::Compliant);
}

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
    // What the one before may have closed is put back too.
    assert_eq!(report.evidence.last().unwrap().body, "  open front door\n  open front door");
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
fn of_two_at_once_one_works_and_the_other_comes_back() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]);
    doors.hangs.set(true);
    let subject = bucket("acme");
    let visit = visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&world.clock);
    let ports = Ports::new(&world.clock, &world.topic, &world.ledger);
    let first = async { timeout(Duration::from_millis(1), walk(&doors, &visit, &ports)).await };
    assert!(run(first).is_err());
    let other = remediation::Visit { request_id: "another", ..visit };
    let second = run(walk(&doors, &other, &ports));
    assert!(matches!(second, Ended::Busy { until } if until > world.clock.now()), "{second:?}");
    assert!(world.mails().is_empty());
    world.only_record();
}

#[test]
fn a_tag_that_failed_after_the_change_is_made_up_for_by_the_next_delivery() {
    let world = World::default();
    let doors =
        Doors::read([open(&["front door", "back door"]), open(&["back door"])]).then(1, Err(throttled()));
    let report = world.deliver(&doors, Delivery::First).report;
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert!(world.mails().is_empty(), "it may pass");
    *doors.apply.borrow_mut() = None;
    *doors.reads.borrow_mut() = [open(&["back door"]), open(&[])].into();
    let report = world.deliver(&doors, Delivery::Again).report;
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(report.changes.len(), 2, "what both did is said once");
    assert_eq!(world.mails(), [Outcome::Remediated]);
    let record = world.only_record();
    let changes = |attempt: usize| record.attempts[attempt].result.as_ref().unwrap().changes.len();
    assert_eq!((changes(0), changes(1)), (1, 1));
}

#[test]
fn what_was_closed_and_not_said_is_said_by_the_next_delivery() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    world.topic.refuses.set(true);
    assert!(matches!(world.deliver(&doors, Delivery::First).told, Told::Failed(_)));
    assert!(world.only_record().end.is_none());
    world.topic.refuses.set(false);
    let said = world.deliver(&doors, Delivery::Again);
    assert_eq!((said.report.outcome, said.report.changes.len()), (Outcome::Remediated, 1));
    assert_eq!(world.mails(), [Outcome::Remediated]);
    assert!(world.only_record().end.is_some());
}

#[test]
fn a_failure_that_stays_is_told_once_however_often_it_is_delivered() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]).then(0, Err(denied()));
    for delivery in [Delivery::First, Delivery::Again, Delivery::Again, Delivery::Last] {
        world.deliver(&doors, delivery);
    }
    assert_eq!(world.mails(), [Outcome::Failed]);
    assert_eq!(world.only_record().end.map(|end| end.outcome), Some(Outcome::Failed));
}

#[test]
fn the_same_is_told_once_by_one_cause_and_by_another_one_only_later() {
    let world = World::default();
    let doors = Doors::read([open(&["window"])]);
    let told = |event: &str| said(world.ended(&doors, &caused("acme", event), Delivery::First)).told;
    assert!(matches!(told("one"), Told::Sent));
    assert!(matches!(told("one"), Told::Repeated));
    assert!(matches!(told("two"), Told::Repeated));
    world.clock.forward(LIMITS.remind_after);
    assert!(matches!(told("one"), Told::Repeated), "the same trigger says nothing new");
    assert!(matches!(told("two"), Told::Sent));
    *doors.reads.borrow_mut() = [open(&["window", "cat flap"]), open(&["window", "cat flap"])].into();
    assert!(matches!(told("two"), Told::Sent), "this is another situation");
}

#[test]
fn the_same_that_was_opened_again_is_a_new_record_and_a_new_mail() {
    let world = World::default();
    for event in ["one", "two"] {
        let doors = Doors::read([open(&["front door"]), open(&[])]);
        let said = said(world.ended(&doors, &caused("acme", event), Delivery::First));
        assert_eq!(said.report.outcome, Outcome::Remediated);
        world.clock.forward(Duration::from_secs(60));
    }
    assert_eq!((world.ledger.records().len(), world.mails().len()), (2, 2));
}

#[test]
fn over_the_brake_what_is_open_waits_and_one_mail_says_so() {
    let world = World::default();
    let limits = Limits { changes_per_hour: 2, ..LIMITS };
    let walked = |name: &str| {
        let doors = Doors::read([open(&["front door"]), open(&[])]);
        let report = world.limited(&doors, &bucket(name), limits).report;
        (report.outcome, doors.calls.borrow().len())
    };
    assert_eq!(walked("one"), (Outcome::Remediated, 3));
    assert_eq!(walked("two"), (Outcome::Remediated, 3));
    assert_eq!(walked("three"), (Outcome::Held, 1));
    assert_eq!(walked("four"), (Outcome::Held, 1));
    assert_eq!(walked("four"), (Outcome::Held, 1), "a second delivery waits too");
    assert_eq!(world.mails(), [Outcome::Remediated, Outcome::Remediated, Outcome::Held]);
    assert_eq!(world.topic.reports.borrow()[2].waiting, ["S3 bucket three"]);

    let due = |world: &World| run(world.ledger.due("doors", world.clock.now())).unwrap().len();
    assert_eq!(due(&world), 0);
    world.clock.forward(Duration::from_secs(60 * 60));
    assert_eq!(due(&world), 2);
    assert_eq!(walked("three"), (Outcome::Remediated, 3));
    assert_eq!(walked("four"), (Outcome::Remediated, 3));
    // Nobody was cut off, and nothing was changed before.
    for report in world.topic.reports.borrow().iter().skip(3) {
        assert_eq!((report.note, report.changes.len()), (None, 1));
        assert_eq!(report.evidence.last().unwrap().body, "  open front door");
    }
    assert_eq!(world.ledger.records().len(), 4, "it is the same record that waited");
}

#[test]
fn each_hour_one_mail_lists_all_that_waits_whoever_comes_first() {
    let world = World::default();
    let limits = Limits { changes_per_hour: 0, ..LIMITS };
    let walked = |name: &str, doors: &[&str]| {
        world.limited(&Doors::read([open(doors)]), &bucket(name), limits).report.outcome
    };
    let waiting = || {
        let reports = world.topic.reports.borrow();
        reports.iter().map(|report| report.waiting.len()).collect::<Vec<_>>()
    };
    for name in ["one", "two", "three"] {
        assert_eq!(walked(name, &["front door"]), Outcome::Held);
    }
    assert_eq!(waiting(), [1]);
    // Another one that waits, or the same with another door, is no mail of its own.
    assert_eq!(walked("one", &["front door", "back door"]), Outcome::Held);
    assert_eq!(waiting(), [1]);
    for (hour, first) in [(1, "one"), (2, "two"), (3, "one")] {
        world.clock.forward(Duration::from_secs(60 * 60));
        for name in [first, "three", "two", "one"] {
            assert_eq!(walked(name, &["front door"]), Outcome::Held);
        }
        assert_eq!(waiting(), [vec![1], vec![3; hour]].concat());
    }
}

#[test]
fn a_list_of_what_waits_that_got_lost_is_due_until_it_is_told() {
    let world = World::default();
    let limits = Limits { changes_per_hour: 0, ..LIMITS };
    let due = || run(world.ledger.due("doors", world.clock.now())).unwrap();
    let walk = |name: &str| world.limited(&Doors::read([open(&["front door"])]), &bucket(name), limits).told;
    for hour in 0..2 {
        world.topic.refuses.set(true);
        assert!(matches!(walk("one"), Told::Failed(_)));
        assert!(matches!(walk("two"), Told::Nobody));
        assert!(due().is_empty(), "who could not tell may be at work still");
        world.clock.forward(LEASED);
        world.topic.refuses.set(false);
        assert_eq!(due(), [bucket("one")]);
        assert!(matches!(walk("one"), Told::Sent));
        assert_eq!(world.topic.reports.borrow()[hour].waiting.len(), 2);
        assert!(due().is_empty());
        world.clock.forward(Duration::from_secs(60 * 60));
        assert_eq!(due().len(), 2);
    }
    assert_eq!(world.mails(), [Outcome::Held; 2]);
}

#[test]
fn what_waits_goes_by_a_limit_that_was_raised_in_the_same_hour() {
    let world = World::default();
    let walked = |changes_per_hour| {
        let doors = Doors::read([open(&["front door"]), open(&[])]);
        let limits = Limits { changes_per_hour, ..LIMITS };
        world.limited(&doors, &bucket("acme"), limits).report.outcome
    };
    assert_eq!(walked(0), Outcome::Held);
    world.clock.forward(Duration::from_secs(60));
    assert_eq!(walked(1), Outcome::Remediated);
    assert_eq!(world.only_record().attempts.len(), 2);
    world.clock.forward(Duration::from_secs(60));
    assert_eq!(walked(1), Outcome::Held);
}

#[test]
fn a_brake_of_nothing_stops_everything() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]);
    let limits = Limits { changes_per_hour: 0, ..LIMITS };
    let report = world.limited(&doors, &bucket("acme"), limits).report;
    assert!(matches!(report.hold.unwrap().by, Held::Brake { limit: 0 }));
    assert_eq!(*doors.calls.borrow(), ["read acme"]);
}

#[test]
fn what_is_opened_again_and_again_waits_and_the_mail_names_who_opened_it() {
    let world = World::default();
    let limits = Limits { feud_limit: 3, ..LIMITS };
    let walked = |event: &str, door: &str| {
        let cause =
            Cause::new("CloudTrail").with_event_id(Some(event)).with_opened_by(Some("role/terraform"));
        let doors = Doors::read([open(&[door]), open(&[])]);
        let report = world.limited(&doors, &Subject { cause, ..bucket("acme") }, limits).report;
        world.clock.forward(Duration::from_secs(60));
        report
    };
    for event in ["one", "two", "three"] {
        assert_eq!(walked(event, "front door").outcome, Outcome::Remediated);
    }
    let report = walked("four", "front door");
    assert_eq!(report.outcome, Outcome::Held);
    let by = Held::Feud { times: 3, opened_by: vec!["role/terraform".to_owned()] };
    assert_eq!(report.hold.as_ref().map(|hold| &hold.by), Some(&by));
    assert_eq!(walked("five", "front door").outcome, Outcome::Held);
    assert_eq!(world.mails().iter().filter(|outcome| **outcome == Outcome::Held).count(), 1);
    world.clock.forward(Duration::from_secs(24 * 60 * 60));
    assert_eq!(walked("six", "front door").outcome, Outcome::Remediated);
}

#[test]
fn a_record_that_cannot_be_read_back_stops_the_work_and_is_said() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]);
    world.cut_off(&doors);
    let mut record = world.only_record();
    record.attempts[0].before = serde_json::json!({ "doors": "as a newer version writes them" });
    run(world.ledger.finish(&record, world.clock.now())).unwrap();
    let report = world.deliver(&doors, Delivery::Last).report;
    assert!(matches!(report.error, Some(StepError::Unreadable(..))), "{:?}", report.error);
    assert_eq!(world.mails(), [Outcome::Failed]);
}

#[test]
fn a_records_id_is_what_people_can_write_down() {
    let at = SystemTime::UNIX_EPOCH + NOW;
    let id = RecordId::new(&bucket("acme"), "s3-acl", at, "request");
    let text = id.to_string();
    assert_eq!(text, format!("{}@arn:aws:s3:::acme", id.key));
    assert!(text.starts_with("2026-11-22T05:41:07.120Z.s3-acl."), "{text}");
    assert_eq!(RecordId::try_from(text), Ok(id.clone()));
    assert_eq!(id.day(), "2026-11-22");
    assert_ne!(id, RecordId::new(&bucket("acme"), "s3-acl", at, "another request"));
    let refused = RecordId::try_from("arn:aws:s3:::acme".to_owned()).unwrap_err().to_string();
    assert!(refused.starts_with("`arn:aws:s3:::acme` is no record's id"), "{refused}");
}
