//! The setting `block_public_acls`: two flags go on, and nothing else does.

use std::time::Duration;

use remediation::{Left, Remedy, Severity};

use super::memory::{denied, throttled};
use super::unread::failures;
use super::*;

const BOTH_ON: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: true,
    ignore_public_acls: true,
    block_public_policy: false,
    restrict_public_buckets: false,
};

#[test]
fn the_grants_go_first_and_then_the_flags_and_both_are_read_again() {
    let memory = Memory::of(listable());
    let report = close(&memory, BLOCKING);
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(
        *memory.calls.borrow(),
        [
            "GetBucketAcl",
            "GetPublicAccessBlock",
            "GetAccountPublicAccessBlock",
            "GetBucketWebsite",
            "PutBucketAcl",
            "GetBucketAcl",
            "PutPublicAccessBlock",
            "GetBucketAcl",
            "GetPublicAccessBlock",
        ]
    );
    assert_eq!(memory.block.get(), Some(BOTH_ON));
    let actions: Vec<_> = report.changes.iter().map(|change| change.action).collect();
    assert_eq!(actions, ["s3:PutBucketAcl", "s3:PutBucketPublicAccessBlock"]);
    assert_eq!(report.changes[1].detail, json!({ "before": null, "after": BOTH_ON }));
    says_again_nothing(&memory, BLOCKING);
}

#[test]
fn a_bucket_without_public_grants_is_untouched() {
    says_again_nothing(&Memory::of(acl(vec![user("FULL_CONTROL", "owner")])), BLOCKING);
}

#[test]
fn flags_that_are_on_already_are_not_written() {
    let before = flags(true, true, false, true);
    let memory = Memory::of(listable()).with_block(before);
    let report = close(&memory, BLOCKING);
    assert_eq!(report.outcome, Outcome::Remediated);
    assert!(!memory.calls.borrow().contains(&"PutPublicAccessBlock"));
    assert_eq!(report.changes.len(), 1);
    assert_eq!(memory.block.get(), Some(before));
}

#[test]
fn flags_that_can_not_be_read_do_not_keep_the_grants_and_are_left_to_a_person() {
    for error in failures("s3:GetBucketPublicAccessBlock") {
        let memory = Memory::of(listable()).failing("GetPublicAccessBlock", error.clone());
        let (report, is_told) = told(&memory, BLOCKING, Mode::Enforce);
        assert_eq!((report.outcome, failed(&report)), (Outcome::StillOpen, Some(&error)));
        assert!(!memory.acl.borrow().is_public());
        assert_eq!(memory.block.get(), None);
        assert!(!memory.calls.borrow().contains(&"PutPublicAccessBlock"));
        assert_eq!(is_told, !error.is_passing(), "what may pass is tried again first");
        let [left] = &report.remaining.as_ref().unwrap()[..] else { panic!("{:?}", report.remaining) };
        assert_eq!((left.kind, left.remedy), ("public-acls-block-unknown", Remedy::ByHand));
        // Nothing is claimed of what nobody knows.
        assert!(left.sentence().starts_with("A second read found no public grant any more, but whether"));
        let why = remediation::Unknown::from(error).why();
        assert!(left.sentence().contains(&format!("is not known ({why})")), "{}", left.sentence());
        says_that_what_was_open_is_closed(&report);
        // The command would turn off what nobody could see.
        assert_eq!(report.evidence[0].title, COMMANDS);
        assert!(
            report.evidence[0].body.contains(",IgnorePublicAcls=true,$kept"),
            "{}",
            report.evidence[0].body
        );
        let put_back = report.evidence.last().unwrap();
        assert!(!put_back.body.contains("delete-public-access-block"), "{}", put_back.body);
    }
}

fn says_that_what_was_open_is_closed(report: &Report) {
    assert_eq!(report.severity(), Severity::Medium, "the worst that is left");
    assert_eq!(report.left, Some(Left::Guards));
    let advice = report.advice.join(" ");
    assert!(advice.contains("What was open is closed, as the second read found."), "{advice}");
    assert!(!advice.contains("it is open"), "{advice}");
}

