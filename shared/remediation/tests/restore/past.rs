//! What can be put back of a record, and what newer records say.

use remediation::Outcome;
use remediation::clock::{Clock, rfc3339};
use remediation::ledger::{Attempt, AttemptResult, Held, Hold};
use remediation::restore::{Ending, NotReversible, Order, RestoreError, restore};
use remediation::testing::doors::{Doors, open};
use remediation::testing::{order, run};

use super::world::{DAY, World, outcome};

#[test]
fn newer_changes_of_curfews_own_are_changes_since_but_for_tries_to_restore_the_same() {
    let world = World::closed();
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    world.clock.forward(DAY);
    world.finds([open(&["front", "back"]), open(&[])]).deliver();
    let newer = world.ledger.records().split_off(1);
    assert_eq!(newer.len(), 2);
    world.finds([open(&[])]);
    let record = world.record();
    let order = Order { newer: &newer, ..order::<Doors>(&record, &&world.clock) };
    let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
    assert!(matches!(back.ending, Ending::Refused), "{back:?}");
    assert_eq!(back.changed_since, [format!("Curfew changed it again: record {} (remediated)", newer[1].id)]);
}

#[test]
fn nothing_is_put_back_where_a_newer_record_cannot_be_read() {
    let world = World::closed();
    let mut newer = world.record();
    newer.id.key.push_str("-newer");
    newer.attempts[0].before = serde_json::json!({ "doors": "as a newer version writes them" });
    let calls = world.finds([open(&[]), open(&["front", "back"])]).calls().len();
    let newer = [newer];
    let record = world.record();
    let order = Order { newer: &newer, ..order::<Doors>(&record, &&world.clock) };
    let refused = run(restore(&world.doors, &order, &world.ports())).unwrap_err();
    assert!(matches!(&refused, RestoreError::NotReversible(NotReversible::Unreadable(_))), "{refused:?}");
    assert!(refused.to_string().contains(&newer[0].id.to_string()), "{refused}");
    assert_eq!((world.calls().len(), world.ledger.records().len()), (calls, 1));
}

#[test]
fn all_attempts_of_a_record_are_put_back() {
    let world = World::closed();
    let mut record = world.record_of_closing(&["back"]);
    // The first was cut off, and the second closed what was left.
    let cut_off = Attempt {
        result: None,
        plan: Some(serde_json::json!({ "Close": ["front"] })),
        ..record.attempts[0].clone()
    };
    record.attempts.insert(0, cut_off);
    world.finds([open(&[]), open(&[]), open(&["front", "back"])]);
    let back = run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &world.ports())).unwrap();
    assert_eq!(
        (outcome(&back), back.planned),
        (Outcome::Restored, vec!["open the front".to_owned(), "open the back".to_owned()])
    );
}

/// What came of an attempt that changed nothing, as far as it knows.
fn failed(attempt: &Attempt, is_in_doubt: bool) -> AttemptResult {
    let result = attempt.result.clone().unwrap();
    let error = Some(serde_json::json!({ "kind": "access-denied", "message": "denied" }));
    AttemptResult { outcome: Outcome::Failed, changes: Vec::new(), error, is_in_doubt, ..result }
}

#[test]
fn what_was_denied_is_not_done_and_what_had_no_answer_may_be() {
    for (is_in_doubt, planned) in
        [(false, vec!["open the back"]), (true, vec!["open the front", "open the back"])]
    {
        let world = World::closed();
        let mut record = world.record_of_closing(&["back"]);
        let mut first = record.attempts[0].clone();
        first.plan = Some(serde_json::json!({ "Close": ["front"] }));
        first.result = Some(failed(&first, is_in_doubt));
        // Then somebody else closed the front, and Curfew the back.
        record.attempts[0].before = serde_json::to_value(open(&["back"]).unwrap().unwrap()).unwrap();
        record.attempts.insert(0, first);
        let back_again = if is_in_doubt { open(&["front", "back"]) } else { open(&["back"]) };
        world.finds([open(&[]), open(&[]), back_again]);
        let order = order::<Doors>(&record, &&world.clock);
        let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
        assert_eq!(
            (outcome(&back), back.planned),
            (Outcome::Restored, planned.iter().map(|&one| one.to_owned()).collect())
        );
    }
}

#[test]
fn what_others_closed_at_the_same_time_is_not_opened_unless_an_answer_got_lost() {
    for (is_in_doubt, planned) in
        [(false, vec!["open the back"]), (true, vec!["open the front", "open the back"])]
    {
        let world = World::closed();
        let mut record = world.record_of_closing(&["back"]);
        record.attempts[0].plan = Some(serde_json::json!({ "Close": ["front", "back"] }));
        record.attempts[0].result.as_mut().unwrap().is_in_doubt = is_in_doubt;
        world.finds([open(&[])]);
        let order = Order { dry_run: true, ..order::<Doors>(&record, &&world.clock) };
        let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
        assert_eq!(back.planned, planned);
    }
}

#[test]
fn a_record_that_only_failed_or_only_waits_has_nothing_to_put_back() {
    let world = World::closed();
    let mut denied = world.record();
    denied.attempts[0].result = Some(failed(&denied.attempts[0], false));
    let mut held = world.record();
    held.attempts[0].result = None;
    held.end = None;
    held.held = Some(Hold { by: Held::Brake { limit: 0 }, until: world.clock.now(), tells: true });
    for record in [denied, held] {
        assert!(!record.may_have_changed(), "{record:?}");
        let order = order::<Doors>(&record, &&world.clock);
        let error = run(restore(&world.doors, &order, &world.ports())).unwrap_err();
        assert!(matches!(error, RestoreError::NotReversible(NotReversible::Unchanged(_))), "{error}");
    }
}

#[test]
fn a_dry_run_says_that_what_is_back_already_would_be_left_alone() {
    let world = World::closed();
    let record = world.record();
    world.finds([open(&["front", "back"])]);
    let order = Order { dry_run: true, ..order::<Doors>(&record, &&world.clock) };
    let back = run(restore(&world.doors, &order, &world.ports())).unwrap();
    let until = rfc3339(world.clock.now() + order.grace);
    assert!(matches!(back.ending, Ending::Planned), "{back:?}");
    assert_eq!(back.planned, [format!("leave it as it is until {until}")]);
    assert_eq!(world.ledger.records().len(), 1, "nothing is written");
}

#[test]
fn a_record_without_a_change_and_one_of_a_restore_are_refused_in_words() {
    let world = World::closed();
    let mut unchanged = world.record();
    unchanged.attempts[0].plan = None;
    world.finds([open(&[]), open(&["front", "back"])]).restore();
    for (record, is_restore) in [(unchanged, false), (world.last_record(), true)] {
        let order = order::<Doors>(&record, &&world.clock);
        let error = run(restore(&world.doors, &order, &world.ports())).unwrap_err();
        let RestoreError::NotReversible(why) = &error else { panic!("{error}") };
        assert_eq!(matches!(why, NotReversible::Restore(_)), is_restore, "{error}");
        assert!(error.to_string().contains(&record.id.to_string()));
    }
}
