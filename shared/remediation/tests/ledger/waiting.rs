//! What has to wait: for the next hour, or for a feud to be over.

use std::time::Duration;

use events::{Cause, Subject};
use remediation::clock::Clock;
use remediation::ledger::{Held, Ledger, Limits};
use remediation::testing::doors::{Doors, lost, open, throttled};
use remediation::testing::{LEASED, LIMITS, bucket, run};
use remediation::{Delivery, Outcome, Told};

use super::world::World;

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
fn what_was_tried_and_is_as_open_as_before_is_no_time_of_a_feud() {
    // Nobody could look again after the last one.
    for after in [open(&["front door"]), Err(lost())] {
        let world = World::default();
        let limits = Limits { feud_limit: 2, ..LIMITS };
        for _ in 0..3 {
            let doors = Doors::read([open(&["front door"]), after.clone()]).then(0, Err(lost()));
            assert!(world.last(&doors, limits).is_unfinished());
            world.clock.forward(Duration::from_secs(60));
        }
        let doors = Doors::read([open(&["front door"]), open(&[])]);
        assert_eq!(world.last(&doors, limits).outcome, Outcome::Remediated);
    }
}

#[test]
fn what_an_unanswered_call_may_have_closed_is_a_time_of_a_feud() {
    let world = World::default();
    let limits = Limits { feud_limit: 2, ..LIMITS };
    let walked = || {
        let doors = Doors::read([open(&["front door"]), open(&[])]).then(0, Err(lost()));
        let outcome = world.last(&doors, limits).outcome;
        world.clock.forward(Duration::from_secs(60));
        outcome
    };
    assert_eq!(
        [walked(), walked(), walked()],
        [Outcome::ClosedMeanwhile, Outcome::ClosedMeanwhile, Outcome::Held]
    );
}

#[test]
fn a_resource_is_counted_once_in_an_hour_however_often_it_is_tried() {
    let world = World::default();
    let limits = Limits { changes_per_hour: 2, ..LIMITS };
    let walked = |name: &str, doors: Doors| world.limited(&doors, &bucket(name), limits).report.outcome;
    let fails = || Doors::read([open(&["front door"])]).then(0, Err(throttled()));
    let closes = || Doors::read([open(&["front door"]), open(&[])]);
    for _ in 0..5 {
        assert_eq!(walked("one", fails()), Outcome::Failed);
    }
    assert_eq!(walked("two", closes()), Outcome::Remediated);
    assert_eq!(walked("three", closes()), Outcome::Held);
    assert_eq!(walked("one", closes()), Outcome::Remediated);
    // In the next hour it counts again.
    assert_eq!(walked("four", closes()), Outcome::Held);
    world.clock.forward(Duration::from_secs(60 * 60));
    assert_eq!(walked("three", fails()), Outcome::Failed);
    world.clock.forward(Duration::from_secs(60 * 60));
    assert_eq!(walked("three", fails()), Outcome::Failed);
    assert_eq!(walked("four", closes()), Outcome::Remediated);
    assert_eq!(walked("five", closes()), Outcome::Held);
}

#[test]
fn what_is_half_closed_and_may_not_be_changed_any_more_waits_and_the_mail_has_what_was_done() {
    let world = World::default();
    let subject = bucket("acme");
    let half =
        Doors::read([open(&["front door", "back door"]), open(&["back door"])]).then(1, Err(throttled()));
    assert_eq!(world.limited(&half, &subject, LIMITS).report.outcome, Outcome::StillOpen);
    world.clock.forward(Duration::from_secs(1));
    let stopped = Limits { changes_per_hour: 0, ..LIMITS };
    for mails in [1, 1] {
        let report = world.limited(&Doors::read([open(&["back door"])]), &subject, stopped).report;
        assert_eq!(report.outcome, Outcome::Held);
        assert_eq!(report.changes.len(), 1, "the front door was closed before");
        assert_eq!(world.mails().len(), mails);
    }
    world.clock.forward(Duration::from_secs(60 * 60));
    let report = world.limited(&Doors::read([open(&["back door"]), open(&[])]), &subject, LIMITS).report;
    let closed: Vec<_> = report.changes.iter().map(|change| change.summary.as_str()).collect();
    assert_eq!(
        (report.outcome, closed),
        (Outcome::Remediated, vec!["closed the front door", "closed the back door"])
    );
}

#[test]
fn a_call_that_failed_while_somebody_else_closed_it_is_no_news_to_who_comes_next() {
    let world = World::default();
    let doors = Doors::read([open(&["front door", "window"]), open(&["window"])]).then(0, Err(lost()));
    assert_eq!(world.deliver(&doors, Delivery::First).report.outcome, Outcome::ClosedMeanwhile);
    let said = world.deliver(&doors, Delivery::Again);
    assert_eq!((said.report.outcome, world.mails().len()), (Outcome::Alerted, 1));
}
