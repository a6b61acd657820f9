//! Block Public Access of the account: what it means for a public ACL, and for how long it is known.

use std::time::Duration;

use events::{AccountId, BucketName, Region};
use remediation::{Fact, Severity};

use super::memory::{denied, throttled};
use super::*;

const ASKED: &str = "GetAccountPublicAccessBlock";
const IGNORING: PublicAccessBlock = PublicAccessBlock {
    block_public_acls: false,
    ignore_public_acls: true,
    block_public_policy: false,
    restrict_public_buckets: false,
};

fn asked(memory: &Memory) -> usize {
    memory.calls.borrow().iter().filter(|call| **call == ASKED).count()
}

#[test]
fn the_stricter_of_bucket_and_account_decides_and_the_finding_says_whose_setting_it_is() {
    for (bucket, account, whose) in [
        (None, PublicAccessBlock::default(), None),
        (Some(flags(true, false, true, true)), flags(true, false, true, true), None),
        (None, IGNORING, Some("IgnorePublicAcls of the account is on")),
        (Some(flags(true, false, false, false)), IGNORING, Some("IgnorePublicAcls of the account is on")),
        (Some(IGNORING), PublicAccessBlock::default(), Some("IgnorePublicAcls of the bucket is on")),
        (Some(IGNORING), IGNORING, Some("IgnorePublicAcls of the bucket and of the account is on")),
    ] {
        let memory = Memory::of(listable()).with_block(bucket);
        let account = PublicAccessBlock { block_public_acls: false, ..account };
        memory.account.set(account);
        let report = close(&memory, PLAIN);
        let finding = &report.findings[0];
        match whose {
            Some(whose) => {
                assert!(finding.sentence().ends_with(whose), "{}", finding.sentence());
                assert_eq!((finding.kind, finding.severity), ("ignored-public-grant", Severity::Medium));
            }
            None => assert_eq!((finding.kind, finding.severity), ("public-grant", Severity::High)),
        }
        // What is merely there goes as well, and nobody's flags change.
        assert_eq!(report.outcome, Outcome::Remediated);
        assert_eq!((memory.acl.borrow().is_public(), memory.block.get()), (false, bucket));
        assert_eq!(report.before.unwrap()["AccountPublicAccessBlockConfiguration"], json!(account));
        says_again_nothing(&memory, PLAIN);
    }
}

#[test]
fn an_account_that_can_not_be_read_counts_as_open_and_the_finding_says_why_it_is_unknown() {
    for (error, why) in [
        (
            denied("s3:GetAccountPublicAccessBlock"),
            "the function's role may not call `s3:GetAccountPublicAccessBlock`",
        ),
        (
            throttled("s3:GetAccountPublicAccessBlock"),
            "`s3:GetAccountPublicAccessBlock` failed for now: SlowDown",
        ),
    ] {
        for settings in [PLAIN, PRIVATE, BLOCKING] {
            let memory = Memory::of(listable()).failing(ASKED, error.clone());
            let report = close(&memory, settings);
            assert_eq!((report.outcome, report.severity()), (Outcome::Remediated, Severity::High));
            let summary = &report.findings[0].sentence();
            assert!(summary.ends_with(&format!("Block Public Access of the account ({why})")), "{summary}");
            assert!(!memory.acl.borrow().is_public());
            says_again_nothing(&memory, settings);
        }
        // What is known to keep the public out does so whatever the account says.
        let memory = Memory::of(listable()).with_block(IGNORING).failing(ASKED, error);
        assert_eq!(close(&memory, PLAIN).findings[0].kind, "ignored-public-grant");
    }
    let both = Memory::of(listable())
        .failing("GetPublicAccessBlock", denied("s3:GetBucketPublicAccessBlock"))
        .failing(ASKED, denied("s3:GetAccountPublicAccessBlock"));
    let summary = close(&both, PLAIN).findings[0].sentence().clone();
    assert!(
        summary.contains("of the bucket (") && summary.contains(" and Block Public Access of the account (")
    );
}

/// Takes the bucket through the walk of a process that lives on, once it is public again.
fn again<'a>(control: &S3Acl<&'a Memory, &Still>, memory: &'a Memory) {
    memory.acl.replace(listable());
    let report = testing::report_of(control, &subject(), Mode::Enforce);
    assert_eq!(report.outcome, Outcome::Remediated);
}

#[test]
fn a_warm_process_does_not_ask_again_for_five_minutes() {
    let (memory, clock) = (Memory::of(listable()), Still::default());
    let control = S3Acl::with_clock(&memory, PLAIN, Mode::Enforce, &clock);
    again(&control, &memory);
    memory.calls.borrow_mut().clear();
    again(&control, &memory);
    assert_eq!(
        *memory.calls.borrow(),
        ["GetBucketAcl", "GetPublicAccessBlock", "GetBucketWebsite", "PutBucketAcl", "GetBucketAcl"]
    );
    clock.forward(Duration::from_secs(299));
    again(&control, &memory);
    assert_eq!(asked(&memory), 0);
    clock.forward(Duration::from_secs(1));
    again(&control, &memory);
    assert_eq!(asked(&memory), 1);
}

#[test]
fn what_could_not_be_read_is_asked_again() {
    let clock = Still::default();
    let memory = Memory::of(listable()).failing(ASKED, throttled("s3:GetAccountPublicAccessBlock"));
    let control = S3Acl::with_clock(&memory, PLAIN, Mode::Enforce, &clock);
    again(&control, &memory);
    again(&control, &memory);
    assert_eq!(asked(&memory), 2);
}

#[test]
fn each_account_is_known_for_itself() {
    let (memory, clock) = (Memory::of(listable()), Still::default());
    let control = S3Acl::with_clock(&memory, PLAIN, Mode::Enforce, &clock);
    let (name, region) = (BucketName::new("acme-reports").unwrap(), Region::new("eu-west-1").unwrap());
    for (account, block) in [("210987654321", IGNORING), ("111122223333", PublicAccessBlock::default())] {
        memory.account.set(block);
        let account = AccountId::new(account).unwrap();
        for _ in 0..2 {
            let target = Target { id: &name, account: &account, region: &region };
            let state = run(control.read(&target)).unwrap().unwrap();
            assert_eq!(state.around.unwrap().account_block, Some(Fact::Known(block)));
        }
    }
    assert_eq!(asked(&memory), 2);
}

#[test]
fn a_public_acl_that_the_account_would_refuse_is_said_to_be_so() {
    let memory = Memory::of(listable());
    memory.account.set(flags(true, false, false, false));
    let report = close(&memory, PLAIN);
    let block = report.evidence.iter().find(|block| block.title.starts_with("Block Public Access")).unwrap();
    assert!(block.body.contains("S3 refuses the command that puts a public ACL back"), "{}", block.body);
}
