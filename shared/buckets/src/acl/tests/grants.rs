//! Which grants go, and whether they had an effect.

use std::time::SystemTime;

use remediation::{Remedy, Severity};
use serde_json::Value;

use super::memory::{denied, throttled};
use super::*;

#[test]
fn every_permission_of_a_public_group_is_a_finding_and_nothing_else_is() {
    for permission in ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL", "SOMETHING_NEW"] {
        for uri in [ALL_USERS, AUTHENTICATED] {
            let memory = Memory::of(acl(vec![
                user("FULL_CONTROL", "owner"),
                group(permission, uri),
                group(permission, LOG_DELIVERY),
                user(permission, "another account"),
            ]));
            let report = close(&memory, PLAIN);
            assert_eq!(report.outcome, Outcome::Remediated);
            assert_eq!(report.findings.len(), 1, "{permission} {uri}");
            assert_eq!(report.findings[0].evidence, json!(group(permission, uri)));
            assert_eq!(report.findings[0].remedy, Remedy::Close);
            says_again_nothing(&memory, PLAIN);
        }
    }
}

#[test]
fn a_group_is_public_by_its_whole_name_only() {
    for (uri, is_public) in [
        (ALL_USERS, true),
        ("https://acs.amazonaws.com/groups/global/AllUsers", true),
        ("http://acs.amazonaws.com.cn/groups/global/AuthenticatedUsers", true),
        ("http://acs.amazonaws.com/groups/s3/AllUsers", false),
        ("http://acs.amazonaws.com/groups/global/AllUsersOfAcme", false),
        ("http://acs.example.com/groups/global/AllUsers", false),
        ("AllUsers", false),
        ("", false),
    ] {
        assert_eq!(group("READ", uri).grantee.public_group().is_some(), is_public, "{uri}");
    }
}

#[test]
fn the_worst_finding_comes_first() {
    let grants = vec![group("READ_ACP", ALL_USERS), group("READ", ALL_USERS), group("WRITE", ALL_USERS)];
    let report = close(&Memory::of(acl(grants)), PLAIN);
    let severities: Vec<&str> = report.findings.iter().map(|finding| finding.severity.as_str()).collect();
    assert_eq!(severities, ["critical", "high", "medium"]);
}

#[test]
fn the_style_private_keeps_only_the_owner_and_says_what_else_goes() {
    let memory = Memory::of(acl(vec![
        user("FULL_CONTROL", "owner"),
        group("READ", ALL_USERS),
        group("WRITE", LOG_DELIVERY),
        user("READ", "another account"),
    ]));
    let done: Vec<String> =
        close(&memory, PRIVATE).changes.into_iter().map(|change| change.summary).collect();
    assert_eq!(
        done,
        [
            "removed grant READ to the group AllUsers",
            "removed grant WRITE to the group LogDelivery",
            "removed grant READ to the user another account",
        ]
    );
    assert_eq!(memory.acl.borrow().grants, [user("FULL_CONTROL", "owner")]);
    says_again_nothing(&memory, PRIVATE);
}

#[test]
fn the_style_private_leaves_a_bucket_alone_that_is_not_public() {
    says_again_nothing(
        &Memory::of(acl(vec![user("FULL_CONTROL", "owner"), group("WRITE", LOG_DELIVERY)])),
        PRIVATE,
    );
}

#[test]
fn a_grant_has_no_effect_exactly_where_public_acls_are_ignored() {
    for (block, effective) in [
        (None, true),
        (Some(flags(false, false, false, false)), true),
        (Some(flags(true, false, true, true)), true),
        (Some(flags(false, true, false, false)), false),
        (Some(flags(true, true, true, true)), false),
    ] {
        let memory = Memory::of(listable()).with_block(block);
        let report = close(&memory, PLAIN);
        let finding = &report.findings[0];
        assert_eq!(finding.severity, if effective { Severity::High } else { Severity::Medium }, "{block:?}");
        assert_eq!(finding.kind, if effective { "public-grant" } else { "ignored-public-grant" });
        assert_eq!(
            finding.sentence().ends_with("has no effect now: IgnorePublicAcls of the bucket is on"),
            !effective
        );
        // What is merely there goes as well, and the flags stay.
        assert_eq!(report.outcome, Outcome::Remediated);
        assert_eq!(memory.snapshot(), (acl(vec![user("FULL_CONTROL", "owner")]), block));
        says_again_nothing(&memory, PLAIN);
    }
}

