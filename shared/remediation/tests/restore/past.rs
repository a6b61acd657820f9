//! What can be put back of a record, and what newer records say.

use remediation::Outcome;
use remediation::ledger::Attempt;
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
fn all_attempts_of_a_record_are_put_back() {
    let world = World::closed();
    let mut record = world.record();
    // The first was cut off, and the second closed what was left.
    let cut_off = Attempt {
        result: None,
        plan: Some(serde_json::json!({ "Close": ["front"] })),
        ..record.attempts[0].clone()
    };
    record.attempts[0].plan = Some(serde_json::json!({ "Close": ["back"] }));
    record.attempts.insert(0, cut_off);
    world.finds([open(&[]), open(&[]), open(&["front", "back"])]);
    let back = run(restore(&world.doors, &order::<Doors>(&record, &&world.clock), &world.ports())).unwrap();
    assert_eq!(
        (outcome(&back), back.planned),
        (Outcome::Restored, vec!["open the front".to_owned(), "open the back".to_owned()])
    );
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
