//! The way back: compared first, written down before, verified after, told, and left alone for a while.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod cut_off;
mod failing;
mod of_others;
mod past;
mod turns;
mod world;

use std::time::Duration;

use remediation::restore::{Ending, Order, restore};
use remediation::testing::doors::{Doors, denied, open};
use remediation::testing::{LIMITS, order, report_of_restore, run};
use remediation::{Note, Outcome};

use world::{DAY, World, outcome};

#[test]
fn what_was_closed_is_opened_verified_recorded_mailed_and_left_alone_until_the_grace_is_over() {
    let world = World::closed();
    let back = world.finds([open(&[]), open(&["front", "back"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert_eq!(back.planned, ["open the front", "open the back"]);
    assert_eq!(world.calls(), ["read acme", "read acme", "apply front back to acme", "read acme"]);

    let record = world.last_record();
    let restores = record.restores.as_ref().unwrap();
    assert_eq!(restores.record, world.record().id);
    assert_eq!(
        (restores.reason.as_deref(), restores.claimed_by.as_deref()),
        (Some("the shop is down"), Some("ann"))
    );
    assert_eq!(record.end.as_ref().unwrap().outcome, Outcome::Restored);
    let result = record.attempts[0].result.as_ref().unwrap();
    assert_eq!((result.changes.len(), result.after.is_some(), record.told.len()), (2, true, 1));

    let reports = world.topic.reports.borrow();
    assert_eq!(reports.len(), 1);
    assert_eq!(reports[0].findings.len(), 2, "the mail says what is open now");
    drop(reports);

    // The trigger that the opening causes is left alone, and the one after the grace is not.
    let left_alone = world.finds([open(&["front", "back"])]).deliver();
    assert_eq!(
        (left_alone.outcome, left_alone.note),
        (Outcome::Exempt, Some(Note::Restored(restores.grace_until)))
    );
    world.clock.forward(DAY);
    assert_eq!(world.finds([open(&["front", "back"]), open(&[])]).deliver().outcome, Outcome::Remediated);
}

#[test]
fn the_second_time_it_is_so_already_and_nothing_is_written_or_told() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    let records = world.ledger.records();
    let grace = records[1].restores.as_ref().unwrap().grace_until;
    let again = world.finds([open(&["front", "back"])]).restore();
    assert!(matches!(again.ending, Ending::AlreadySo(Some(until)) if until == grace), "{again:?}");
    assert_eq!(world.calls(), ["read acme"]);
    assert_eq!((world.ledger.records(), world.topic.reports.borrow().len()), (records, 1));
}

#[test]
fn what_somebody_put_back_by_hand_is_written_down_told_and_left_alone() {
    let world = World::closed();
    let report = report_of_restore(world.finds([open(&["front", "back"])]).restore());
    assert_eq!((report.outcome, report.changes.len(), report.planned.len()), (Outcome::Restored, 0, 0));
    assert!(report.evidence.is_empty(), "there is nothing to take back: {:?}", report.evidence);
    assert_eq!((world.calls(), world.topic.reports.borrow().len()), (vec!["read acme".to_owned(); 2], 1));
    let record = world.last_record();
    assert_eq!((record.attempts[0].plan.as_ref(), record.told.len()), (None, 1));
    assert_eq!(record.end.as_ref().unwrap().outcome, Outcome::Restored);
    assert!(!record.may_have_changed());

    assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
    world.clock.forward(DAY);
    // The grace is over: who asks again is heard again.
    assert_eq!(outcome(&world.finds([open(&["front", "back"])]).restore()), Outcome::Restored);
    assert_eq!(world.ledger.records().len(), 3);
    assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
}

#[test]
fn what_is_open_beside_what_is_back_is_shown_and_leaves_no_mark_unless_it_is_forced() {
    let world = World::closed();
    let back = world.finds([open(&["front", "back", "cellar"])]).restore();
    assert!(matches!(back.ending, Ending::Refused), "{back:?}");
    assert_eq!(back.changed_since, ["the cellar was opened since"]);
    assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (1, 0));
    let forced = world.ordered(|order| order.force = true).unwrap();
    assert_eq!(outcome(&forced), Outcome::Restored);
    // Nobody put the cellar back.
    world.clock.forward(Duration::from_secs(5));
    let all = || open(&["front", "back", "cellar"]);
    let report = world.finds([all(), all(), open(&["front", "back"])]).deliver();
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Remediated, 1));
    assert_eq!(report.findings[0].summary, "the cellar is open");

    // What is gone is not as it was before.
    let world = World::closed();
    let back = world.finds([open(&["front", "no back"])]).restore();
    assert!(matches!(back.ending, Ending::AlreadySo(None)), "{back:?}");
    assert_eq!((back.lost.len(), world.ledger.records().len()), (1, 1));
}