#[test]
fn what_the_account_keeps_without_effect_is_not_called_open_after_the_change_either() {
    let refused = CallError::Refused {
        action: "s3:PutBucketAcl",
        code: "InvalidRequest".to_owned(),
        message: "no".to_owned(),
    };
    for settings in [PLAIN, BLOCKING] {
        let memory = Memory::of(listable()).failing("PutBucketAcl", refused.clone());
        memory.account.set(flags(false, true, false, false));
        let report = close(&memory, settings);
        assert_eq!((report.outcome, report.left), (Outcome::Failed, Some(Left::Idle)));
        assert_eq!(report.severity(), Severity::Medium);
        let [left] = &report.remaining.as_ref().unwrap()[..] else { panic!("{:?}", report.remaining) };
        assert_eq!(left.kind, "ignored-public-grant");
        assert!(!report.advice.join(" ").contains("it is open"), "{:?}", report.advice);
    }
    // Nor are objects said to be public where only the bucket's own flags are missing.
    let memory = Memory { deaf: &["PutPublicAccessBlock"], ..Memory::of(listable()) };
    memory.account.set(flags(false, true, false, false));
    let report = close(&memory, BLOCKING);
    let [left] = &report.remaining.as_ref().unwrap()[..] else { panic!("{:?}", report.remaining) };
    assert_eq!(left.kind, "public-acls-not-blocked");
    assert!(!left.sentence().contains("objects"), "{}", left.sentence());
}

#[test]
fn flags_that_can_not_be_read_once_they_were_written_are_looked_at_by_a_person() {
    for error in failures("s3:GetBucketPublicAccessBlock") {
        let unreadable = Some(error.clone());
        let memory = Memory { flags_unreadable_after: unreadable, ..Memory::of(listable()) };
        let (report, is_told) = told(&memory, BLOCKING, Mode::Enforce);
        assert_eq!((report.outcome, report.changes.len()), (Outcome::StillOpen, 2));
        assert_eq!(is_told, !error.is_passing(), "what may pass is read again first");
        assert_eq!(report.remaining.as_ref().unwrap()[0].kind, "public-acls-block-unknown");
        assert_eq!(report.left, Some(Left::Guards));
        assert!(report.evidence.iter().all(|block| block.title != COMMANDS));
        assert!(report.advice[0].starts_with("Look by hand now whether"), "{:?}", report.advice);
        assert!(!report.advice.join(" ").contains("command"), "{:?}", report.advice);
    }
}

#[test]
fn only_the_flags_that_change_are_named() {
    for (before, named) in [
        (flags(true, false, false, true), "IgnorePublicAcls"),
        (flags(false, true, true, false), "BlockPublicAcls"),
        (flags(false, false, true, true), "BlockPublicAcls and IgnorePublicAcls"),
    ] {
        let report = close(&Memory::of(listable()).with_block(before), BLOCKING);
        assert_eq!(report.outcome, Outcome::Remediated);
        assert_eq!(report.changes[1].summary, format!("turned on {named} of the bucket"));
        assert!(report.planned[1].starts_with(&format!("turn on {named} of the bucket,")));
    }
}

#[test]
fn objects_are_not_said_to_be_public_while_their_acls_are_ignored() {
    for (ignores, error) in [(true, denied("s3:PutBucketPublicAccessBlock")), (false, throttled("s3:Any"))] {
        let memory = Memory::of(listable())
            .with_block(flags(false, ignores, false, false))
            .failing("PutPublicAccessBlock", error);
        let report = close(&memory, BLOCKING);
        let left = &report.remaining.as_ref().unwrap()[0].sentence();
        assert_eq!(left.ends_with("; objects that were uploaded as public may still be"), !ignores, "{left}");
    }
}

#[test]
fn flags_that_can_be_read_at_the_second_attempt_are_turned_on_and_the_others_stay() {
    let memory = Memory::of(listable()).with_block(flags(false, false, true, true));
    let throttled = throttled("s3:GetBucketPublicAccessBlock");
    memory.failing_once.borrow_mut().insert("GetPublicAccessBlock", throttled);
    let report = close(&memory, BLOCKING);
    assert_eq!((report.outcome, failed(&report)), (Outcome::Remediated, None));
    assert_eq!(memory.block.get(), Some(flags(true, true, true, true)));
    says_again_nothing(&memory, BLOCKING);
}

