//! What the control `s3-policy` decides and says.

mod exempt;
mod unread;

use events::{AccountId, BucketName};
use proptest::prelude::*;
use remediation::testing::{self, assert_records};
use remediation::{
    Assessment, CallError, Denied, Describe, Fact, Finding, Judge, Mode, Outcome, Remedy, Report, Severity,
    Tags,
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
    /// The calls that fail, each known by its action.
    failing: Vec<CallError>,
}

impl Answers {
    fn of<T: Clone>(
        &self,
        action: &str,
        part: fn(&BucketPolicy) -> &Fact<T>,
    ) -> Result<PolicyAnswer<T>, CallError> {
        if let Some(error) = self.failing.iter().find(|error| error.action() == action) {
            return Err(error.clone());
        }
        let part = self.policy.as_ref().map(|policy| part(policy).known().cloned().unwrap());
        Ok(part.map_or(PolicyAnswer::NoPolicy, PolicyAnswer::Is))
    }
}

impl BucketPolicies for Answers {
    async fn document(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
        self.of("s3:GetBucketPolicy", |policy| &policy.document)
    }

    async fn is_public(&self, _: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
        self.of("s3:GetBucketPolicyStatus", |policy| &policy.is_public)
    }

    async fn public_access_block(
        &self,
        _: &Bucket<'_>,
    ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
        self.of("s3:GetBucketPublicAccessBlock", |policy| &policy.bucket_block)
    }

    async fn account_block(&self, _: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        match self.of("s3:GetAccountPublicAccessBlock", |policy| &policy.account_block)? {
            PolicyAnswer::Is(block) => Ok(block),
            PolicyAnswer::NoPolicy | PolicyAnswer::NoBucket => Err(denied()),
        }
    }

    async fn tags(&self, _: &Bucket<'_>) -> Result<Tags, CallError> {
        let failing = self.failing.iter().find(|error| error.action() == "s3:GetBucketTagging");
        failing.cloned().map_or_else(|| Ok(Tags::new()), Err)
    }
}

fn denied() -> CallError {
    let action = "s3:GetAccountPublicAccessBlock";
    CallError::Denied(Denied { action, message: "no".to_owned() })
}

fn throttled() -> CallError {
    let (code, message) = ("SlowDown".to_owned(), "later".to_owned());
    CallError::Passing { action: "s3:GetBucketPolicyStatus", code, message }
}

fn control(settings: &str) -> S3Policy<Answers> {
    S3Policy::new(Answers { policy: None, failing: Vec::new() }, serde_json::from_str(settings).unwrap())
}

fn state(document: &str, is_public: bool) -> PolicyState {
    PolicyState {
        bucket: BucketName::new("acme-reports").unwrap(),
        account: AccountId::new("210987654321").unwrap(),
        policy: Some(BucketPolicy {
            document: Fact::Known(document.into()),
            is_public: Fact::Known(is_public),
            bucket_block: Fact::Known(PublicAccessBlock::default()),
            account_block: Fact::Known(PublicAccessBlock::default()),
        }),
    }
}

/// What is said about a bucket in this state.
fn report(state: &PolicyState) -> Report {
    report_without(state, &[])
}

/// The same where some calls fail.
fn report_without(state: &PolicyState, failing: &[CallError]) -> Report {
    testing::report_of(&over(state, failing), &testing::bucket("acme-reports"), Mode::Enforce)
}

fn over(state: &PolicyState, failing: &[CallError]) -> S3Policy<Answers> {
    let answers = Answers { policy: state.policy.clone(), failing: failing.to_vec() };
    S3Policy::new(answers, S3PolicySettings::default())
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

/// What the mail says that blocks the policy.
fn what_blocks(report: &Report) -> &str {
    &report.evidence.iter().find(|one| one.title == WHAT_BLOCKS).unwrap().body
}

#[test]
fn a_public_policy_leads_with_one_sentence_and_is_never_planned_to_be_changed() {
    let findings = findings(&state(PUBLIC, true));
    assert_eq!(findings[0].kind, "public");
    assert_eq!(findings[0].sentence(), "Anyone on the internet can read every object in `acme-reports`");
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
        policy.bucket_block = Fact::Known(of_bucket);
        policy.account_block = Fact::Known(of_account);
        let findings = findings(&state);
        assert!(findings.iter().all(|finding| finding.severity <= Severity::Medium));
        assert!(
            findings[0].sentence().ends_with(&format!("blocked for now by {words}")),
            "{}",
            findings[0].sentence()
        );
        let advice = report(&state).advice;
        assert!(advice[0].starts_with("Keep RestrictPublicBuckets on"), "{advice:?}");
    }
}

#[test]
fn restrict_public_buckets_softens_nothing_that_only_services_get_in_by() {
    let services = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}}}}"#;
    let mut state = state(services, true);
    let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    state.policy.as_mut().unwrap().bucket_block = Fact::Known(on);
    let findings = findings(&state);
    assert_eq!((findings[0].kind, findings[0].severity), ("public", Severity::Critical));
    assert_eq!(
        findings[0].sentence(),
        "AWS services that act for an outside account can read every object in `acme-reports`"
    );
    let report = report(&state);
    assert!(report.advice[0].ends_with("does not stop AWS services."), "{:?}", report.advice);
    assert!(what_blocks(&report).contains("AWS services are not"), "{}", what_blocks(&report));
}

