//! The port of the control `s3-policy`.

use aws_sdk_s3::operation::get_bucket_policy::{GetBucketPolicyError, GetBucketPolicyOutput};
use aws_sdk_s3::operation::get_bucket_policy_status::{
    GetBucketPolicyStatusError, GetBucketPolicyStatusOutput,
};
use aws_sdk_s3::operation::get_public_access_block::{GetPublicAccessBlockError, GetPublicAccessBlockOutput};
use aws_sdk_s3::types::{PolicyStatus, PublicAccessBlockConfiguration};
use aws_sdk_s3control::operation::get_public_access_block::{
    GetPublicAccessBlockError as AccountError, GetPublicAccessBlockOutput as AccountOutput,
};
use aws_sdk_s3control::types::PublicAccessBlockConfiguration as AccountConfiguration;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use buckets::{PolicyState, PublicAccessBlock, S3Policy, S3PolicySettings};
use remediation::testing::run;
use remediation::{CallError, Fact, Judge};

use super::{bucket, sdk_error};
use crate::S3BucketPolicies;
use crate::clients::Clients;

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Website","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}]}"#;

fn document(text: &'static str) -> Rule {
    mock!(aws_sdk_s3::Client::get_bucket_policy)
        .match_requests(|request| request.expected_bucket_owner() == Some("210987654321"))
        .then_output(move || GetBucketPolicyOutput::builder().policy(text).build())
}

fn no_document(code: &'static str) -> Rule {
    mock!(aws_sdk_s3::Client::get_bucket_policy)
        .then_error(move || GetBucketPolicyError::generic(sdk_error(code, "there is none")))
}

fn status(is_public: Option<bool>) -> Rule {
    mock!(aws_sdk_s3::Client::get_bucket_policy_status)
        .match_requests(|request| request.expected_bucket_owner() == Some("210987654321"))
        .then_output(move || {
            let status = PolicyStatus::builder().set_is_public(is_public).build();
            GetBucketPolicyStatusOutput::builder().policy_status(status).build()
        })
}

fn block(restrict: bool) -> Rule {
    mock!(aws_sdk_s3::Client::get_public_access_block)
        .match_requests(|request| request.expected_bucket_owner() == Some("210987654321"))
        .then_output(move || {
            let block = PublicAccessBlockConfiguration::builder()
                .block_public_acls(false)
                .ignore_public_acls(false)
                .block_public_policy(false)
                .restrict_public_buckets(restrict)
                .build();
            GetPublicAccessBlockOutput::builder().public_access_block_configuration(block).build()
        })
}

fn no_block() -> Rule {
    mock!(aws_sdk_s3::Client::get_public_access_block).then_error(|| {
        GetPublicAccessBlockError::generic(sdk_error("NoSuchPublicAccessBlockConfiguration", "there is none"))
    })
}

fn account_block(restrict: bool) -> Rule {
    mock!(aws_sdk_s3control::Client::get_public_access_block)
        .match_requests(|request| request.account_id() == Some("210987654321"))
        .then_output(move || {
            let block = AccountConfiguration::builder()
                .block_public_acls(false)
                .ignore_public_acls(false)
                .block_public_policy(false)
                .restrict_public_buckets(restrict)
                .build();
            AccountOutput::builder().public_access_block_configuration(block).build()
        })
}

fn no_account_block(code: &'static str) -> Rule {
    mock!(aws_sdk_s3control::Client::get_public_access_block).then_error(move || {
        let metadata = aws_sdk_s3control::error::ErrorMetadata::builder().code(code).message("no").build();
        AccountError::generic(metadata)
    })
}

fn read(buckets: &[&Rule], account: &Rule) -> Result<Option<PolicyState>, CallError> {
    let buckets = mock_client!(aws_sdk_s3, RuleMode::MatchAny, buckets);
    let accounts = mock_client!(aws_sdk_s3control, RuleMode::MatchAny, [account]);
    let control =
        S3Policy::new(S3BucketPolicies(Clients::of(buckets, accounts)), S3PolicySettings::default());
    run(control.read(&bucket().target()))
}

#[test]
fn reading_asks_s3_for_document_verdict_and_both_blocks() {
    let state = read(&[&document(PUBLIC), &status(Some(true)), &block(true)], &account_block(true));
    let policy = state.unwrap().unwrap().policy.unwrap();
    assert_eq!(policy.document, Fact::Known(PUBLIC.to_owned()));
    assert_eq!(policy.is_public, Fact::Known(true));
    assert!(policy.bucket_block.known().unwrap().restrict_public_buckets);
    assert!(policy.account_block.known().unwrap().restrict_public_buckets);
}