#[test]
fn a_block_that_fails_is_failed_and_left_to_a_person_with_the_command() {
    for error in [denied("s3:PutBucketPublicAccessBlock"), throttled("s3:PutBucketPublicAccessBlock")] {
        let memory = Memory::of(listable())
            .with_block(flags(false, false, true, false))
            .failing("PutPublicAccessBlock", error.clone());
        let (report, is_told) = told(&memory, BLOCKING, Mode::Enforce);
        assert_eq!((report.outcome, failed(&report)), (Outcome::StillOpen, Some(&error)));
        assert_eq!(report.changes.len(), 1);
        assert_eq!(is_told, !error.is_passing(), "what may pass is tried again first");
        let left = &report.remaining.as_ref().unwrap()[0];
        assert_eq!((left.kind, left.remedy), ("public-acls-not-blocked", Remedy::ByHand));
        assert!(
            left.sentence().contains("A second read found no public grant any more"),
            "{}",
            left.sentence()
        );
        assert!(left.sentence().contains("turn them on by hand"));
        says_that_what_was_open_is_closed(&report);
        assert!(!memory.acl.borrow().is_public());

        assert_eq!(
            (report.evidence[0].title.as_str(), report.evidence[0].body.as_str()),
            (
                COMMANDS,
                "  aws s3api put-public-access-block --region eu-west-1 --bucket acme-reports \
                 --expected-bucket-owner 210987654321 --public-access-block-configuration \
                 BlockPublicAcls=true,IgnorePublicAcls=true,BlockPublicPolicy=true,RestrictPublicBuckets=false"
            )
        );
        let advice = report.advice.join(" ");
        assert!(advice.contains("Curfew tries again what is left"), "{advice}");
        assert_eq!(advice.contains("may pass by itself"), error.is_passing(), "{advice}");
        says_again_nothing(&memory, BLOCKING);
    }
}

#[test]
fn flags_that_do_not_hold_are_still_open_and_left_to_a_person() {
    let memory = Memory { deaf: &["PutPublicAccessBlock"], ..Memory::of(listable()) };
    let report = close(&memory, BLOCKING);
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(report.evidence[0].title, COMMANDS);
    assert!(!report.evidence[0].body.contains("put-bucket-acl"));
    assert_eq!(report.left, Some(Left::Guards));
    assert!(report.advice[0].starts_with("Turn the flags on by hand now"), "{:?}", report.advice);
    assert_eq!(report.remaining.unwrap()[0].kind, "public-acls-not-blocked");
    says_again_nothing(&memory, BLOCKING);
}

/// What S3 may do with `IgnorePublicAcls` on: it answers with the ACL in force.
fn masking(memory: Memory) -> Memory {
    Memory { masks: true, ..memory }
}

#[test]
fn a_grant_that_came_back_is_seen_before_the_flags_would_mask_it() {
    let back = acl(vec![user("FULL_CONTROL", "owner"), group("WRITE", AUTHENTICATED)]);
    // Somebody writes his own after Curfew's, or Curfew's has no effect.
    for memory in [
        Memory { and_then: Some(back), ..Memory::of(listable()) },
        Memory { deaf: &["PutBucketAcl"], ..Memory::of(listable()) },
    ] {
        let memory = masking(memory);
        let report = close(&memory, BLOCKING);
        assert_eq!(report.outcome, Outcome::StillOpen);
        assert!(memory.acl.borrow().is_public());
        let kinds: Vec<_> = report.remaining.as_ref().unwrap().iter().map(|left| left.kind).collect();
        assert_eq!((&kinds[..], report.left), (&["public-grant"][..], Some(Left::Open)));
        assert_eq!(memory.block.get(), None);
        let commands = &report.evidence[0];
        assert_eq!(commands.title, COMMANDS);
        assert!(
            commands.body.contains("put-bucket-acl") && commands.body.contains("put-public-access-block"),
            "{}",
            commands.body
        );
        assert!(report.is_unfinished());
    }
}

