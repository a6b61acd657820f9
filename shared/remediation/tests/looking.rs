//! Looks that somebody made before a walk, and looks that change nothing.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::time::Duration;

use exemptions::Exemptions;
use remediation::clock::Clock;
use remediation::ledger::Memory;
use remediation::testing::doors::{Doors, House, open, refused, throttled};
use remediation::testing::{NOTHING_EXEMPT, Still, Topic, bucket, deliver, run, said, visit};
use remediation::{Delivery, Fact, Inspected, Looked, Mode, Outcome, Ports, Said, Tags, inspect, walk_from};

struct World {
    clock: Still,
    topic: Topic,
    ledger: Memory,
}

impl World {
    fn new() -> Self {
        Self { clock: Still::default(), topic: Topic::default(), ledger: Memory::default() }
    }

    fn ports(&self) -> Ports<&Still, &Topic, &Memory> {
        Ports::new(&self.clock, &self.topic, &self.ledger)
    }

    fn seen(&self, doors: &[&str]) -> Looked<House> {
        let state = House(doors.iter().map(ToString::to_string).collect());
        Looked { at: self.clock.now(), state }
    }

    fn walk(&self, doors: &Doors, looked: Looked<House>, ports: &Ports<&Still, &Topic, &Memory>) -> Said {
        let subject = bucket("acme");
        let visit = visit::<Doors>(&subject, Mode::Enforce, Delivery::First, &&self.clock);
        said(run(walk_from(doors, &visit, ports, Some(looked))))
    }
}

#[test]
fn what_was_seen_before_counts_as_the_first_look() {
    let world = World::new();
    let doors = Doors::read([open(&["cellar"])]);
    let said = world.walk(&doors, world.seen(&[]), &world.ports());
    assert_eq!(said.report.outcome, Outcome::Compliant);
    assert!(doors.calls.borrow().is_empty());

    let doors = Doors::read([open(&[])]);
    let said = world.walk(&doors, world.seen(&["cellar"]), &world.ports());
    assert_eq!(said.report.outcome, Outcome::Remediated);
    assert_eq!(*doors.calls.borrow(), ["apply cellar to acme", "read acme"]);
}

#[test]
fn what_was_seen_more_than_a_second_ago_is_looked_at_again_before_anything_is_changed() {
    let world = World::new();
    let looked = world.seen(&["cellar"]);
    world.clock.forward(Duration::from_secs(2));
    // Somebody has closed it meanwhile.
    let doors = Doors::read([open(&[])]);
    let said = world.walk(&doors, looked, &world.ports());
    assert_eq!(said.report.outcome, Outcome::Compliant);
    assert!(!doors.calls.borrow().iter().any(|call| call.starts_with("apply")), "{:?}", doors.calls);
}

#[test]
fn what_was_seen_before_this_process_closed_it_is_not_closed_again() {
    let world = World::new();
    let ports = world.ports();
    let looked = world.seen(&["cellar"]);
    let doors = Doors::read([open(&["cellar"]), open(&[])]);
    assert_eq!(
        said(deliver(&doors, &bucket("acme"), Delivery::First, &ports)).report.outcome,
        Outcome::Remediated
    );
    let said = world.walk(&doors, looked, &ports);
    assert_eq!(said.report.outcome, Outcome::Compliant);
    assert_eq!(doors.calls.borrow().iter().filter(|call| call.starts_with("apply")).count(), 1);
}

fn look(doors: &Doors, exemptions: &Exemptions) -> Inspected<Doors> {
    let subject = bucket("acme");
    let id = <Doors as remediation::Judge>::id(&subject.resource).unwrap();
    run(inspect(doors, &subject, id, exemptions, &&Still::default(), None))
}

#[test]
fn a_look_judges_and_plans_as_a_walk_does_and_changes_nothing() {
    let doors = Doors::read([open(&["front door", "window"])]);
    let Inspected::Found { found, exempt } = look(&doors, &NOTHING_EXEMPT) else { panic!() };
    assert_eq!(found.plan.unwrap(), remediation::testing::doors::Turn::Close(vec!["front door".to_owned()]));
    assert!(exempt.is_empty());
    assert_eq!(*doors.calls.borrow(), ["read acme"]);
    assert!(matches!(look(&Doors::read([open(&[])]), &NOTHING_EXEMPT), Inspected::Compliant));
    assert!(matches!(look(&Doors::read([Ok(None)]), &NOTHING_EXEMPT), Inspected::Gone));
}

#[test]
fn what_is_exempt_has_no_plan_and_says_by_what() {
    let doors = Doors::read([open(&["front door"])]);
    let tags = [
        ("curfew:exempt", "all"),
        ("curfew:exempt-reason", "a party"),
        ("curfew:exempt-until", "2026-12-31"),
    ];
    let tags: Tags = tags.map(|(key, value)| (key.to_owned(), value.to_owned())).into();
    *doors.tags.borrow_mut() = Some(Fact::Known(tags));
    let Inspected::Exempt { found, exempt } = look(&doors, &Exemptions::default()) else { panic!() };
    assert!(found.plan.is_none());
    assert_eq!(exempt.applied[0].reason, "a party");
}

#[test]
fn what_cannot_be_read_is_never_compliant() {
    for read in [Err(throttled()), Err(refused("No")), open(&["fogged attic"]), open(&["unspeakable"])] {
        assert!(matches!(look(&Doors::read([read]), &NOTHING_EXEMPT), Inspected::Unknown(_)));
    }
}

#[test]
fn a_look_is_told_as_a_walk_that_changes_nothing_would_be() {
    let told = |read, exemptions: &Exemptions| {
        let doors = Doors::read([read]);
        let inspected = look(&doors, exemptions);
        remediation::Report::of_look(&doors, &bucket("acme"), inspected, Duration::from_millis(7))
    };
    let open_door = told(open(&["front door"]), &NOTHING_EXEMPT);
    assert_eq!((open_door.outcome, open_door.mode), (Outcome::Observed, Mode::Observe));
    assert_eq!((open_door.findings.len(), open_door.planned.len()), (1, 1));
    assert!(open_door.before.is_some());
    assert_eq!(told(open(&["window"]), &NOTHING_EXEMPT).outcome, Outcome::Alerted);
    assert_eq!(told(open(&[]), &NOTHING_EXEMPT).outcome, Outcome::Compliant);
    assert_eq!(told(Ok(None), &NOTHING_EXEMPT).outcome, Outcome::Gone);
    let unknown = told(Err(throttled()), &NOTHING_EXEMPT);
    assert_eq!(unknown.outcome, Outcome::Failed);
    assert!(unknown.error.is_some());
}

#[test]
fn of_what_may_be_exempt_nobody_says_that_it_is_open_while_its_tags_may_be_read_yet() {
    for (error, outcome) in [(throttled(), Outcome::Failed), (refused("No"), Outcome::Observed)] {
        let doors = Doors::read([open(&["front door"])]);
        *doors.tags.borrow_mut() = Some(Fact::of(Err(error)));
        let inspected = look(&doors, &Exemptions::default());
        let report =
            remediation::Report::of_look(&doors, &bucket("acme"), inspected, Duration::from_millis(7));
        assert_eq!(report.outcome, outcome);
        assert_eq!(report.findings.len(), 1);
    }
}
