//! Interfaces whose groups others changed, and what is gone.

use super::*;

#[test]
fn groups_that_others_gave_an_interface_are_refused_and_by_force_they_stay() {
    let world = World::closed(in_use(&["eni-1"]), ISOLATE);
    world.memory.give(0, &[QUARANTINE, OTHER, "sg-forensics"]);
    let back = world.restore();
    assert!(refused(&back));
    assert_eq!(
        back.changed_since,
        [format!(
            "eni-1 of instance i-1 was given the groups {QUARANTINE}, {OTHER}, sg-forensics in place of {QUARANTINE}, {OTHER} since"
        )]
    );
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP, "sg-forensics"]);
    assert!(matches!(world.by_force().ending, Ending::AlreadySo(Some(_))));
}

#[test]
fn groups_that_somebody_took_from_an_interface_and_that_are_back_by_force_are_not_said_to_stay_so() {
    let world = World::closed(in_use(&["eni-1"]), ISOLATE);
    world.memory.give(0, &[OTHER]);
    assert!(refused(&world.restore()));
    let report = testing::report_of_restore(world.by_force());
    assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP]);
    let restoration = report.restoration.unwrap();
    assert_eq!((restoration.changed_since.len(), restoration.still_changed.len()), (1, 0));
}

#[test]
fn interfaces_and_groups_that_are_gone_are_named_and_the_others_come_back() {
    let world = World::closed(in_use(&["eni-1", "eni-2"]), ISOLATE);
    world.memory.interfaces.borrow_mut().remove(0);
    world.memory.give(0, &[QUARANTINE]);
    world.memory.gone.borrow_mut().push(group_id(OTHER));
    let back = world.by_force();
    assert_eq!(outcome(&back), Outcome::Restored);
    assert_eq!(world.memory.groups_of("eni-2"), [GROUP]);
    assert_eq!(back.lost, ["the network interface eni-1 of instance i-1 does not exist any more"]);

    let world = World::closed(in_use(&["eni-1"]), ISOLATE);
    world.memory.gone.borrow_mut().push(group_id(GROUP));
    assert!(matches!(world.restore().ending, Ending::Gone));
}

#[test]
fn an_interface_without_a_group_that_is_gone_is_not_said_to_be_moved_by_others() {
    let all = r#"{"quarantine": "isolate", "isolate_all_groups": true}"#;
    let world = World::closed(in_use(&["eni-1"]), all);
    assert_eq!(world.memory.groups_of("eni-1"), [QUARANTINE]);
    world.memory.gone.borrow_mut().push(group_id(OTHER));
    for _ in 0..2 {
        let back = world.restore();
        let lost = format!("the group {OTHER}, which interfaces had, does not exist any more");
        assert_eq!((back.lost, back.changed_since.len()), (vec![lost], 0));
        if let Ending::Done(said) = &back.ending {
            assert_eq!(said.report.outcome, Outcome::Restored);
            let restoration = said.report.restoration.as_ref().unwrap();
            assert_eq!(restoration.still_changed, Vec::<String>::new());
        }
        assert_eq!(world.memory.groups_of("eni-1"), [GROUP]);
    }
}

#[test]
fn an_interface_that_a_person_moved_after_a_cut_off_isolation_is_not_taken_for_isolated() {
    let world = World::closed(in_use(&["eni-1"]), ISOLATE);
    let mut record = world.record().unwrap();
    record.attempts[0].result = None;
    world.memory.give(0, &["sg-forensics", OTHER]);
    let back = world.ordered(&record, |_| {});
    assert!(refused(&back), "{back:?}");
    assert_eq!(outcome(&world.ordered(&record, |order| order.force = true)), Outcome::Restored);
    assert!(world.memory.groups_of("eni-1").contains(&"sg-forensics".to_owned()));
}

#[test]
fn an_interface_that_got_other_groups_between_two_deliveries_comes_back_with_those() {
    const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";
    let memory = in_use(&["eni-1"]);
    memory.failing.borrow_mut().insert(PLACE, lost());
    let world = World::closed(memory, ISOLATE);
    world.memory.failing.borrow_mut().clear();
    world.memory.give(0, &[GROUP, "sg-forensics"]);
    let control = super::super::control(&world.memory, ISOLATE);
    let report =
        testing::said(testing::deliver(&control, &subject(), Delivery::Again, &world.ports())).report;
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, None));
    let by_hand = &report.evidence.last().unwrap().body;
    assert!(by_hand.contains("sg-forensics") && !by_hand.contains(OTHER), "{by_hand}");
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert_eq!(world.memory.groups_of("eni-1"), [GROUP, "sg-forensics"]);
}

#[test]
fn interfaces_get_their_groups_back_in_their_order_and_the_quarantine_group_stays() {
    let world = World::closed(in_use(&["eni-1", "eni-2"]), ISOLATE);
    assert_eq!(world.memory.groups_of("eni-1"), [QUARANTINE, OTHER]);
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    assert_eq!(world.memory.groups_of("eni-1"), [OTHER, GROUP]);
    assert!(world.memory.quarantine.borrow().is_some());
    assert_eq!(world.writes(), ["ec2:ModifyNetworkInterfaceAttribute"; 2]);
    let report = world.topic.reports.borrow().last().cloned().unwrap();
    assert!(report.findings.iter().any(|finding| finding.sentence().contains("22")), "{:?}", report.findings);
}

#[test]
fn the_group_that_others_gave_an_interface_in_quarantine_is_no_lost_answer() {
    const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";
    let world = World::closed(in_use(&["eni-1"]), ISOLATE);
    let again = world.memory.count(PLACE) + 1;
    world.memory.failing.borrow_mut().insert(PLACE, lost());
    world
        .memory
        .later
        .borrow_mut()
        .push((PLACE, again, |memory| memory.give(0, &[QUARANTINE, OTHER, GROUP])));
    let report = testing::report_of_restore(world.restore());
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 0));
    assert_eq!(report.restoration.unwrap().unnoted, [""; 0]);
}

#[test]
fn groups_that_others_give_an_interface_while_others_are_put_back_stay_and_are_said() {
    let ids: Vec<String> = (0..30).map(|n| format!("eni-{n}")).collect();
    let world = World::closed(in_use(&ids.iter().map(String::as_str).collect::<Vec<_>>()), ISOLATE);
    let given = [QUARANTINE, OTHER, "sg-forensics"];
    const PLACE: &str = "ec2:ModifyNetworkInterfaceAttribute";
    world.memory.later.borrow_mut().push((PLACE, 20, |memory| {
        memory.give(25, &[QUARANTINE, OTHER, "sg-forensics"]);
    }));
    let report = testing::report_of_restore(world.restore());
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 29));
    let error = report.error.unwrap().to_string();
    assert!(
        error.contains("somebody gave eni-25") && error.contains("other groups at the same time"),
        "{error}"
    );
    assert_eq!(report.restoration.unwrap().unnoted, [""; 0], "it is not back");
    assert_eq!(world.memory.groups_of("eni-25"), given);
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert_eq!(world.memory.groups_of("eni-25"), [OTHER, GROUP, "sg-forensics"]);
}