#[test]
fn grants_that_go_are_verified_whatever_is_masked_afterwards() {
    for settings in [BLOCKING, S3AclSettings { style: AclStyle::Private, ..BLOCKING }] {
        let memory = masking(Memory::of(listable()));
        assert_eq!(close(&memory, settings).outcome, Outcome::Remediated);
        assert!(!memory.acl.borrow().is_public());
        assert_eq!(memory.block.get(), Some(BOTH_ON));
    }
}

#[test]
fn a_read_that_lags_behind_the_write_is_repeated_before_the_flags_go_on() {
    let memory = masking(Memory { lag: std::cell::Cell::new(2), ..Memory::of(listable()) });
    let report = close(&memory, BLOCKING);
    assert_eq!(report.outcome, Outcome::Remediated);
    assert_eq!(memory.block.get(), Some(BOTH_ON));
}

#[test]
fn what_is_stored_while_the_flag_is_on_from_the_start_is_not_claimed() {
    let memory = masking(Memory::of(listable()).with_block(flags(false, true, false, false)));
    let (report, is_told) = told(&memory, BLOCKING, Mode::Enforce);
    assert_eq!((report.outcome, is_told), (Outcome::Compliant, false));
    assert!(report.changes.is_empty() && report.note.is_none() && report.advice.is_empty());
}

#[test]
fn observing_says_that_the_flags_would_go_on() {
    let report = take(&Memory::of(listable()), BLOCKING, Mode::Observe);
    assert_eq!(report.planned.len(), 2);
    assert!(report.planned[1].starts_with("turn on BlockPublicAcls and IgnorePublicAcls"));
}

proptest! {
    #[test]
    fn flags_that_are_not_named_stay_and_the_named_go_on_where_something_was_public(
        grants in proptest::collection::vec(any_grant(), 0..8),
        before in any_block(),
        style in proptest::sample::select(vec![AclStyle::Grants, AclStyle::Private]),
    ) {
        let settings = S3AclSettings { style, ..BLOCKING };
        let memory = Memory::of(acl(grants)).with_block(before);
        let was_public = memory.acl.borrow().is_public();
        let report = close(&memory, settings);
        let after = memory.block.get();
        if was_public {
            prop_assert_eq!(report.outcome, Outcome::Remediated);
            let (before, after) = (before.unwrap_or_default(), after.unwrap());
            prop_assert!(after.block_public_acls && after.ignore_public_acls);
            prop_assert_eq!(after.block_public_policy, before.block_public_policy);
            prop_assert_eq!(after.restrict_public_buckets, before.restrict_public_buckets);
        } else {
            prop_assert_eq!(report.outcome, Outcome::Compliant);
            prop_assert_eq!(after, before);
        }
        says_again_nothing(&memory, settings);
    }
}

#[test]
fn flags_that_failed_are_turned_on_by_the_next_delivery() {
    let memory = Memory::of(listable()).with_block(flags(false, false, true, false));
    let control = S3Acl::new(&memory, BLOCKING, Mode::Enforce);
    let (clock, topic, ledger) = (Still::default(), Topic::default(), Ledger::default());
    let ports = Ports::new(&clock, &topic, &ledger);
    let deliver = |delivery| {
        let said = testing::said(testing::deliver(&control, &subject(), delivery, &ports));
        clock.forward(Duration::from_secs(360));
        said
    };
    // The SDK's own retries did not outlast it.
    let throttled = throttled("s3:PutBucketPublicAccessBlock");
    memory.failing_once.borrow_mut().insert("PutPublicAccessBlock", throttled);
    let first = deliver(Delivery::First);
    assert_eq!((first.report.outcome, first.report.changes.len()), (Outcome::StillOpen, 1));
    assert!(matches!(first.told, Told::Nobody));
    let second = deliver(Delivery::Again);
    assert_eq!((second.report.outcome, second.report.changes.len()), (Outcome::Remediated, 2));
    assert!(matches!(second.told, Told::Sent));
    assert_eq!(memory.block.get(), Some(flags(true, true, true, false)));
    // One command puts all of it back: the grant, and the flags as they were.
    let back = &second.report.evidence.last().unwrap().body;
    assert!(back.contains("put-bucket-acl") && back.contains("BlockPublicAcls=false"), "{back}");
    assert_eq!(deliver(Delivery::Again).report.outcome, Outcome::Compliant);
}
