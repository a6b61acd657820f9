//! The control `s3-policy` and its calls to S3.

use aws_sdk_s3::operation::get_bucket_policy::{GetBucketPolicyError, GetBucketPolicyOutput};
use aws_sdk_s3::operation::get_bucket_policy_status::GetBucketPolicyStatusOutput;
use aws_sdk_s3::operation::get_public_access_block::{GetPublicAccessBlockError, GetPublicAccessBlockOutput};
use aws_sdk_s3::types::{PolicyStatus, PublicAccessBlockConfiguration};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use remediation::Control;

use super::*;
use crate::tests::{bucket, run, sdk_error};

const DOCUMENT: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*"}}"#;

fn document() -> Rule {
    mock!(aws_sdk_s3::Client::get_bucket_policy)
        .match_requests(|request| request.expected_bucket_owner() == Some("210987654321"))
        .then_output(|| GetBucketPolicyOutput::builder().policy(DOCUMENT).build())
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
            let block = PublicAccessBlockConfiguration::builder().restrict_public_buckets(restrict).build();
            GetPublicAccessBlockOutput::builder().public_access_block_configuration(block).build()
        })
}

fn no_block() -> Rule {
    mock!(aws_sdk_s3::Client::get_public_access_block).then_error(|| {
        GetPublicAccessBlockError::generic(sdk_error("NoSuchPublicAccessBlockConfiguration", "there is none"))
    })
}

fn read(rules: &[&Rule]) -> Result<Option<PolicyState>, CallError> {
    let client = mock_client!(aws_sdk_s3, RuleMode::MatchAny, rules);
    run(S3BucketPolicies::with_client(client).read(&bucket().target()))
}

fn findings(state: &PolicyState) -> Vec<Finding> {
    struct Nothing;
    impl BucketPolicies for Nothing {
        async fn read(&self, _: &Target<'_, BucketName>) -> Result<Option<PolicyState>, CallError> {
            Ok(None)
        }
    }
    S3Policy::new(Nothing).assess(state)
}

#[test]
fn a_policy_that_s3_calls_public_is_reported_and_never_planned_to_be_changed() {
    let state = read(&[&document(), &status(Some(true)), &no_block()]).unwrap().unwrap();
    let findings = findings(&state);
    assert_eq!(findings.len(), 1);
    assert_eq!((findings[0].severity, findings[0].remedy), (Severity::High, Remedy::Report));
    assert_eq!(state.policy.unwrap().document, DOCUMENT);
}

#[test]
fn a_blocked_policy_is_reported_with_less_alarm_and_says_what_blocks_it() {
    let state = read(&[&document(), &status(Some(true)), &block(true)]).unwrap().unwrap();
    let findings = findings(&state);
    assert_eq!(findings[0].severity, Severity::Medium);
    assert!(findings[0].summary.contains("RestrictPublicBuckets"));
}

#[test]
fn a_policy_that_is_not_public_is_no_finding() {
    let state = read(&[&document(), &status(Some(false)), &block(false)]).unwrap().unwrap();
    assert!(findings(&state).is_empty());
}

#[test]
fn without_a_policy_one_call_is_enough() {
    let (none, status) = (no_document("NoSuchBucketPolicy"), status(Some(true)));
    let state = read(&[&none, &status]).unwrap().unwrap();
    assert_eq!(state, PolicyState { policy: None });
    assert!(findings(&state).is_empty());
    assert_eq!((none.num_calls(), status.num_calls()), (1, 0));
}

#[test]
fn a_bucket_that_does_not_exist_is_none() {
    assert_eq!(read(&[&no_document("NoSuchBucket")]), Ok(None));
}

#[test]
fn a_status_that_does_not_say_is_not_taken_for_private() {
    let error = read(&[&document(), &status(None), &no_block()]).unwrap_err();
    assert_eq!(error.to_string(), "`s3:GetBucketPolicyStatus` answered without `IsPublic`");
}

#[test]
fn a_denied_block_public_access_is_an_error_that_names_its_permission() {
    let denied = mock!(aws_sdk_s3::Client::get_public_access_block)
        .then_error(|| GetPublicAccessBlockError::generic(sdk_error("AccessDenied", "no")));
    let error = read(&[&document(), &status(Some(true)), &denied]).unwrap_err();
    assert!(error.to_string().contains("`s3:GetBucketPublicAccessBlock`"), "{error}");
}

#[test]
fn a_policy_that_is_no_json_is_shown_as_it_is() {
    assert_eq!(pretty("no json"), "no json");
    assert_eq!(pretty(r#"{"b":1,"a":2}"#), "{\n  \"b\": 1,\n  \"a\": 2\n}");
}
