//! What others took away once it was there again.

use super::*;

#[test]
fn a_rule_that_somebody_revoked_after_it_was_back_is_not_put_back_even_by_force() {
    for settings in ["{}", ISOLATE] {
        // What would be done about it by the settings of now does not count.
        let world = World::closed(open_group(), "{}");
        let restored = |force| world.with(settings, |order| order.force = force);
        assert_eq!(outcome(&restored(false)), Outcome::Restored);
        world.memory.rules.borrow_mut().retain(|rule| !rule.permission.to_string().ends_with(WORLD));
        let left = world.memory.says();
        let back = restored(false);
        assert!(matches!(back.ending, Ending::AlreadySo(Some(_))), "{back:?}");
        let said = "rule sgr-1 (tcp 22 from 0.0.0.0/0, \"way in\") was removed since";
        assert_eq!((back.changed_since, back.planned), (vec![said.to_owned()], Vec::new()));
        assert_eq!(restored(true).planned, Vec::<String>::new());
        assert_eq!(world.memory.says(), left);
    }
}

#[test]
fn a_rule_that_curfew_closed_again_comes_back_from_the_record_of_that() {
    let world = World::closed(open_group(), "{}");
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    world.clock.forward(Duration::from_secs(25 * 60 * 60));
    let control = super::super::control(&world.memory, "{}");
    let closed = testing::said(testing::deliver(&control, &subject(), Delivery::First, &world.ports()));
    let id = closed.report.record.unwrap();
    let record = world.ledger.records().into_iter().find(|record| record.id == id).unwrap();
    assert_eq!(outcome(&world.ordered(&record, |_| {})), Outcome::Restored);
    assert!(world.memory.says().contains(&format!("tcp 22 from {WORLD}")));
}

#[test]
fn an_interface_that_somebody_took_a_group_from_after_it_was_back_stays_without_it_even_by_force() {
    let all = r#"{"quarantine": "isolate", "isolate_all_groups": true}"#;
    for settings in [ISOLATE, all] {
        let world = World::closed(in_use(&["eni-1", "eni-2"]), settings);
        assert_eq!(outcome(&world.restore()), Outcome::Restored);
        world.memory.give(0, &[OTHER]);
        // What Curfew put there on account of another group, it did not find.
        world.memory.give(1, &[QUARANTINE]);
        let back = world.restore();
        assert!(matches!(back.ending, Ending::AlreadySo(Some(_))), "{back:?}");
        let said = |eni: u8, now: &str| {
            format!(
                "eni-{eni} of instance i-{eni} was given the groups {now} in place of {OTHER}, {GROUP} since"
            )
        };
        assert_eq!(back.changed_since, [said(1, OTHER), said(2, QUARANTINE)]);
        assert_eq!(world.by_force().planned, Vec::<String>::new());
        assert_eq!(world.memory.groups_of("eni-1"), [OTHER]);
        assert_eq!(world.memory.groups_of("eni-2"), [QUARANTINE]);
    }
}

#[test]
fn an_interface_that_no_restore_has_released_yet_comes_back_by_the_next_one() {
    const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";
    let world = World::closed(in_use(&["eni-1"]), ISOLATE);
    world.memory.denied.borrow_mut().push(PLACE);
    assert_eq!(outcome(&world.restore()), Outcome::Failed);
    world.memory.denied.borrow_mut().clear();
    world.clock.forward(Duration::from_secs(25 * 60 * 60));
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP]);
}
