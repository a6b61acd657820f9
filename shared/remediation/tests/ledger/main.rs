//! What the walk remembers: a record before every change, and nothing done or said twice.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod cut_off;
mod left_alone;
mod looks;
mod waiting;
mod world;

use std::time::{Duration, SystemTime};

use remediation::clock::Clock;
use remediation::ledger::{Ledger, Memory, Record, RecordId};
use remediation::testing::doors::{Doors, denied, open, throttled};
use remediation::testing::{Call, Hindered, LIMITS, NOW, Still, Topic, bucket, deliver, run, said, visit};
use remediation::{Delivery, Ended, Mode, Outcome, Ports, StepError, Told, walk};
use tokio::time::timeout;

use world::{World, caused};

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
