//! What was closed is put back as it was: grants in their order, owner, flags; and nothing that others changed.

use std::time::Duration;

use remediation::ledger::Record;
use remediation::restore::{Back, Ending, Order, restore};

use super::memory::{denied, throttled};
use super::*;

type Control<'a> = S3Acl<&'a Memory>;

/// A bucket, and all that is remembered of it.
struct World {
    memory: Memory,
    clock: Still,
    topic: Topic,
    ledger: Ledger,
}

impl World {
    fn closed(memory: Memory, settings: S3AclSettings) -> Self {
        let world =
            Self { memory, clock: Still::default(), topic: Topic::default(), ledger: Ledger::default() };
        world.deliver(settings);
        world.clock.forward(Duration::from_secs(1));
        world.memory.calls.borrow_mut().clear();
        world
    }

    fn ports(&self) -> Ports<&Still, &Topic, &Ledger> {
        Ports::new(&self.clock, &self.topic, &self.ledger)
    }

    fn control(&self, settings: S3AclSettings) -> Control<'_> {
        S3Acl::new(&self.memory, settings, Mode::Enforce)
    }

    fn deliver(&self, settings: S3AclSettings) -> Report {
        let control = self.control(settings);
        testing::said(testing::deliver(&control, &subject(), Delivery::First, &self.ports())).report
    }

    fn record(&self) -> Option<Record> {
        self.ledger.records().into_iter().find(Record::may_have_changed)
    }

    fn restore(&self, change: impl FnOnce(&mut Order<'_, events::BucketName>)) -> Back {
        let record = self.record().unwrap();
        let newer: Vec<Record> =
            self.ledger.records().into_iter().filter(|one| one.id.key > record.id.key).collect();
        let mut order = Order { newer: &newer, ..testing::order::<Control<'_>>(&record, &&self.clock) };
        change(&mut order);
        run(restore(&self.control(PLAIN), &order, &self.ports())).unwrap()
    }

    fn by_force(&self) -> Back {
        self.restore(|order| order.force = true)
    }
}

fn outcome(back: &Back) -> Outcome {
    let Ending::Done(said) = &back.ending else { panic!("{back:?}") };
    said.report.outcome
}

fn refused(back: &Back) -> bool {
    matches!(back.ending, Ending::Refused)
}

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

#[test]
fn flags_that_others_switched_are_shown_and_by_force_they_stay_so_and_those_of_curfew_go_off() {
    let before = flags(false, false, false, true);
    let world = World::closed(Memory::of(listable()).with_block(before), BLOCKING);
    world.memory.block.set(Some(flags(true, true, true, false)));
    let back = world.restore(|_| {});
    assert!(refused(&back), "{back:?}");
    assert_eq!(
        back.changed_since,
        [
            "BlockPublicPolicy of the bucket was turned on since",
            "RestrictPublicBuckets of the bucket was turned off since"
        ]
    );
    assert_eq!(outcome(&world.by_force()), Outcome::Restored);
    assert_eq!(world.memory.snapshot(), (listable(), Some(flags(false, false, true, false))));
    let calls = world.memory.calls.borrow();
    let writes: Vec<_> = calls.iter().filter(|call| call.starts_with("Put")).collect();
    assert_eq!(
        writes,
        [&"PutPublicAccessBlock", &"PutBucketAcl"],
        "S3 would refuse them the other way round"
    );
}

#[test]
fn flags_that_somebody_turned_off_again_are_as_they_were_and_no_change() {
    let world = World::closed(Memory::of(listable()), BLOCKING);
    world.memory.block.set(Some(flags(false, true, false, false)));
    let back = world.restore(|_| {});
    assert_eq!((outcome(&back), back.changed_since.len()), (Outcome::Restored, 0));
    assert_eq!(world.memory.snapshot(), (listable(), None));
}

#[test]
fn what_s3_refuses_by_now_is_said_before_anything_is_changed_even_by_force() {
    type Hindered = fn(Memory) -> Memory;
    let cases: [(&str, Hindered); 5] = [
        ("BlockPublicAcls of the bucket is on", |memory| memory.with_block(flags(true, false, false, false))),
        ("IgnorePublicAcls of the bucket is on", |memory| {
            memory.with_block(flags(false, true, false, false))
        }),
        ("BlockPublicAcls of the account is on", |memory| {
            memory.account.set(flags(true, false, false, false));
            memory
        }),
        ("IgnorePublicAcls of the account is on", |memory| {
            memory.account.set(flags(false, true, false, false));
            memory
        }),
        ("ACLs are disabled on this bucket", |memory| Memory { acls_disabled: true, ..memory }),
    ];
    for (words, now) in cases {
        let World { memory, clock, topic, ledger } = World::closed(Memory::of(listable()), PLAIN);
        let world = World { memory: now(memory), clock, topic, ledger };
        let before = world.memory.snapshot();
        let back = world.by_force();
        assert!(refused(&back), "{words}: {back:?}");
        assert_eq!(back.hindrances.len(), 1, "{back:?}");
        assert!(back.hindrances[0].starts_with(words), "{back:?}");
        assert_eq!((world.memory.snapshot(), world.ledger.records().len()), (before, 1));
    }
}

#[test]
fn that_s3_refused_the_grants_is_said_as_it_was() {
    let World { memory, clock, topic, ledger } = World::closed(Memory::of(listable()), PLAIN);
    let unread = denied("s3:GetBucketOwnershipControls");
    let memory = Memory { acls_disabled: true, ..memory }.failing("GetBucketOwnershipControls", unread);
    let world = World { memory, clock, topic, ledger };
    let report = testing::report_of_restore(world.restore(|_| {}));
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 0));
    assert_eq!(
        report.error.unwrap().to_string(),
        "`s3:PutBucketAcl` was refused (AccessControlListNotSupported): ACLs are disabled on this bucket \
         (BucketOwnerEnforced)"
    );
}

