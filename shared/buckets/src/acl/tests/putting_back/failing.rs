//! Reads and writes that fail while something is put back, and records that were cut off.

use remediation::{Finding, Note};

use super::super::memory::{denied, throttled};
use super::*;

fn lost() -> CallError {
    let (code, message) = ("InternalError".to_owned(), "it may have taken effect".to_owned());
    CallError::Passing { action: "s3:PutBucketAcl", code, message }
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
fn a_write_whose_answer_got_lost_is_said_and_can_be_taken_back() {
    let mut world = World::closed(Memory::of(listable()), PLAIN);
    world.memory.failing.insert("PutBucketAcl", lost());
    world.memory.then = Some(listable());
    let report = testing::report_of_restore(world.restore(|_| {}));
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Restored, 0), "{report:?}");
    assert_eq!(report.restoration.unwrap().unnoted, ["added grant READ to the group AllUsers"]);
    let [undo] = &report.evidence[..] else { panic!("{:?}", report.evidence) };
    assert!(undo.body.contains("put-bucket-acl") && !undo.body.contains("AllUsers"), "{}", undo.body);
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
fn what_a_later_delivery_found_there_still_and_others_took_away_then_stays_away() {
    let minutes = Duration::from_secs(360);
    let (owner, open) = (user("FULL_CONTROL", "owner"), group("READ", ALL_USERS));
    let (gone, then) = (group("READ_ACP", ALL_USERS), group("WRITE", AUTHENTICATED));
    for settings in [PLAIN, PRIVATE] {
        let all = vec![owner.clone(), open.clone(), gone.clone(), then.clone(), user("READ", "former")];
        let world = World::of(Memory::of(acl(all)));
        for error in [lost(), throttled("s3:PutBucketAcl")] {
            world.memory.failing_once.borrow_mut().insert("PutBucketAcl", error);
            assert_eq!(world.deliver(settings).outcome, Outcome::Failed);
            world.clock.forward(minutes);
            // Nobody knows who took this one.
            world.memory.acl.borrow_mut().grants.retain(|grant| *grant != gone);
        }
        world.memory.acl.replace(acl(vec![owner.clone(), open.clone()]));
        assert_eq!(world.deliver(settings).outcome, Outcome::Remediated);
        world.clock.forward(minutes);
        assert_eq!(outcome(&world.by_force()), Outcome::Restored);
        assert_eq!(world.memory.acl.borrow().grants, [owner.clone(), open.clone(), gone.clone()]);
    }
}

#[test]
fn what_a_call_without_an_answer_may_have_closed_is_said_whatever_goes_with_it() {
    let (owner, open) = (user("FULL_CONTROL", "owner"), group("READ", ALL_USERS));
    for settings in [PLAIN, PRIVATE] {
        let first = [owner.clone(), open.clone(), group("WRITE", AUTHENTICATED), user("READ", "friend")];
        let world = World::of(Memory::of(acl(first.to_vec())));
        world.memory.failing_once.borrow_mut().insert("PutBucketAcl", lost());
        assert_eq!(world.deliver(settings).outcome, Outcome::Failed);
        world.memory.acl.replace(acl(vec![owner.clone(), open.clone(), user("READ", "friend")]));
        world.clock.forward(Duration::from_secs(360));
        world.memory.failing_once.borrow_mut().insert("PutBucketAcl", denied("s3:PutBucketAcl"));
        let report = world.deliver(settings);
        let begun: Vec<_> = report.begun_before.iter().map(|finding| &finding.evidence).collect();
        assert_eq!((report.outcome, begun), (Outcome::Failed, vec![&json!(group("WRITE", AUTHENTICATED))]));
    }
}

#[test]
fn what_is_opened_while_earlier_work_is_finished_is_closed_and_said() {
    let (owner, new) = (user("FULL_CONTROL", "owner"), group("WRITE", ALL_USERS));
    let world = World::of(Memory::of(listable()));
    world.memory.failing_once.borrow_mut().insert("PutBucketAcl", throttled("s3:PutBucketAcl"));
    assert_eq!(world.deliver(PLAIN).outcome, Outcome::Failed);
    world.clock.forward(Duration::from_secs(360));
    // Somebody closes it, and opens it in another way right after the next look.
    world.memory.before.replace(Some(acl(vec![owner.clone()])));
    world.memory.lag.set(1);
    world.memory.acl.replace(acl(vec![owner.clone(), new.clone()]));
    let ended = testing::deliver(&world.control(PLAIN), &subject(), Delivery::Again, &world.ports());
    let report = testing::said(ended).report;
    assert_eq!((report.outcome, report.note), (Outcome::Remediated, Some(Note::ClosedInPart)));
    let found = |findings: &[Finding]| findings.iter().map(|one| one.evidence.clone()).collect::<Vec<_>>();
    assert_eq!(found(&report.findings), [json!(group("READ", ALL_USERS))]);
    assert_eq!(found(&report.found_before), [json!(new)]);
    let undo = &report.evidence.last().unwrap().body;
    assert!(undo.contains("WRITE") && !undo.contains("\"READ\""), "{undo}");
    assert_eq!(world.memory.acl.borrow().grants, [owner]);
}

#[test]
fn what_only_the_first_look_did_not_show_is_not_said_to_be_closed_by_others() {
    let world = World::of(Memory::of(listable()));
    world.memory.failing_once.borrow_mut().insert("PutBucketAcl", throttled("s3:PutBucketAcl"));
    assert_eq!(world.deliver(PLAIN).outcome, Outcome::Failed);
    world.clock.forward(Duration::from_secs(360));
    world.memory.before.replace(Some(acl(vec![user("FULL_CONTROL", "owner")])));
    world.memory.lag.set(1);
    let ended = testing::deliver(&world.control(PLAIN), &subject(), Delivery::Again, &world.ports());
    let report = testing::said(ended).report;
    assert_eq!((report.outcome, report.note, report.changes.len()), (Outcome::Remediated, None, 1));
    assert_eq!((report.findings.len(), report.found_before.len()), (1, 0));
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
