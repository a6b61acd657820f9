//! What takes turns: whose turn it is not changes nothing.

use std::time::Duration;

use remediation::clock::Clock;
use remediation::ledger::Ledger;
use remediation::restore::Ending;
use remediation::testing::doors::open;
use remediation::testing::{Call, Hindered, bucket, deliver, run, said};
use remediation::{Delivery, Ended, Outcome, Ports};

use super::world::{DAY, World, outcome};

impl World {
    /// Somebody else is at the doors.
    fn is_anothers_turn(&self) {
        self.doors.takes_turns.set(true);
        let now = self.clock.now();
        assert_eq!(run(self.ledger.take_turn("doors", "another", now, now + DAY)), Ok(true));
    }

    fn another_is_done(&self) {
        assert_eq!(run(self.ledger.end_turn("doors", "another")), Ok(()));
    }

    fn is_nobodys_turn(&self) -> bool {
        let now = self.clock.now();
        run(self.ledger.take_turn("doors", "a third", now, now)).unwrap()
    }

    fn has_changed_something(&self) -> bool {
        self.calls().iter().any(|call| call.starts_with("apply"))
    }
}

#[test]
fn who_closes_waits_for_a_turn_and_comes_back_where_that_takes_too_long() {
    let world = World::of([open(&["front"])]);
    world.is_anothers_turn();
    let ended = deliver(&world.doors, &bucket("acme"), Delivery::First, &world.ports());
    assert!(matches!(ended, Ended::Busy { until } if until > world.clock.now()), "{ended:?}");
    assert!(!world.has_changed_something() && world.mails().is_empty());
    world.another_is_done();
    let report = world.finds([open(&["front"]), open(&[])]).deliver();
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, None));
    let record = world.record();
    assert_eq!((record.attempts.len(), world.ledger.records().len(), world.mails().len()), (2, 1, 1));
    assert_eq!(record.attempts[0].result.as_ref().unwrap().error.as_ref().unwrap()["kind"], "not-its-turn");
    assert!(world.is_nobodys_turn());
}

#[test]
fn who_waited_for_a_turn_looks_again() {
    let world = World::of([open(&["front", "back"]), open(&["back"]), open(&["back"]), open(&[])]);
    world.is_anothers_turn();
    // Another one closes the front door, and is done two seconds later.
    let start = world.clock.now();
    let slow = Hindered::new(&world.ledger, async |call| {
        if call == Call::TakeTurn && world.clock.now() == start {
            world.clock.forward(Duration::from_secs(2));
            world.ledger.end_turn("doors", "another").await?;
        }
        Ok(())
    });
    let ports = Ports::new(&world.clock, &world.topic, &slow);
    let report = said(deliver(&world.doors, &bucket("acme"), Delivery::First, &ports)).report;
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(report.planned, ["close the back"]);
}

#[test]
fn what_was_begun_is_seen_to_its_end_in_a_turn() {
    let world = World::of([open(&["front", "back"])]);
    world.cut_off_closing();
    world.is_anothers_turn();
    world.finds([open(&["back"])]);
    let ended = deliver(&world.doors, &bucket("acme"), Delivery::Again, &world.ports());
    assert!(matches!(ended, Ended::Busy { .. }), "{ended:?}");
    world.another_is_done();
    let report = world.finds([open(&["back"]), open(&[])]).deliver();
    assert_eq!(report.outcome, Outcome::Remediated);
    assert!(world.is_all_over() && world.is_nobodys_turn());
}

#[test]
fn a_restore_waits_for_a_turn_too() {
    let world = World::closed();
    world.is_anothers_turn();
    world.doors.calls.borrow_mut().clear();
    let back = world.finds([open(&[])]).restore();
    assert!(matches!(back.ending, Ending::Busy(Some(_))), "{back:?}");
    assert!(!world.has_changed_something() && world.mails().is_empty());
    world.another_is_done();
    let back = world.finds([open(&[]), open(&["front", "back"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert!(world.is_all_over() && world.is_nobodys_turn());
}