#[test]
fn a_dry_run_only_reads() {
    let world = World::closed(Memory::of(listable()), BLOCKING);
    let back = world.restore(|order| order.dry_run = true);
    assert!(matches!(back.ending, Ending::Planned));
    assert_eq!(
        back.planned,
        ["put back Block Public Access of the bucket", "add grant READ to the group AllUsers"]
    );
    assert!(world.memory.calls.borrow().iter().all(|call| call.starts_with("Get")));
    assert_eq!((world.ledger.records().len(), world.topic.reports.borrow().len()), (1, 1));
}

#[test]
fn a_write_that_fails_after_the_flags_is_told_and_the_next_order_finishes_it() {
    let mut world = World::closed(Memory::of(listable()), BLOCKING);
    world.memory.failing.insert("PutBucketAcl", denied("s3:PutBucketAcl"));
    let back = world.restore(|_| {});
    let report = testing::report_of_restore(back);
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 1));
    assert_eq!(report.restoration.unwrap().left, ["add grant READ to the group AllUsers"]);
    world.memory.failing.clear();
    let back = world.restore(|_| {});
    assert_eq!((outcome(&back), back.planned.len()), (Outcome::Restored, 1));
    assert_eq!(world.memory.snapshot(), (listable(), None));
}

#[test]
fn a_record_that_was_cut_off_is_put_back_whether_its_change_took_effect_or_not() {
    for (settings, took_effect) in [(PLAIN, true), (PRIVATE, true), (PLAIN, false)] {
        let before = acl(vec![user("READ", "owner"), group("READ", ALL_USERS)]);
        let world = World::closed(Memory::of(before.clone()), settings);
        let mut record = world.record().unwrap();
        record.attempts[0].result = None;
        if !took_effect {
            world.memory.acl.replace(before.clone());
        }
        let order = testing::order::<Control<'_>>(&record, &&world.clock);
        let back = run(restore(&world.control(PLAIN), &order, &world.ports())).unwrap();
        assert_eq!((outcome(&back), back.planned.is_empty()), (Outcome::Restored, !took_effect), "{back:?}");
        assert_eq!(*world.memory.acl.borrow(), before);
    }
}

