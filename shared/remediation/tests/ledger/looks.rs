//! What happens between a look at the live state and the work that goes by it.

use std::cell::Cell;
use std::time::Duration;

use exemptions::Exemptions;
use remediation::testing::doors::{Doors, open};
use remediation::testing::{Call, Hindered, Still, bucket, run, said, visit};
use remediation::{Delivery, Fact, Mode, Outcome, Ports, Said, Told, Visit, walk};

use super::world::World;

/// Delivers where something happens before the first record is begun.
fn deliver(world: &World, doors: &Doors, mode: Mode, happens: impl AsyncFn()) -> Said {
    let is_first = Cell::new(true);
    let ledger = Hindered::new(&world.ledger, async |call| {
        if call == Call::Begin && is_first.take() {
            happens().await;
        }
        Ok(())
    });
    let subject = bucket("acme");
    let exemptions = Exemptions::default();
    let visit =
        Visit { exemptions: &exemptions, ..visit::<Doors>(&subject, mode, Delivery::First, &&world.clock) };
    said(run(walk(doors, &visit, &Ports::new(&world.clock, &world.topic, &ledger))))
}

/// Another process does the whole work.
async fn work(world: &World, doors: &Doors, mode: Mode) {
    let subject = bucket("acme");
    let visit = visit::<Doors>(&subject, mode, Delivery::First, &&world.clock);
    walk(doors, &visit, &Ports::new(&world.clock, &world.topic, &world.ledger)).await;
}

#[test]
fn what_others_closed_since_the_look_is_closed_and_said_once() {
    let world = World::default();
    let others = Doors::read([open(&["front door"]), open(&[])]);
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    let said = deliver(&world, &doors, Mode::Enforce, async || work(&world, &others, Mode::Enforce).await);
    assert_eq!(said.report.outcome, Outcome::Compliant);
    assert_eq!(*doors.calls.borrow(), ["read acme", "tags of acme", "read acme"]);
    assert_eq!(world.only_record().end.unwrap().outcome, Outcome::Remediated);
    assert_eq!(world.mails(), [Outcome::Remediated]);
}

#[test]
fn what_others_said_since_the_look_is_said_once() {
    let world = World::default();
    let others = Doors::read([open(&["front door"])]);
    let happens = async || work(&world, &others, Mode::Observe).await;
    let told = deliver(&world, &Doors::read([open(&["front door"])]), Mode::Observe, happens).told;
    assert!(matches!(told, Told::Repeated), "{told:?}");
    assert_eq!(world.mails(), [Outcome::Observed]);
    let [attempt] = &world.only_record().attempts[..] else { panic!("one attempt") };
    assert_eq!(attempt.plan, None, "nobody is to go on with it");
    let foreseen = attempt.result.as_ref().unwrap().foreseen.clone();
    assert_eq!(foreseen, Some(serde_json::json!({ "Close": ["front door"] })));
}

#[test]
fn what_is_written_down_late_goes_by_what_is_so_then() {
    let slowly = |world: &World, doors: &Doors| {
        deliver(world, doors, Mode::Enforce, async || world.clock.forward(Duration::from_secs(20)))
    };
    // As it was.
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&["front door"]), open(&[])]);
    let said = slowly(&world, &doors);
    assert_eq!(said.report.outcome, Outcome::Remediated);
    assert_eq!(world.only_record().attempts.len(), 1);

    // Somebody has opened another door, which the record has to know.
    let both = || open(&["front door", "back door"]);
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), both(), both(), open(&[])]);
    let said = slowly(&world, &doors);
    assert_eq!((said.report.outcome, said.report.changes.len()), (Outcome::Remediated, 2));
    let record = world.only_record();
    let befores: Vec<_> = record.attempts.iter().map(|attempt| attempt.before.clone()).collect();
    assert_eq!(befores, [serde_json::json!(["front door"]), serde_json::json!(["front door", "back door"])]);
    let first = record.attempts[0].result.as_ref().unwrap();
    assert_eq!(first.error.as_ref().unwrap()["kind"], "changed-meanwhile");
    assert_eq!(world.mails(), [Outcome::Remediated]);

    // Somebody has closed it.
    let world = World::default();
    let doors = Doors::read([open(&["front door"]), open(&[])]);
    let said = slowly(&world, &doors);
    assert_eq!(said.report.outcome, Outcome::ClosedMeanwhile);
    assert!(!doors.calls.borrow().iter().any(|call| call.starts_with("apply")), "{doors:?}");
    assert_eq!(world.only_record().end.unwrap().outcome, Outcome::ClosedMeanwhile);
    assert_eq!(world.mails(), [Outcome::ClosedMeanwhile]);
}

#[test]
fn what_somebody_exempts_while_it_is_written_down_is_left_as_it_is() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]);
    let exempted = async || {
        world.clock.forward(Duration::from_secs(20));
        let tags = [
            ("curfew:exempt", "all"),
            ("curfew:exempt-reason", "a party"),
            ("curfew:exempt-until", "2026-12-31"),
        ];
        let tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned()));
        *doors.tags.borrow_mut() = Some(Fact::Known(tags.into()));
    };
    assert_eq!(deliver(&world, &doors, Mode::Enforce, exempted).report.outcome, Outcome::Exempt);
    assert!(!doors.calls.borrow().iter().any(|call| call.starts_with("apply")), "{doors:?}");
    assert_eq!(world.only_record().end.unwrap().outcome, Outcome::Exempt);
    assert_eq!(world.mails(), []);
}

#[test]
fn what_another_clock_puts_into_the_future_was_told_already() {
    let world = World::default();
    let doors = Doors::read([open(&["front door"])]);
    let ahead = Still::default();
    ahead.forward(Duration::from_secs(30));
    let subject = bucket("acme");
    let visit_of = |clock: &Still| visit::<Doors>(&subject, Mode::Observe, Delivery::First, &clock);
    let first = visit_of(&ahead);
    let told = said(run(walk(&doors, &first, &Ports::new(&ahead, &world.topic, &world.ledger)))).told;
    assert!(matches!(told, Told::Sent));
    world.clock.forward(Duration::from_secs(28));
    assert!(matches!(world.in_mode(&doors, Mode::Observe).told, Told::Repeated));
}