/// Public by AWS's documentation, and closed by its Deny.
const CLOSED_BY_DENY: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*"},{"Effect":"Deny","Principal":"*","Action":"s3:*","Resource":"*","Condition":{"StringNotEquals":{"aws:PrincipalAccount":"210987654321"}}}]}"#;

#[test]
fn restrict_public_buckets_is_advised_only_where_it_would_close_something() {
    let turns_on = |state: &PolicyState| report(state).advice.iter().any(|one| one.contains("turn on"));
    assert!(turns_on(&state(PUBLIC, true)));
    assert!(!turns_on(&state(PUBLIC, false)), "S3 does not call it public, so the switch does nothing");
    assert!(!turns_on(&state(CLOSED_BY_DENY, true)), "the Deny keeps outsiders out");
}

#[test]
fn advice_speaks_of_a_fix_and_of_the_settings_only_where_they_help() {
    for (document, is_public) in [(PRIVATE, true), ("{", true)] {
        let report = report(&state(document, is_public));
        let said = report.advice.join(" ");
        assert!(!said.contains("fix below") && !said.contains("settings"), "{said}");
        let empty = report.evidence.iter().find(|block| block.body.trim().is_empty());
        assert_eq!(empty, None);
    }
    assert!(report(&state("{", true)).advice[0].ends_with("S3 calls it public."));
}

#[test]
fn restrict_public_buckets_is_no_comfort_where_s3_does_not_call_the_policy_public() {
    let mut state = state(PUBLIC, false);
    let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    state.policy.as_mut().unwrap().bucket_block = Fact::Known(on);
    let findings = findings(&state);
    assert_eq!(findings[0].severity, Severity::Critical);
    assert!(!findings[0].sentence().contains("blocked"));
    let report = report(&state);
    assert!(what_blocks(&report).contains("does not apply"), "{}", what_blocks(&report));
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
        [
            "How to close it to the public at once",
            "The statements and why",
            "The proposed fix (not applied)",
            "What blocks it",
            "The whole policy"
        ]
    );
    assert!(evidence[1].body.contains("statement 1 (`Website`)"), "{}", evidence[1].body);
    assert!(evidence[3].body.ends_with("So nothing blocks what the policy allows."));
}

#[test]
fn the_command_that_closes_a_bucket_keeps_its_other_flags_and_is_there_where_it_is_advised() {
    let mut some_on = state(PUBLIC, true);
    let on = PublicAccessBlock { ignore_public_acls: true, ..PublicAccessBlock::default() };
    some_on.policy.as_mut().unwrap().bucket_block = Fact::Known(on);
    let command = &report(&some_on).evidence[0].body;
    assert!(command.contains(" put-public-access-block "), "{command}");
    let flags =
        "BlockPublicAcls=false,IgnorePublicAcls=true,BlockPublicPolicy=false,RestrictPublicBuckets=true";
    assert!(command.ends_with(flags), "{command}");

    let mut restricted = state(PUBLIC, true);
    let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    restricted.policy.as_mut().unwrap().bucket_block = Fact::Known(on);
    let nobody_knows =
        CallError::Denied(Denied { action: "s3:GetBucketPublicAccessBlock", message: String::new() });
    let no_policy = CallError::Denied(Denied { action: "s3:GetBucketPolicy", message: String::new() });
    let reports = [
        (report_without(&state(PUBLIC, true), &[nobody_knows]), false),
        (report_without(&state(PUBLIC, true), &[no_policy]), true),
        (report(&restricted), false),
        (report(&state(PUBLIC, false)), false),
        (report(&state(CLOSED_BY_DENY, true)), false),
        (report(&state(PRIVATE, true)), false),
        (report(&state("{", true)), false),
        (report(&some_on), true),
    ];
    for (Report { advice, evidence, .. }, is_advised) in reports {
        let is_there = evidence.iter().any(|one| one.title == "How to close it to the public at once");
        let is_said = advice.join(" ").contains("by the command below");
        assert_eq!((is_said, is_there), (is_advised, is_advised), "{advice:?} {evidence:?}");
    }
}

#[test]
fn a_policy_that_is_no_json_is_shown_as_it_is() {
    assert_eq!(pretty("no json"), "no json");
    assert_eq!(pretty(r#"{"b":1,"a":2}"#), "{\n  \"b\": 1,\n  \"a\": 2\n}");
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
        policy.bucket_block = Fact::of(if is_known { Ok(block) } else { Err(throttled()) });
        policy.is_public = Fact::of(if is_known { Ok(flags[0]) } else { Err(throttled()) });
        policy.account_block = Fact::of(if is_known { Ok(block) } else { Err(denied()) });
        assert_records::<S3Policy<Answers>>(&state, None, &[]);
        state.policy = None;
        assert_records::<S3Policy<Answers>>(&state, None, &[]);
    }
}