#[test]
fn a_bucket_that_somebody_put_back_by_hand_is_left_alone() {
    let world = World::closed(Memory::of(listable()), PLAIN);
    world.memory.acl.replace(listable());
    let report = testing::report_of_restore(world.restore(|_| {}));
    assert_eq!((report.outcome, report.changes.len(), report.evidence.len()), (Outcome::Restored, 0, 0));
    assert!(world.memory.calls.borrow().iter().all(|call| call.starts_with("Get")));
    world.clock.forward(Duration::from_secs(60));
    assert_eq!(world.deliver(PLAIN).outcome, Outcome::Exempt);
    assert!(world.memory.acl.borrow().is_public());
}

#[test]
fn a_write_whose_answer_got_lost_is_said_and_can_be_taken_back() {
    let mut world = World::closed(Memory::of(listable()), PLAIN);
    let lost = CallError::Passing {
        action: "s3:PutBucketAcl",
        code: "InternalError".to_owned(),
        message: "it took effect".to_owned(),
    };
    world.memory.failing.insert("PutBucketAcl", lost);
    world.memory.then = Some(listable());
    let report = testing::report_of_restore(world.restore(|_| {}));
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Restored, 0), "{report:?}");
    assert_eq!(report.restoration.unwrap().unnoted, ["added grant READ to the group AllUsers"]);
    let [undo] = &report.evidence[..] else { panic!("{:?}", report.evidence) };
    assert!(undo.body.contains("put-bucket-acl") && !undo.body.contains("AllUsers"), "{}", undo.body);
}

#[test]
fn a_bucket_that_is_gone_is_said_to_be_gone() {
    let World { memory, clock, topic, ledger } = World::closed(Memory::of(listable()), PLAIN);
    let memory = Memory { gone_at: Some("GetBucketAcl"), ..memory };
    let world = World { memory, clock, topic, ledger };
    assert!(matches!(world.restore(|_| {}).ending, Ending::Gone));
}

#[test]
fn names_that_s3_does_not_tell_any_more_are_no_change() {
    let named = acl(vec![user("FULL_CONTROL", "owner"), group("READ", ALL_USERS), user("READ", "friend")]);
    let world = World::closed(Memory::of(named.clone()), PLAIN);
    for grant in &mut world.memory.acl.borrow_mut().grants {
        grant.grantee.display_name = None;
    }
    assert_eq!(outcome(&world.restore(|_| {})), Outcome::Restored);
    assert_eq!(*world.memory.acl.borrow(), named);
}

#[test]
fn flags_that_cannot_be_read_are_not_said_to_be_back() {
    let mut world = World::closed(Memory::of(listable()), BLOCKING);
    world.memory.failing.insert("GetPublicAccessBlock", denied("s3:GetBucketPublicAccessBlock"));
    let record = world.record().unwrap();
    let order = testing::order::<Control<'_>>(&record, &&world.clock);
    let error = run(restore(&world.control(PLAIN), &order, &world.ports())).unwrap_err();
    assert!(error.to_string().starts_with("nothing was changed: access denied"), "{error}");
    assert!(!world.memory.acl.borrow().is_public());
}

#[test]
fn during_the_grace_a_narrower_grant_is_left_alone_and_another_one_is_closed() {
    let owner = || user("FULL_CONTROL", "owner");
    for (grant, narrower, wider) in [
        (group("FULL_CONTROL", ALL_USERS), group("READ", ALL_USERS), None),
        (group("FULL_CONTROL", ALL_USERS), group("WRITE_ACP", AUTHENTICATED), None),
        (group("READ", ALL_USERS), group("READ", AUTHENTICATED), Some(group("WRITE", AUTHENTICATED))),
        (group("READ", AUTHENTICATED), group("READ", AUTHENTICATED), Some(group("READ", ALL_USERS))),
    ] {
        let world = World::closed(Memory::of(acl(vec![owner(), grant])), PLAIN);
        assert_eq!(outcome(&world.restore(|_| {})), Outcome::Restored);
        let has = |grants: Vec<Grant>| {
            world.memory.acl.borrow_mut().grants = grants;
            world.clock.forward(Duration::from_secs(60));
            world.deliver(PLAIN).outcome
        };
        assert_eq!(has(vec![owner(), narrower.clone()]), Outcome::Exempt, "{narrower:?}");
        if let Some(wider) = wider {
            assert_eq!(has(vec![owner(), narrower.clone(), wider]), Outcome::Remediated, "{narrower:?}");
            assert_eq!(world.memory.acl.borrow().grants, [owner(), narrower]);
        }
    }
}