#[test]
fn what_has_no_effect_is_less_severe_for_each_permission() {
    for permission in ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"] {
        let state = acl(vec![group(permission, ALL_USERS)]);
        let severity = |block| close(&Memory::of(state.clone()).with_block(block), PLAIN).severity();
        assert!(severity(flags(false, true, false, false)) < severity(flags(true, false, true, true)));
    }
}

#[test]
fn disabled_acls_are_compliant_in_each_mode_and_nothing_changes() {
    for settings in [PLAIN, PRIVATE, BLOCKING] {
        for mode in [Mode::Enforce, Mode::Observe] {
            let memory = Memory { acls_disabled: true, ..Memory::of(listable()) };
            let before = memory.snapshot();
            for _ in 0..2 {
                let (report, is_told) = told(&memory, settings, mode);
                assert_eq!(report.outcome, Outcome::Compliant);
                assert!(report.changes.is_empty() && !is_told);
            }
            assert_eq!(memory.snapshot(), before);
        }
    }
}

#[test]
fn what_can_not_be_read_beside_the_acl_is_said_and_does_not_keep_a_bucket_open() {
    for (operation, action) in [
        ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
        ("GetAccountPublicAccessBlock", "s3:GetAccountPublicAccessBlock"),
        ("GetBucketWebsite", "s3:GetBucketWebsite"),
    ] {
        let memory = Memory::of(listable()).failing(operation, denied(action));
        let report = close(&memory, PLAIN);
        assert_eq!(report.outcome, Outcome::Remediated);
        let before = report.before.as_ref().unwrap().to_string();
        assert!(before.contains(r#"{"unknown":{"#) && before.contains(action), "{before}");
        assert!(report.evidence.iter().any(|block| block.body.contains(action)), "{operation}");
    }
}

#[test]
fn a_throttle_beside_the_acl_does_not_keep_a_bucket_open_and_is_said() {
    for operation in ["GetPublicAccessBlock", "GetAccountPublicAccessBlock", "GetBucketWebsite"] {
        let memory = Memory::of(listable()).failing(operation, throttled("s3:Something"));
        let report = close(&memory, PLAIN);
        assert_eq!(report.outcome, Outcome::Remediated);
        let before = report.before.as_ref().unwrap().to_string();
        assert!(before.contains(r#""unknown":{"action":"s3:Something""#), "{before}");
        assert!(!memory.acl.borrow().is_public());
    }
}

#[test]
fn a_bucket_that_goes_at_any_step_is_gone_and_nothing_counts_as_changed() {
    let all = [
        "GetBucketAcl",
        "GetPublicAccessBlock",
        "GetAccountPublicAccessBlock",
        "GetBucketWebsite",
        "PutBucketAcl",
    ];
    for operation in all {
        let memory = Memory { gone_at: Some(operation), ..Memory::of(listable()) };
        let (report, is_told) = told(&memory, PLAIN, Mode::Enforce);
        assert_eq!(report.outcome, Outcome::Gone, "{operation}");
        assert!(report.changes.is_empty() && !is_told);
    }
}

#[test]
fn one_remediated_acl_takes_six_calls_and_the_mail() {
    for settings in [PLAIN, PRIVATE] {
        let memory = Memory::of(listable());
        close(&memory, settings);
        assert_eq!(
            *memory.calls.borrow(),
            [
                "GetBucketAcl",
                "GetPublicAccessBlock",
                "GetAccountPublicAccessBlock",
                "GetBucketWebsite",
                "PutBucketAcl",
                "GetBucketAcl",
            ]
        );
    }
}

#[test]
fn a_write_that_does_not_hold_is_still_open() {
    let report = close(&Memory { deaf: &["PutBucketAcl"], ..Memory::of(listable()) }, PLAIN);
    assert_eq!(report.outcome, Outcome::StillOpen);
    assert_eq!(report.remaining.unwrap()[0].evidence["Permission"], "READ");
}

proptest! {
    #[test]
    fn exactly_the_public_grants_go_in_order_and_completely(
        grants in proptest::collection::vec(any_grant(), 0..12),
        block in any_block(),
    ) {
        let state = acl(grants.clone());
        let memory = Memory::of(state.clone()).with_block(block);
        let report = close(&memory, PLAIN);
        let is_public = |grant: &&Grant| {
            matches!(grant.grantee.uri.as_deref(), Some(ALL_USERS | AUTHENTICATED))
        };
        let kept: Vec<Grant> = grants.iter().filter(|grant| !is_public(grant)).cloned().collect();
        let gone: Vec<Value> = grants.iter().filter(is_public).map(|grant| json!(grant)).collect();
        let outcome = if gone.is_empty() { Outcome::Compliant } else { Outcome::Remediated };
        prop_assert_eq!(report.outcome, outcome);
        prop_assert_eq!(&memory.acl.borrow().grants, &kept);
        prop_assert_eq!(&memory.acl.borrow().owner, &state.owner);
        prop_assert_eq!(memory.block.get(), block);
        prop_assert_eq!(report.changes.into_iter().map(|change| change.detail).collect::<Vec<_>>(), gone);
        says_again_nothing(&memory, PLAIN);
    }

    #[test]
    fn observing_changes_nothing(grants in proptest::collection::vec(any_grant(), 0..6), block in any_block()) {
        for settings in [PLAIN, PRIVATE, BLOCKING] {
            let memory = Memory::of(acl(grants.clone())).with_block(block);
            let before = memory.snapshot();
            let report = take(&memory, settings, Mode::Observe);
            prop_assert_eq!(report.outcome == Outcome::Observed, before.0.is_public());
            prop_assert_eq!(memory.snapshot(), before);
            prop_assert!(memory.calls.borrow().iter().all(|call| call.starts_with("Get")));
        }
    }
}

#[test]
fn nobody_is_sent_to_find_out_what_the_trigger_tells() {
    let ann = "arn:aws:iam::123456789012:user/ann";
    for (opened_by, advised) in
        [(None, "Find out who made the bucket public,"), (Some(ann), "Ask whoever made the")]
    {
        let memory = Memory::of(listable());
        let mut subject = subject();
        subject.cause = subject.cause.with_opened_by(opened_by);
        let control = S3Acl::new(&memory, PLAIN, Mode::Enforce);
        let report = testing::report_of(&control, &subject, Mode::Enforce);
        assert!(report.advice[0].starts_with(advised), "{:?}", report.advice);
    }
}

#[test]
fn what_is_written_as_a_whole_is_of_the_acl_that_it_was_made_of_and_of_no_other() {
    let (owner, log) = (user("FULL_CONTROL", "owner"), group("WRITE", LOG_DELIVERY));
    let (public, other) = (group("READ", ALL_USERS), user("READ", "another account"));
    for settings in [PLAIN, S3AclSettings { style: AclStyle::Private, ..PLAIN }] {
        let before = acl(vec![owner.clone(), public.clone(), log.clone()]);
        let memory = Memory::of(before.clone());
        let control = S3Acl::new(&memory, settings, Mode::Enforce);
        let assessment = AclAssessment::of(&AclState { acl: before.clone(), around: None });
        let plan = control.plan(&assessment, SystemTime::UNIX_EPOCH).unwrap();
        let AclStep::Write(write) = &plan.steps[0] else { panic!("{plan:?}") };
        assert!(write.is_of(&before));
        assert!(write.is_of(&acl(vec![log.clone(), public.clone(), owner.clone()])));
        let elsewhere =
            Acl { owner: Owner { id: Some("other".into()), display_name: None }, ..before.clone() };
        let changed = [
            // Somebody grants something, closes it, or takes something away.
            acl(vec![owner.clone(), public.clone(), log.clone(), other.clone()]),
            acl(vec![owner.clone(), log.clone()]),
            acl(vec![owner.clone(), public.clone()]),
            elsewhere,
        ];
        for live in changed {
            assert!(!write.is_of(&live), "{settings:?} {live:?}");
        }
        // What puts it back is of the ACL as it was written.
        let undo = AclPlan::undo(&AclState { acl: before.clone(), around: None }, &write.changes()).unwrap();
        let AclStep::Write(back) = &undo.steps[0] else { panic!("{undo:?}") };
        assert!(!back.is_of(&before), "it is there already");
    }
}