#[test]
fn what_one_restore_put_back_is_left_alone_after_another_one_too() {
    let world = World::closed();
    world.clock.forward(Duration::from_secs(5));
    assert_eq!(world.finds([open(&["cellar"]), open(&[])]).deliver().outcome, Outcome::Remediated);
    world.clock.forward(Duration::from_secs(5));
    world.finds([open(&[]), open(&["front", "back"])]);
    assert_eq!(outcome(&world.ordered(|order| order.force = true).unwrap()), Outcome::Restored);
    // The cellar was closed while the doors were.
    let records = world.ledger.records();
    let order = Order {
        newer: &records[2..],
        force: true,
        request_id: "w",
        ..order::<Doors>(&records[1], &&world.clock)
    };
    let doors = || open(&["front", "back"]);
    world.finds([doors(), doors(), open(&["front", "back", "cellar"])]);
    assert_eq!(outcome(&run(restore(&world.doors, &order, &world.ports())).unwrap()), Outcome::Restored);
    let all = || open(&["front", "back", "cellar"]);
    assert_eq!(world.finds([all(), all()]).deliver().outcome, Outcome::Exempt);
}

#[test]
fn a_grace_that_does_not_cover_what_is_open_is_none() {
    let world = World::closed();
    *world.doors.apply.borrow_mut() = Some((1, Err(denied())));
    assert_eq!(outcome(&world.finds([open(&[]), open(&["front"])]).restore()), Outcome::Failed);
    // Somebody has opened the other one by hand.
    assert_eq!(outcome(&world.finds([open(&["front", "back"])]).restore()), Outcome::Restored);
    assert_eq!(world.finds([open(&["front", "back"])]).deliver().outcome, Outcome::Exempt);
}

#[test]
fn what_others_changed_is_shown_and_refused_unless_it_is_forced() {
    let world = World::closed();
    let refused = world.finds([open(&["cellar"])]).restore();
    assert!(matches!(refused.ending, Ending::Refused), "{refused:?}");
    assert_eq!(refused.changed_since, ["the cellar was opened since"]);
    assert_eq!((world.calls(), world.ledger.records().len()), (vec!["read acme".to_owned()], 1));

    world.finds([open(&["cellar"]), open(&["cellar", "front", "back"])]);
    let forced = world.ordered(|order| order.force = true).unwrap();
    assert_eq!(outcome(&forced), Outcome::Restored);
    let report = world.topic.reports.borrow()[0].clone();
    let restoration = report.restoration.unwrap();
    assert_eq!(restoration.changed_since, ["the cellar was opened since"]);
    assert_eq!(restoration.still_changed, restoration.changed_since);
}

#[test]
fn what_aws_would_refuse_is_said_and_not_tried_even_by_force() {
    let world = World::closed();
    let record = world.record_of_closing(&["bricked gate"]);
    world.finds([open(&[])]);
    let order = Order { force: true, ..order::<Doors>(&record, &&world.clock) };
    let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
    assert!(matches!(back.ending, Ending::Refused), "{back:?}");
    assert_eq!(back.hindrances, ["the bricked gate cannot be opened any more"]);
    assert_eq!(world.calls(), ["read acme"]);
}

#[test]
fn a_dry_run_answers_the_plan_and_writes_nothing_anywhere() {
    let world = World::closed();
    for (reads, ending) in
        [(open(&[]), "Planned"), (open(&["cellar"]), "Refused"), (open(&["front", "back"]), "Planned")]
    {
        let back = world.finds([reads]).ordered(|order| order.dry_run = true).unwrap();
        assert!(format!("{:?}", back.ending).starts_with(ending), "{back:?}");
        assert_eq!(world.calls(), ["read acme"]);
    }
    assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (1, 0));
}

#[test]
fn a_resource_that_is_gone_is_said_to_be_gone() {
    let world = World::closed();
    let back = world.finds([Ok(None)]).restore();
    assert!(matches!(back.ending, Ending::Gone), "{back:?}");
    let back = world.finds([open(&[]), Ok(None)]).restore();
    assert_eq!(outcome(&back), Outcome::Gone);
}

#[test]
fn what_does_not_exist_any_more_is_named_and_the_rest_is_put_back() {
    let world = World::closed();
    let back = world.finds([open(&["no back"]), open(&["no back", "front"])]).restore();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert_eq!(
        (back.planned, back.lost),
        (vec!["open the front".to_owned()], vec!["the back is gone".to_owned()])
    );
}

#[test]
fn a_restore_is_held_up_by_no_brake() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]);
    let limits = remediation::ledger::Limits { changes_per_hour: 0, ..LIMITS };
    let back = world.ordered(|order| order.limits = limits).unwrap();
    assert_eq!(outcome(&back), Outcome::Restored);
}