/// All that is read of a bucket.
const READS: [&str; 4] =
    ["GetBucketAcl", "GetPublicAccessBlock", "GetAccountPublicAccessBlock", "GetBucketOwnershipControls"];

#[test]
fn whatever_the_second_look_cannot_read_any_more_nothing_is_put_back_and_people_are_told_why() {
    for (settings, read) in
        [PLAIN, PRIVATE, BLOCKING].into_iter().flat_map(|one| READS.map(|read| (one, read)))
    {
        let mut world = World::closed(Memory::of(listable()), settings);
        let before = world.memory.snapshot();
        world.memory.failing_from.insert(read, (2, throttled("s3:Any")));
        let report = testing::report_of_restore(world.restore(|_| {}));
        assert_eq!(report.outcome, Outcome::Failed, "{read}");
        assert!(report.error.unwrap().to_string().contains("`s3:Any` failed for now (SlowDown)"), "{read}");
        assert_eq!((world.memory.snapshot(), world.topic.reports.borrow().len()), (before, 2), "{read}");
        assert!(!world.memory.calls.borrow().iter().any(|call| call.starts_with("Put")), "{read}");
        let record = world.ledger.records().pop().unwrap();
        assert_eq!((record.end.unwrap().outcome, record.told.len()), (Outcome::Failed, 1), "{read}");

        world.memory.failing_from.clear();
        world.clock.forward(Duration::from_secs(1));
        assert_eq!(outcome(&world.restore(|_| {})), Outcome::Restored, "{read}");
        assert_eq!(*world.memory.acl.borrow(), listable());
    }
}

#[test]
fn flags_that_can_be_read_only_at_the_second_look_are_no_reason_to_give_up() {
    let world = World::closed(Memory::of(listable()), PLAIN);
    let error = throttled("s3:GetBucketPublicAccessBlock");
    world.memory.failing_once.borrow_mut().insert("GetPublicAccessBlock", error);
    assert_eq!(outcome(&world.restore(|_| {})), Outcome::Restored);
}

#[test]
fn what_somebody_added_meanwhile_and_the_next_delivery_removed_comes_back_too() {
    let added = group("READ_ACP", ALL_USERS);
    let memory = Memory {
        and_then: Some(acl(vec![user("FULL_CONTROL", "owner"), added.clone()])),
        ..Memory::of(listable())
    };
    let mut world = World::closed(memory, PLAIN);
    assert!(world.memory.acl.borrow().is_public());
    world.memory.and_then = None;
    world.clock.forward(Duration::from_secs(360));
    let report =
        testing::said(testing::deliver(&world.control(PLAIN), &subject(), Delivery::Again, &world.ports()))
            .report;
    assert_eq!((report.outcome, world.ledger.records().len()), (Outcome::Remediated, 1));
    let by_hand = &report.evidence.last().unwrap().body;
    assert!(by_hand.contains("\"READ_ACP\"") && by_hand.contains("\"READ\""), "{by_hand}");

    let report = testing::report_of_restore(world.restore(|_| {}));
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Restored, 2));
    let mut grants = listable().grants;
    grants.push(added);
    assert_eq!(world.memory.acl.borrow().grants, grants);
    assert!(matches!(world.restore(|_| {}).ending, Ending::AlreadySo(_)));
}
