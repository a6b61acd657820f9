//! Whatever was closed, and whatever others did since.

use super::*;

fn any_settings() -> impl Strategy<Value = S3AclSettings> {
    let private_too = S3AclSettings { style: AclStyle::Private, ..BLOCKING };
    proptest::sample::select(vec![PLAIN, PRIVATE, BLOCKING, private_too])
}

proptest! {
    #[test]
    fn what_was_closed_is_as_it_was_before_and_the_second_time_it_is_so_already(
        grants in proptest::collection::vec(any_grant(), 1..8),
        block in any_block(),
        settings in any_settings(),
        restored_with in any_settings(),
    ) {
        // S3 has no public ACL with the flag on, unless it was there before the flag.
        let world = World::closed(Memory::of(acl(grants.clone())).with_block(block), settings);
        let Some(record) = world.record() else { return Ok(()) };
        let order = testing::order::<Control<'_>>(&record, &&world.clock);
        let back = run(restore(&world.control(restored_with), &order, &world.ports())).unwrap();
        let report = testing::report_of_restore(back);
        prop_assert_eq!(report.outcome, Outcome::Restored);
        prop_assert_eq!(report.restoration.unwrap().unnoted, [""; 0]);
        let is_none = block.is_none_or(|block| block == PublicAccessBlock::default());
        let (after, flags) = world.memory.snapshot();
        prop_assert_eq!(after, acl(grants));
        prop_assert_eq!(if is_none { None } else { block }, flags.filter(|flags| *flags != PublicAccessBlock::default()));
        let before = (world.memory.snapshot(), world.ledger.records().len());
        let again = world.restore(|_| {});
        prop_assert!(matches!(again.ending, Ending::AlreadySo(Some(_))), "{:?}", again);
        prop_assert_eq!((world.memory.snapshot(), world.ledger.records().len()), before);
        prop_assert_eq!(world.topic.reports.borrow().len(), 2);
    }

    #[test]
    fn what_others_did_since_is_refused_and_by_force_it_stays_beside_what_comes_back(
        grants in proptest::collection::vec(any_grant(), 1..6),
        settings in any_settings(),
        added in proptest::option::of(any_grant()),
        takes_one in any::<bool>(),
    ) {
        let mut grants = grants;
        grants.dedup_by(|one, other| one == other);
        let world = World::closed(Memory::of(acl(grants.clone())), settings);
        let Some(record) = world.record() else { return Ok(()) };
        let left = world.memory.acl.borrow().grants.clone();
        let flags = world.memory.block.get();
        let mut now = left.clone();
        if takes_one && !now.is_empty() {
            now.remove(0);
        }
        now.extend(added.clone().filter(|grant| grant.grantee.public_group().is_none()));
        world.memory.acl.replace(acl(now.clone()));
        let is_foreign = |grant: &Grant| !left.contains(grant) && !grants.contains(grant);
        let is_taken = |grant: &Grant| left.contains(grant) && grants.contains(grant) && !now.contains(grant);
        let is_changed = now.iter().any(is_foreign) || left.iter().any(is_taken);

        let back = world.restore(|_| {});
        prop_assert_eq!(refused(&back), is_changed, "{:?}", back);
        if refused(&back) {
            prop_assert_eq!(world.memory.snapshot(), (acl(now.clone()), flags));
            prop_assert!(!back.changed_since.is_empty());
            prop_assert_eq!(outcome(&world.by_force()), Outcome::Restored);
        }
        let after = world.memory.acl.borrow().grants.clone();
        prop_assert!(now.iter().filter(|grant| is_foreign(grant)).all(|grant| after.contains(grant)));
        prop_assert!(!after.iter().any(is_taken));
        // All that Curfew removed is there again.
        let removed = grants.iter().filter(|grant| !left.contains(grant));
        prop_assert!(removed.into_iter().all(|grant| after.contains(grant)), "{record:?}");
    }
}
