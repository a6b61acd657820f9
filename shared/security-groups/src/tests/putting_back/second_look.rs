//! Reads that fail while something is put back.

use super::*;

#[test]
fn whatever_the_second_look_cannot_read_any_more_nothing_is_put_back_and_people_are_told_why() {
    const INTERFACES: &str = "ec2:DescribeNetworkInterfaces";
    let group = ["ec2:DescribeSecurityGroups", "ec2:DescribeSecurityGroupRules"];
    let of_rules = group.map(|read| (open_group as fn() -> Memory, "{}", read));
    let isolated = || in_use(&["eni-1"]).with_quarantine(&[]);
    let of_interfaces =
        [group[0], group[1], INTERFACES].map(|read| (isolated as fn() -> Memory, ISOLATE, read));
    for (memory, settings, read) in of_rules.into_iter().chain(of_interfaces) {
        let world = World::closed(memory(), settings);
        world.memory.failing_from.borrow_mut().insert(read, 2);
        let report = testing::report_of_restore(world.restore());
        assert_eq!(report.outcome, Outcome::Failed, "{read}");
        assert!(report.error.unwrap().to_string().contains("failed for now (Unavailable)"), "{read}");
        assert_eq!(world.writes(), [""; 0], "{read}");
        let record = world.ledger.records().pop().unwrap();
        assert_eq!((record.end.unwrap().outcome, record.told.len()), (Outcome::Failed, 1), "{read}");

        world.memory.failing_from.borrow_mut().clear();
        world.clock.forward(Duration::from_secs(1));
        assert_eq!(outcome(&world.restore()), Outcome::Restored, "{read}");
    }
}

#[test]
fn what_comes_back_through_a_list_that_cannot_be_read_is_left_alone_all_the_same() {
    const ENTRIES: &str = "ec2:GetManagedPrefixListEntries";
    let memory = Memory::of([rule("sgr-1", "tcp", "22", "pl-1")]).with_list("pl-1", "210987654321", &[WORLD]);
    let world = World::closed(memory, "{}");
    assert_eq!(world.memory.rules.borrow().len(), 0);
    world.memory.failing_from.borrow_mut().insert(ENTRIES, 1);
    assert_eq!(outcome(&world.restore()), Outcome::Restored);
    world.memory.failing_from.borrow_mut().clear();
    world.clock.forward(Duration::from_secs(60));
    let control = super::super::control(&world.memory, "{}");
    let ended = testing::deliver(&control, &subject(), Delivery::First, &world.ports());
    assert_eq!(testing::said(ended).report.outcome, Outcome::Exempt);
    assert_eq!(world.memory.rules.borrow().len(), 1);
}
