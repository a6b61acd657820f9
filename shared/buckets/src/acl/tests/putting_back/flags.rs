//! Flags of Block Public Access that come back or stay, and grants that S3 refuses by now.

use super::super::memory::denied;
use super::*;

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
