//! What a person may ask of the function `restore`, and what is answered.

use std::time::Duration;

use lambda::Service;
use lambda::restore::{NotRestored, Payload, answer};
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, open};
use remediation::testing::{Still, Topic, bucket, deliver, run};
use remediation::{Delivery, Ports};
use serde_json::{Value, json};
use settings::Settings;

use crate::support::{batch, invocation, logged};

/// A house that Curfew closed.
struct World {
    clock: Still,
    topic: Topic,
    ledger: Memory,
    doors: Doors,
}

impl World {
    fn closed() -> Self {
        let doors = Doors::read([open(&["front"]), open(&[])]);
        let world =
            Self { clock: Still::default(), topic: Topic::default(), ledger: Memory::default(), doors };
        let ports = Ports::new(&world.clock, &world.topic, &world.ledger);
        deliver(&world.doors, &bucket("acme"), Delivery::First, &ports);
        world.clock.forward(Duration::from_secs(1));
        *world.doors.reads.borrow_mut() = [open(&[]), open(&[]), open(&["front"])].into();
        world
    }

    fn ask(&self, payload: &Value) -> Result<Value, NotRestored> {
        let ports = Ports::new(&self.clock, &self.topic, &self.ledger);
        let hands = (self.doors.clone(), ());
        run(answer(&hands, &payload.to_string(), &ports, &invocation(), &Settings::default()))
    }
}

#[test]
fn a_record_or_the_newest_of_a_resource_is_put_back_and_the_answer_and_the_log_say_what_came_of_it() {
    for by_resource in [false, true] {
        let world = World::closed();
        let id = world.ledger.records()[0].id.to_string();
        let what =
            if by_resource { json!({ "resource": "arn:aws:s3:::acme" }) } else { json!({ "record": id }) };
        let (answer, lines) = logged(|| world.ask(&what).unwrap());
        assert_eq!((&answer["ending"], &answer["record"]), (&json!("restored"), &json!(id)));
        assert_eq!(answer["planned"], json!(["open the front"]));
        assert_eq!(answer["alert"], "sent");
        assert!(answer["left_alone_until"].as_str().unwrap().starts_with("2026-11-23T05:41:0"));
        let records = world.ledger.records();
        assert_eq!((records.len(), &answer["restore_record"]), (2, &json!(records[1].id)));
        assert_eq!((&lines[0]["outcome"], &lines[0]["restores"]), (&json!("restored"), &json!(id)));
    }
}

#[test]
fn a_restore_whose_mail_got_lost_has_a_line_of_its_own_once_it_is_told() {
    let world = World::closed();
    world.topic.refuses.set(true);
    let (answer, _) = logged(|| world.ask(&json!({ "resource": "arn:aws:s3:::acme" })).unwrap());
    assert!(answer["alert_error"].is_string(), "{answer}");
    world.topic.refuses.set(false);
    let settings = Settings::default();
    let service = Service::new(world.doors.clone(), &world.topic, &world.clock, &world.ledger, settings);
    world.clock.forward(Duration::from_secs(60 * 60));
    let tick = json!({ "source": "aws.events", "detail-type": "Scheduled Event", "detail": {} }).to_string();
    let (_, lines) = logged(|| run(service.handle(&batch(&[tick], 1), &invocation())).unwrap());
    let told: Vec<_> = lines.iter().filter(|line| line["late"] == "mail-lost").collect();
    assert_eq!(told.len(), 1, "{lines:?}");
    assert_eq!((&told[0]["outcome"], &told[0]["alert"]), (&json!("restored"), &json!("sent")));
}

#[test]
fn a_restore_is_never_the_newest_that_changed_something() {
    let world = World::closed();
    world.ask(&json!({ "resource": "arn:aws:s3:::acme" })).unwrap();
    world.clock.forward(Duration::from_secs(1));
    let again = world.ask(&json!({ "resource": "arn:aws:s3:::acme" })).unwrap();
    assert_eq!(again["ending"], "nothing-to-do");
}

#[test]
fn a_payload_that_cannot_be_used_is_refused_by_the_name_of_its_field_and_does_nothing() {
    let good = "2026-11-22T05:41:07.120Z.doors.5f2c9a1e@arn:aws:s3:::acme";
    let long = "x".repeat(501);
    for (payload, named) in [
        (json!([]), "a JSON object"),
        (json!("restore"), "a JSON object"),
        (json!({}), "`record` is missing, and so is `resource`"),
        (
            json!({ "record": good, "resource": "arn:aws:s3:::acme" }),
            "`record` and `resource` are both there",
        ),
        (json!({ "record": "yesterday" }), "`record`: `yesterday` is no record's id"),
        (json!({ "record": 7 }), "`record`: invalid type"),
        (json!({ "resource": "acme" }), "`resource`: `acme` is no ARN"),
        (json!({ "resource": "arn:aws:iam::210987654321:user/ann" }), "`resource`: "),
        (json!({ "record": good, "dry_run": "true" }), "`dry_run`: invalid type"),
        (json!({ "record": good, "force": 1 }), "`force`: invalid type"),
        (json!({ "record": good, "dry-run": true }), "unknown field `dry-run`"),
        (json!({ "record": good, "reason": "" }), "`reason`: "),
        (json!({ "record": good, "reason": "a\nb" }), "`reason`: "),
        (json!({ "record": good, "claimed_by": long }), "`claimed_by`: "),
    ] {
        let world = World::closed();
        world.doors.calls.borrow_mut().clear();
        let error = world.ask(&payload).unwrap_err();
        assert_eq!(error.error_type(), "Curfew.UnusablePayload", "{payload}: {error}");
        assert!(error.to_string().contains(named), "{payload}: {error}");
        assert!(world.doors.calls.borrow().is_empty());
    }
    assert!(Payload::parse("{\"record\": \"x\"} and more").is_err());
    assert!(Payload::parse("").is_err());
}

#[test]
fn a_record_that_is_not_there_and_a_resource_that_was_never_changed_are_said_to_be_so() {
    let world = World::closed();
    for (payload, kind) in [
        (
            json!({ "record": "2026-11-22T05:41:07.120Z.doors.00000000@arn:aws:s3:::acme" }),
            "Curfew.NoSuchRecord",
        ),
        (json!({ "resource": "arn:aws:s3:::other" }), "Curfew.NothingToPutBack"),
    ] {
        let (error, lines) = logged(|| world.ask(&payload).unwrap_err());
        assert_eq!(error.error_type(), kind, "{error}");
        assert_eq!(lines[0]["level"], "ERROR");
    }
}

#[test]
fn a_refused_order_says_what_others_changed() {
    let world = World::closed();
    *world.doors.reads.borrow_mut() = [open(&["cellar"])].into();
    let answer = world.ask(&json!({ "resource": "arn:aws:s3:::acme" })).unwrap();
    assert_eq!(
        (&answer["ending"], &answer["changed_since"]),
        (&json!("refused"), &json!(["the cellar was opened since"]))
    );
    let planned =
        world.ask(&json!({ "resource": "arn:aws:s3:::acme", "dry_run": true, "force": true })).unwrap();
    assert_eq!(planned["ending"], "planned");
    assert_eq!(world.ledger.records().len(), 1);
}

#[test]
fn it_says_that_it_is_at_work_when_asked() {
    let world = World::closed();
    assert_eq!(world.ask(&json!({ "probe": true })).unwrap()["control"], "restore");
}