#[test]
fn an_account_block_that_may_not_be_read_is_unknown() {
    let rules = [&document(PUBLIC), &status(Some(true)), &no_block()];
    let state = read(&rules, &no_account_block("AccessDenied")).unwrap().unwrap();
    let unknown = state.policy.as_ref().unwrap().account_block.unknown().unwrap();
    assert_eq!(unknown.action, "s3:GetAccountPublicAccessBlock");

    let none = no_account_block("NoSuchPublicAccessBlockConfiguration");
    let state = read(&[&document(PUBLIC), &status(Some(true)), &no_block()], &none).unwrap().unwrap();
    assert_eq!(state.policy.unwrap().account_block, Fact::Known(PublicAccessBlock::default()));
}

#[test]
fn without_a_policy_one_call_is_enough() {
    let (none, status, account) =
        (no_document("NoSuchBucketPolicy"), status(Some(true)), account_block(true));
    let state = read(&[&none, &status], &account).unwrap().unwrap();
    assert_eq!(state.policy, None);
    assert_eq!((none.num_calls(), status.num_calls(), account.num_calls()), (1, 0, 0));
}

#[test]
fn a_bucket_that_does_not_exist_is_none() {
    assert_eq!(read(&[&no_document("NoSuchBucket")], &account_block(false)), Ok(None));
}

/// What is not known of the policy that was read.
fn unread(buckets: &[&Rule], account: &Rule) -> Vec<(String, String)> {
    let state = read(buckets, account).unwrap().unwrap();
    let policy = state.policy.unwrap();
    assert_eq!(policy.document, Fact::Known(PUBLIC.to_owned()), "the document is there whatever else is not");
    let verdict = policy.is_public.unknown();
    let all = [verdict, policy.bucket_block.unknown(), policy.account_block.unknown()];
    all.into_iter().flatten().map(|one| (one.action.to_string(), one.message.clone())).collect()
}

#[test]
fn a_status_that_does_not_say_is_unknown() {
    let rules = [&document(PUBLIC), &status(None), &no_block()];
    let [(action, message)] = &unread(&rules, &account_block(false))[..] else { panic!("one is unknown") };
    assert_eq!(action, "s3:GetBucketPolicyStatus");
    assert_eq!(message, "`s3:GetBucketPolicyStatus` answered without `IsPublic`");
}

#[test]
fn a_denied_call_is_unknown_and_names_its_permission() {
    let no_status = mock!(aws_sdk_s3::Client::get_bucket_policy_status)
        .then_error(|| GetBucketPolicyStatusError::generic(sdk_error("AccessDenied", "no")));
    let denied = mock!(aws_sdk_s3::Client::get_public_access_block)
        .then_error(|| GetPublicAccessBlockError::generic(sdk_error("AccessDenied", "no")));
    let rules = [&document(PUBLIC), &no_status, &denied];
    let unread = unread(&rules, &no_account_block("AccessDenied"));
    let actions: Vec<&str> = unread.iter().map(|(action, _)| action.as_str()).collect();
    let all = ["s3:GetBucketPolicyStatus", "s3:GetBucketPublicAccessBlock", "s3:GetAccountPublicAccessBlock"];
    assert_eq!(actions, all);
    assert!(unread.iter().all(|(action, message)| message.contains(&format!("`{action}`"))), "{unread:?}");
}

#[test]
fn a_bucket_or_a_policy_that_goes_between_the_reads_is_gone() {
    for (code, is_bucket) in [("NoSuchBucket", true), ("NoSuchBucketPolicy", false)] {
        let no_status = mock!(aws_sdk_s3::Client::get_bucket_policy_status)
            .then_error(move || GetBucketPolicyStatusError::generic(sdk_error(code, "gone")));
        let state = read(&[&document(PUBLIC), &no_status, &no_block()], &account_block(false)).unwrap();
        assert_eq!(state.is_none(), is_bucket, "{code}");
        assert!(state.is_none_or(|state| state.policy.is_none()));
    }
    let no_bucket = mock!(aws_sdk_s3::Client::get_public_access_block)
        .then_error(|| GetPublicAccessBlockError::generic(sdk_error("NoSuchBucket", "gone")));
    assert_eq!(read(&[&document(PUBLIC), &status(Some(true)), &no_bucket], &account_block(false)), Ok(None));
}
