//! The control `s3-policy` and its calls to S3.

use aws_sdk_s3::operation::get_bucket_policy::{GetBucketPolicyError, GetBucketPolicyOutput};
use aws_sdk_s3::operation::get_bucket_policy_status::GetBucketPolicyStatusOutput;
use aws_sdk_s3::operation::get_public_access_block::{GetPublicAccessBlockError, GetPublicAccessBlockOutput};
use aws_sdk_s3::types::{PolicyStatus, PublicAccessBlockConfiguration};
use aws_sdk_s3control::operation::get_public_access_block::{
    GetPublicAccessBlockError as AccountError, GetPublicAccessBlockOutput as AccountOutput,
};
use aws_sdk_s3control::types::PublicAccessBlockConfiguration as AccountConfiguration;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use remediation::{Outcome, Remedy, Settings, Severity};

use super::mail::pretty;
use super::*;
use crate::account::AccountBlock;
use crate::public_access_block::PublicAccessBlock;
use crate::tests::{bucket, run, sdk_error};

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Website","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}]}"#;
const PRIVATE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}}"#;
const PARTNER: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}}"#;

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
            let block = PublicAccessBlockConfiguration::builder().restrict_public_buckets(restrict).build();
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
            let block = AccountConfiguration::builder().restrict_public_buckets(restrict).build();
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
    run(S3BucketPolicies::with_clients(buckets, accounts).read(&bucket().target()))
}

struct Nothing;

impl BucketPolicies for Nothing {
    async fn read(&self, _: &Target<'_, BucketName>) -> Result<Option<PolicyState>, CallError> {
        Ok(None)
    }
}

fn control(settings: &str) -> S3Policy<Nothing> {
    S3Policy::new(Nothing, Settings::parse("settings", settings).unwrap().s3_policy)
}

fn state(document: &str, is_public: bool) -> PolicyState {
    PolicyState {
        bucket: "acme-reports".into(),
        account: "210987654321".into(),
        policy: Some(BucketPolicy {
            document: document.into(),
            is_public,
            bucket_block: PublicAccessBlock::default(),
            account_block: AccountBlock::Known(PublicAccessBlock::default()),
        }),
    }
}

fn findings(state: &PolicyState) -> Vec<Finding> {
    control("{}").assess(state)
}

fn kinds(findings: &[Finding]) -> Vec<&'static str> {
    findings.iter().map(|finding| finding.kind).collect()
}

#[test]
fn a_public_policy_leads_with_one_sentence_and_is_never_planned_to_be_changed() {
    let findings = findings(&state(PUBLIC, true));
    assert_eq!(findings[0].kind, "public");
    assert_eq!(findings[0].summary, "Anyone on the internet can read every object in `acme-reports`");
    assert_eq!((findings[0].severity, findings[0].remedy), (Severity::Critical, Remedy::Report));
    assert!(findings[0].evidence["witness"].is_object(), "{}", findings[0].evidence);
    assert!(findings[0].evidence["fix"]["patch"].is_array(), "{}", findings[0].evidence);
    assert!(control("{}").plan(&state(PUBLIC, true), &findings, SystemTime::UNIX_EPOCH).is_none());
}

#[test]
fn the_stricter_verdict_wins_and_a_disagreement_is_said() {
    assert_eq!(kinds(&findings(&state(PRIVATE, true))), ["verdict-disagreement"]);
    assert!(kinds(&findings(&state(PUBLIC, false))).contains(&"verdict-disagreement"));
    assert!(kinds(&findings(&state(PUBLIC, false))).contains(&"public"));
    assert!(!kinds(&findings(&state(PUBLIC, true))).contains(&"verdict-disagreement"));
    assert!(findings(&state(PRIVATE, false)).is_empty());
}

#[test]
fn a_policy_that_nobody_can_read_counts_as_public() {
    let findings = findings(&state("{", false));
    assert_eq!(kinds(&findings), ["unreadable-policy"]);
    assert_eq!(findings[0].severity, Severity::High);
}

#[test]
fn restrict_public_buckets_of_bucket_or_account_lowers_the_alarm_and_is_named() {
    let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    let off = PublicAccessBlock::default();
    for (of_bucket, of_account, words) in [
        (on, off, "RestrictPublicBuckets of the bucket"),
        (off, on, "RestrictPublicBuckets of the account"),
        (on, on, "RestrictPublicBuckets of the bucket and of the account"),
    ] {
        let mut state = state(PUBLIC, true);
        let policy = state.policy.as_mut().unwrap();
        policy.bucket_block = of_bucket;
        policy.account_block = AccountBlock::Known(of_account);
        let findings = findings(&state);
        assert!(findings.iter().all(|finding| finding.severity <= Severity::Medium));
        assert!(
            findings[0].summary.ends_with(&format!("blocked for now by {words}")),
            "{}",
            findings[0].summary
        );
        let advice = mail::advice(Outcome::Alerted, &findings);
        assert!(advice[0].starts_with("Keep RestrictPublicBuckets on"), "{advice:?}");
    }
}

