//! What the control `s3-policy` decides and says.

use events::{AccountId, BucketName};
use proptest::prelude::*;
use remediation::testing::{self, assert_records};
use remediation::{
    Assessment, CallError, Control, Describe, Fact, Finding, Mode, Outcome, Remedy, Report, Severity, Unknown,
};
use std::time::SystemTime;

use super::evidence::pretty;
use super::*;
use crate::{Bucket, PublicAccessBlock};

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Website","Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}]}"#;
const PRIVATE: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::210987654321:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}}"#;
const PARTNER: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111122223333:root"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"}}"#;

/// What S3 answers.
struct Answers {
    policy: Option<BucketPolicy>,
}

impl BucketPolicies for Answers {
    async fn document(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
        let policy = self.policy.as_ref();
        Ok(policy.map_or(PolicyAnswer::NoPolicy, |policy| PolicyAnswer::Is(policy.document.clone())))
    }

    async fn is_public(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
        let policy = self.policy.as_ref();
        Ok(policy.map_or(PolicyAnswer::NoPolicy, |policy| PolicyAnswer::Is(policy.is_public)))
    }

    async fn public_access_block(
        &self,
        _: &Bucket<'_>,
    ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
        let policy = self.policy.as_ref();
        Ok(policy.map_or(PolicyAnswer::NoPolicy, |policy| PolicyAnswer::Is(policy.bucket_block)))
    }

    async fn account_block(&self, _: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        let known = self.policy.as_ref().and_then(|policy| policy.account_block.known().copied());
        known.ok_or_else(denied)
    }
}

fn denied() -> CallError {
    let action = "s3:GetAccountPublicAccessBlock";
    CallError::Denied(remediation::Denied { action, message: "no".to_owned() })
}

fn control(settings: &str) -> S3Policy<Answers> {
    S3Policy::new(Answers { policy: None }, serde_json::from_str(settings).unwrap())
}

fn state(document: &str, is_public: bool) -> PolicyState {
    PolicyState {
        bucket: BucketName::new("acme-reports").unwrap(),
        account: AccountId::new("210987654321").unwrap(),
        policy: Some(BucketPolicy {
            document: document.into(),
            is_public,
            bucket_block: PublicAccessBlock::default(),
            account_block: Fact::Known(PublicAccessBlock::default()),
        }),
    }
}

/// What is said about a bucket in this state.
fn report(state: &PolicyState) -> Report {
    let control = S3Policy::new(Answers { policy: state.policy.clone() }, S3PolicySettings::default());
    testing::report_of(&control, &testing::bucket("acme-reports"), Mode::Enforce)
}

fn findings_by(settings: &str, state: &PolicyState) -> Vec<Finding> {
    let control = control(settings);
    control.findings(&control.assess(state, SystemTime::UNIX_EPOCH))
}

fn findings(state: &PolicyState) -> Vec<Finding> {
    findings_by("{}", state)
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
    let control = control("{}");
    assert!(
        control
            .plan(&control.assess(&state(PUBLIC, true), SystemTime::UNIX_EPOCH), SystemTime::UNIX_EPOCH)
            .is_none()
    );
    assert_eq!(report(&state(PUBLIC, true)).outcome, Outcome::Alerted);
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
        policy.account_block = Fact::Known(of_account);
        let findings = findings(&state);
        assert!(findings.iter().all(|finding| finding.severity <= Severity::Medium));
        assert!(
            findings[0].summary.ends_with(&format!("blocked for now by {words}")),
            "{}",
            findings[0].summary
        );
        let advice = report(&state).advice;
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
    let evidence = report(&state).evidence;
    assert!(evidence[2].body.contains("does not apply"), "{}", evidence[2].body);
}

#[test]
fn an_outside_account_is_mailed_only_where_the_settings_ask_for_it_and_do_not_trust_it() {
    let partner = state(PARTNER, false);
    assert!(findings(&partner).is_empty());
    let asked = r#"{"alert_on": ["outside-account"]}"#;
    assert_eq!(kinds(&findings_by(asked, &partner)), ["outside-account"]);
    let trusted = r#"{"alert_on": ["outside-account"], "trusted_accounts": ["111122223333"]}"#;
    assert!(findings_by(trusted, &partner).is_empty());
}

#[test]
fn the_mail_shows_the_reasons_the_fix_the_blocks_and_the_whole_policy() {
    let public = state(PUBLIC, true);
    let evidence = report(&public).evidence;
    let titles: Vec<&str> = evidence.iter().map(|part| part.title.as_str()).collect();
    assert_eq!(
        titles,
        ["The statements and why", "The proposed fix (not applied)", "What blocks it", "The whole policy"]
    );
    assert!(evidence[0].body.contains("statement 1 (`Website`)"), "{}", evidence[0].body);
    assert!(evidence[2].body.ends_with("So nothing blocks what the policy allows."));
}

#[test]
fn a_policy_that_is_no_json_is_shown_as_it_is() {
    assert_eq!(pretty("no json"), "no json");
    assert_eq!(pretty(r#"{"b":1,"a":2}"#), "{\n  \"b\": 1,\n  \"a\": 2\n}");
}

#[test]
fn an_account_block_that_may_not_be_read_is_unknown_and_said() {
    let mut state = state(PUBLIC, true);
    state.policy.as_mut().unwrap().account_block = Fact::Unknown(Unknown::from(denied()));
    let report = report(&state);
    assert!(report.evidence[2].body.contains("of the account: unknown ("), "{}", report.evidence[2].body);
    assert!(report.evidence[2].body.contains("`s3:GetAccountPublicAccessBlock`"));
    assert_records::<S3Policy<Answers>>(&state, None, &[]);
}

#[test]
fn what_is_taken_out_of_an_assessment_is_not_said() {
    let control = control("{}");
    let assessment =
        control.assess(&state(PUBLIC, false), SystemTime::UNIX_EPOCH).without(|finding| match &finding {
            PolicyFinding::Found(found) if found.sid.as_deref() == Some("Website") => None,
            _ => Some(finding),
        });
    assert_eq!(kinds(&control.findings(&assessment)), ["verdict-disagreement"]);
    let (_, analysis) = assessment.analysed.as_ref().unwrap();
    assert!(!analysis.semantic.public && analysis.fix.is_err(), "the statement counts no more");
}

proptest! {
    #[test]
    fn a_state_comes_back_as_it_was(
        document in "[ -~ü中\\n]{0,60}",
        flags in any::<[bool; 5]>(),
        is_known in any::<bool>(),
    ) {
        let mut state = state(&document, flags[0]);
        let block = PublicAccessBlock {
            block_public_acls: flags[1],
            ignore_public_acls: flags[2],
            block_public_policy: flags[3],
            restrict_public_buckets: flags[4],
        };
        let policy = state.policy.as_mut().unwrap();
        policy.bucket_block = block;
        policy.account_block = Fact::of(if is_known { Ok(block) } else { Err(denied()) });
        assert_records::<S3Policy<Answers>>(&state, None, &[]);
        state.policy = None;
        assert_records::<S3Policy<Answers>>(&state, None, &[]);
    }
}
