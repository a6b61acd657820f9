//! What is left undone, as commands.

use std::time::SystemTime;

use serde_json::Value;

use super::memory::{denied, throttled};
use super::*;

const PUT_ACL: &str = "  aws s3api put-bucket-acl --region eu-west-1 --bucket acme-reports \
                       --expected-bucket-owner 210987654321";

fn by_hand(report: &Report) -> Vec<&str> {
    let first = &report.evidence[0];
    let lines = first.body.lines().map(|line| line.strip_suffix(" &&").unwrap_or(line));
    if first.title == COMMANDS { lines.collect() } else { Vec::new() }
}

/// The ACL that a command writes.
fn acl_of(command: &str) -> Value {
    let (_, list) = command.split_once(" --access-control-policy '").unwrap();
    serde_json::from_str(&list.strip_suffix('\'').unwrap().replace(r"'\''", "'")).unwrap()
}

#[test]
fn an_acl_that_could_not_be_written_is_there_as_the_command_that_writes_it() {
    for error in [denied("s3:PutBucketAcl"), throttled("s3:PutBucketAcl")] {
        let mut public = listable();
        public.owner.display_name = Some("Müller's \"$(id)\" \\ `x` 中".to_owned());
        let memory = Memory::of(public.clone()).failing("PutBucketAcl", error);
        let report = close(&memory, PLAIN);
        assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 0));
        let commands = by_hand(&report);
        assert!(commands[0].starts_with(PUT_ACL) && commands.len() == 1, "{commands:?}");
        assert_eq!(
            acl_of(commands[0]),
            json!(public.with_only(|grant| grant.grantee.public_group().is_none()))
        );

        let commands = close(&memory, PRIVATE);
        assert_eq!(by_hand(&commands), [format!("{PUT_ACL} --acl private")]);
        let commands = close(&memory, BLOCKING);
        assert_eq!(by_hand(&commands).len(), 2, "and the flags");
    }
}

#[test]
fn what_was_changed_meanwhile_stays_in_the_acl_that_the_command_writes() {
    let memory = Memory { deaf: &["PutBucketAcl"], ..Memory::of(listable()) };
    let report = close(&memory, PLAIN);
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(
        acl_of(by_hand(&report)[0]),
        json!(listable().with_only(|grant| grant.grantee.public_group().is_none()))
    );

    let refused = CallError::Refused {
        action: "s3:PutBucketAcl",
        code: "OperationAborted".to_owned(),
        message: "somebody was faster".to_owned(),
    };
    let faster = acl(vec![user("READ", "friend"), group("WRITE", AUTHENTICATED)]);
    let memory =
        Memory { then: Some(faster.clone()), ..Memory::of(listable()) }.failing("PutBucketAcl", refused);
    let report = close(&memory, PLAIN);
    assert_eq!(report.outcome, Outcome::Failed);
    assert_eq!(
        acl_of(by_hand(&report)[0]),
        json!(faster.with_only(|grant| grant.grantee.public_group().is_none()))
    );
}

#[test]
fn of_what_nobody_could_read_again_only_what_was_not_done_is_there() {
    let memory = Memory { acl_reads_left: Some(0).into(), ..Memory::of(listable()) };
    let report = close(&memory, PLAIN);
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 1));
    assert_eq!(by_hand(&report), Vec::<&str>::new());

    // The flags went on after the ACL was verified.
    let memory = Memory { acl_reads_left: Some(1).into(), ..Memory::of(listable()) };
    let report = close(&memory, BLOCKING);
    assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 2));
    assert_eq!(by_hand(&report), Vec::<&str>::new());
}

#[test]
fn an_acl_that_nobody_has_verified_is_written_again_before_the_flags_would_mask_it() {
    let private = listable().with_only(|grant| grant.grantee.public_group().is_none());
    // The read between the two writes fails, or finds the grant back and the reads after it fail.
    for (reads, back) in [(0, None), (0, Some(listable())), (5, Some(listable()))] {
        for settings in [BLOCKING, S3AclSettings { style: AclStyle::Private, ..BLOCKING }] {
            let memory = Memory {
                acl_reads_left: Some(reads).into(),
                and_then: back.clone(),
                masks: true,
                ..Memory::of(listable())
            };
            let report = close(&memory, settings);
            assert_eq!((report.outcome, report.changes.len()), (Outcome::Failed, 1));
            assert_eq!((memory.block.get(), &report.remaining), (None, &None));
            let [write, flags] = by_hand(&report)[..] else { panic!("{:?}", by_hand(&report)) };
            match settings.style {
                AclStyle::Grants => assert_eq!(acl_of(write), json!(private)),
                AclStyle::Private => assert_eq!(write, format!("{PUT_ACL} --acl private")),
            }
            assert!(flags.contains("put-public-access-block"), "{flags}");
        }
    }
}

#[test]
fn flags_that_were_not_turned_on_and_an_acl_that_could_not_be_read_again_are_both_left() {
    let error = denied("s3:PutBucketPublicAccessBlock");
    let memory = Memory { acl_reads_left: Some(1).into(), ..Memory::of(listable()) }
        .failing("PutPublicAccessBlock", error);
    let report = close(&memory, BLOCKING);
    assert_eq!((report.outcome, report.changes.len(), by_hand(&report).len()), (Outcome::Failed, 1, 2));
}

#[test]
fn the_flags_go_on_only_after_the_acl_and_back_on_in_any_case() {
    let memory = Memory::of(listable()).with_block(flags(true, false, false, false));
    let memory = memory.failing("PutBucketAcl", denied("s3:PutBucketAcl"));
    let report = close(&memory, BLOCKING);
    let joins = |body: &str| body.lines().map(|line| line.ends_with(" &&")).collect::<Vec<_>>();
    assert_eq!(joins(&report.evidence[0].body), [true, false]);
    // S3 refuses the ACL while the flag is on: it goes off, and on again even where the ACL could not be put back.
    let put_back = report.evidence.last().unwrap();
    assert_eq!(joins(&put_back.body), [true, false, false], "{}", put_back.body);
}

#[test]
fn what_is_done_has_no_commands() {
    for settings in [PLAIN, PRIVATE, BLOCKING] {
        assert_eq!(by_hand(&close(&Memory::of(listable()), settings)), Vec::<&str>::new());
        let observed = take(&Memory::of(listable()), settings, Mode::Observe);
        assert_eq!(by_hand(&observed), Vec::<&str>::new());
    }
}

#[test]
fn flags_that_nobody_could_read_since_an_earlier_delivery_are_read_before_they_are_written() {
    let private = listable().with_only(|grant| grant.grantee.public_group().is_none());
    let memory =
        Memory::of(private).failing("GetPublicAccessBlock", throttled("s3:GetBucketPublicAccessBlock"));
    let control = S3Acl::new(&memory, BLOCKING, Mode::Enforce);
    let change = BlockChange {
        before: Some(flags(false, false, true, true)),
        after: Some(flags(true, true, true, true)),
    };
    let plan = AclPlan { steps: vec![AclStep::Block(change)] };
    let subject = subject();
    let target = Target::of(&subject, <S3Acl<&Memory> as Judge>::id(&subject.resource).unwrap());
    let state = run(control.read_after(&target, &plan)).unwrap().unwrap();
    let after = control.assess_after(&state, &plan, SystemTime::UNIX_EPOCH);
    let left = control.unfinished(&target, &plan, &[], Some(&after)).unwrap();
    assert_eq!(left.steps, [AclStep::BlockOnceRead]);
}