#[test]
fn restrict_public_buckets_is_no_comfort_where_s3_does_not_call_the_policy_public() {
    let mut state = state(PUBLIC, false);
    let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    state.policy.as_mut().unwrap().bucket_block = on;
    let findings = findings(&state);
    assert_eq!(findings[0].severity, Severity::Critical);
    assert!(!findings[0].summary.contains("blocked"));
    let evidence = control("{}").evidence(&bucket().target(), &state, None);
    assert!(evidence[2].body.contains("does not apply"), "{}", evidence[2].body);
}

#[test]
fn an_outside_account_is_mailed_only_where_the_settings_ask_for_it_and_do_not_trust_it() {
    let partner = state(PARTNER, false);
    assert!(findings(&partner).is_empty());
    let asked = r#"{"s3_policy": {"alert_on": ["outside-account"]}}"#;
    assert_eq!(kinds(&control(asked).assess(&partner)), ["outside-account"]);
    let trusted = r#"{"s3_policy": {"alert_on": ["outside-account"], "trusted_accounts": ["111122223333"]}}"#;
    assert!(control(trusted).assess(&partner).is_empty());
}

#[test]
fn the_mail_shows_the_reasons_the_fix_the_blocks_and_the_whole_policy() {
    let public = state(PUBLIC, true);
    let evidence = control("{}").evidence(&bucket().target(), &public, None);
    let titles: Vec<&str> = evidence.iter().map(|part| part.title.as_str()).collect();
    assert_eq!(
        titles,
        ["The statements and why", "The proposed fix (not applied)", "What blocks it", "The whole policy"]
    );
    assert!(evidence[0].body.contains("statement 1 (`Website`)"), "{}", evidence[0].body);
    assert!(evidence[2].body.ends_with("So nothing blocks what the policy allows."));
}

#[test]
fn reading_asks_s3_for_document_verdict_and_both_blocks() {
    let state = read(&[&document(PUBLIC), &status(Some(true)), &block(true)], &account_block(true));
    let policy = state.unwrap().unwrap().policy.unwrap();
    assert_eq!(policy.document, PUBLIC);
    assert!(policy.is_public && policy.bucket_block.restrict_public_buckets);
    assert!(policy.account_block.known().unwrap().restrict_public_buckets);
}

#[test]
fn an_account_block_that_may_not_be_read_is_unknown_and_said() {
    let rules = [&document(PUBLIC), &status(Some(true)), &no_block()];
    let state = read(&rules, &no_account_block("AccessDenied")).unwrap().unwrap();
    let AccountBlock::Unknown(why) = &state.policy.as_ref().unwrap().account_block else {
        panic!("{state:?}")
    };
    assert!(why.contains("`s3:GetAccountPublicAccessBlock`"), "{why}");
    let evidence = control("{}").evidence(&bucket().target(), &state, None);
    assert!(evidence[2].body.contains("of the account: unknown"), "{}", evidence[2].body);

    let none = no_account_block("NoSuchPublicAccessBlockConfiguration");
    let state = read(&[&document(PUBLIC), &status(Some(true)), &no_block()], &none).unwrap().unwrap();
    assert_eq!(state.policy.unwrap().account_block, AccountBlock::Known(PublicAccessBlock::default()));
}

#[test]
fn without_a_policy_one_call_is_enough() {
    let (none, status, account) =
        (no_document("NoSuchBucketPolicy"), status(Some(true)), account_block(true));
    let state = read(&[&none, &status], &account).unwrap().unwrap();
    assert_eq!(state.policy, None);
    assert!(findings(&state).is_empty());
    assert_eq!((none.num_calls(), status.num_calls(), account.num_calls()), (1, 0, 0));
}

#[test]
fn a_bucket_that_does_not_exist_is_none() {
    assert_eq!(read(&[&no_document("NoSuchBucket")], &account_block(false)), Ok(None));
}

#[test]
fn a_status_that_does_not_say_is_not_taken_for_private() {
    let rules = [&document(PRIVATE), &status(None), &no_block()];
    let error = read(&rules, &account_block(false)).unwrap_err();
    assert_eq!(error.to_string(), "`s3:GetBucketPolicyStatus` answered without `IsPublic`");
}

#[test]
fn a_denied_block_public_access_is_an_error_that_names_its_permission() {
    let denied = mock!(aws_sdk_s3::Client::get_public_access_block)
        .then_error(|| GetPublicAccessBlockError::generic(sdk_error("AccessDenied", "no")));
    let rules = [&document(PUBLIC), &status(Some(true)), &denied];
    let error = read(&rules, &account_block(false)).unwrap_err();
    assert!(error.to_string().contains("`s3:GetBucketPublicAccessBlock`"), "{error}");
}

#[test]
fn a_policy_that_is_no_json_is_shown_as_it_is() {
    assert_eq!(pretty("no json"), "no json");
    assert_eq!(pretty(r#"{"b":1,"a":2}"#), "{\n  \"b\": 1,\n  \"a\": 2\n}");
}
