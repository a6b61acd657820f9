//! What was closed is put back as it was: grants in their order, owner, flags; and nothing that others changed.

mod failing;
mod flags;
mod properties;

use std::time::Duration;

use remediation::ledger::Record;
use remediation::restore::{Back, Ending, Order, restore};

use super::memory::denied;
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
    fn of(memory: Memory) -> Self {
        Self { memory, clock: Still::default(), topic: Topic::default(), ledger: Ledger::default() }
    }

    fn closed(memory: Memory, settings: S3AclSettings) -> Self {
        let world = Self::of(memory);
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

#[test]
fn what_others_took_away_after_it_was_there_again_stays_away() {
    let minutes = || Duration::from_secs(360);
    let (owner, open, other) =
        (user("FULL_CONTROL", "owner"), group("READ", ALL_USERS), group("WRITE", AUTHENTICATED));
    let all = || acl(vec![owner.clone(), open.clone(), other.clone()]);
    for is_put_back in [true, false] {
        let mut world = World::closed(Memory::of(all()), PLAIN);
        if is_put_back {
            // So soon after that only the restore itself tells that it is back.
            assert_eq!(outcome(&world.restore(|_| {})), Outcome::Restored);
            world.clock.forward(Duration::from_secs(2 * 24 * 60 * 60));
        } else {
            world.clock.forward(minutes());
            world.memory.acl.replace(all());
            world.memory.failing.insert("PutBucketAcl", denied("s3:PutBucketAcl"));
            assert_eq!(world.deliver(PLAIN).outcome, Outcome::Failed);
            world.memory.failing.clear();
            world.clock.forward(minutes());
        }
        // Somebody takes one of them away, and Curfew the other.
        world.memory.acl.replace(acl(vec![owner.clone(), other.clone()]));
        assert_eq!(world.deliver(PLAIN).outcome, Outcome::Remediated);
        world.clock.forward(minutes());
        let back = world.restore(|_| {});
        assert!(refused(&back), "{back:?}");
        let since = "grant READ to the group AllUsers was removed since".to_owned();
        assert!(back.changed_since.contains(&since), "{back:?}");
        assert_eq!(outcome(&world.by_force()), Outcome::Restored);
        assert_eq!(world.memory.acl.borrow().grants, [owner.clone(), other.clone()]);
    }
}

#[test]
fn what_others_granted_and_took_away_while_curfew_was_at_work_stays_so() {
    let (owner, open) = (user("FULL_CONTROL", "owner"), group("READ", ALL_USERS));
    let (friend, former) = (user("READ", "friend"), user("READ", "former"));
    for (settings, comes_back) in [(PLAIN, false), (BLOCKING, false), (PRIVATE, true)] {
        let before = acl(vec![owner.clone(), open.clone(), former.clone()]);
        let and_then = Some(acl(vec![owner.clone(), friend.clone()]));
        let mut world = World::closed(Memory { and_then, ..Memory::of(before) }, settings);
        world.memory.and_then = None;
        let back = world.restore(|_| {});
        assert_eq!(outcome(&back), Outcome::Restored);
        assert!(!back.planned.iter().any(|step| step.starts_with("remove")), "{:?}", back.planned);
        // In the style `private` it was Curfew who took that one away.
        let former = comes_back.then(|| former.clone());
        let grants: Vec<Grant> = [owner.clone(), open.clone()].into_iter().chain(former).collect();
        assert_eq!(world.memory.acl.borrow().grants, [grants, vec![friend.clone()]].concat());
    }
}
