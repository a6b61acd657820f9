//! What cannot be read: what is said all the same, what is not claimed, and what is asked again.

use remediation::ledger::Memory;
use remediation::testing::{self, Still, Topic, assert_records};
use remediation::{CallError, Delivery, Denied, Fact, Outcome, Ports, Severity, Told, Unknown};

use super::*;

/// Each way in which a call fails.
pub(super) fn failures(action: &'static str) -> [CallError; 4] {
    let message = || "the service's own words".to_owned();
    [
        CallError::Denied(Denied { action, message: message() }),
        CallError::Passing { action, code: "InternalError".to_owned(), message: message() },
        CallError::Refused { action, code: "MethodNotAllowed".to_owned(), message: message() },
        CallError::Incomplete { action, field: "IsPublic" },
    ]
}

#[test]
fn what_s3_says_is_said_only_where_it_was_read() {
    let closed = state(CLOSED_BY_DENY, true);
    let denied = CallError::Denied(Denied { action: "s3:GetBucketPolicyStatus", message: "no".to_owned() });
    for report in [report_without(&closed, &[denied]), report(&state(CLOSED_BY_DENY, false))] {
        let headline = &report.findings[0].sentence();
        assert!(headline.starts_with("Only a `Deny` keeps outsiders out"), "{headline}");
        assert!(!headline.contains("S3 calls") && !headline.contains("unless what"), "{headline}");
    }
}

#[test]
fn an_account_block_that_may_not_be_read_is_unknown_and_said() {
    let mut state = state(PUBLIC, true);
    let report = report_without(&state, &[denied()]);
    state.policy.as_mut().unwrap().account_block = Fact::Unknown(denied().into());
    assert_eq!(report.before, Some(serde_json::to_value(&state).unwrap()));
    let blocks = what_blocks(&report);
    assert!(blocks.contains("of the account: unknown ("), "{blocks}");
    assert!(blocks.contains("`s3:GetAccountPublicAccessBlock`"));
    assert_records::<S3Policy<Answers>>(&state, None, &[]);
}

/// The reads beside the document's, by their actions.
const READS: [(&str, &str); 3] = [
    ("s3:GetBucketPolicyStatus", "S3's own verdict on the policy"),
    ("s3:GetBucketPublicAccessBlock", "Block Public Access of the bucket"),
    ("s3:GetAccountPublicAccessBlock", "Block Public Access of the account"),
];

#[test]
fn whatever_else_cannot_be_read_what_the_policy_lets_in_is_said_and_what_is_unknown_too() {
    let public = state(PUBLIC, true);
    let known = report(&public);
    for (action, what) in READS {
        for error in failures(action) {
            let report = report_without(&public, std::slice::from_ref(&error));
            assert_eq!(report.outcome, Outcome::Alerted, "{error}");
            let (first, others) = report.findings.split_first().unwrap();
            assert!(first.sentence().starts_with(&known.findings[0].sentence()), "{}", first.sentence());
            assert_eq!((first.severity, first.kind), (known.findings[0].severity, known.findings[0].kind));
            assert_eq!((&first.evidence, others), (&known.findings[0].evidence, &known.findings[1..]));
            // With both switches off, S3's verdict changes nothing.
            let doubt = format!(", unless what could not be read stops it: {what} (");
            assert_eq!(
                first.sentence().contains(&doubt),
                action != "s3:GetBucketPolicyStatus",
                "{}",
                first.sentence()
            );
            let unread: Vec<_> = report.unread.iter().map(|unread| unread.what.as_str()).collect();
            assert_eq!(unread, [what]);
            let facts = serde_json::to_value(&report.unread[0]).unwrap();
            assert_eq!(facts["action"], action);
            assert_eq!(
                (&facts["kind"], &facts["message"]),
                (&error.kind().into(), &error.to_string().into())
            );
            // What is not known is not claimed.
            let blocks = what_blocks(&report);
            assert!(blocks.contains(&format!("unknown ({error})")), "{blocks}");
            assert!(!blocks.contains("So nothing blocks"), "{blocks}");
            // It is read again where that may help, and only there.
            assert_eq!(report.is_unfinished(), error.is_passing());
            let is_named = report.advice.iter().any(|advice| advice.contains(action));
            assert_eq!(is_named, matches!(error, CallError::Denied(_)), "{:?}", report.advice);
        }
    }
}

#[test]
fn all_that_is_unknown_is_said_together() {
    let [verdict, bucket, account] = READS.map(|(action, _)| failures(action)[0].clone());
    let report = report_without(&state(PUBLIC, true), &[verdict, bucket, account]);
    let summary = &report.findings[0].sentence();
    assert!(
        summary.starts_with("Anyone on the internet can read every object in `acme-reports`, unless "),
        "{summary}"
    );
    assert_eq!(report.findings[0].severity, Severity::Critical);
    assert_eq!(report.unread.len(), 3);
    assert!(report.unread.iter().all(|unread| summary.contains(&unread.what)), "{summary}");
}

#[test]
fn a_switch_whose_effect_is_unknown_softens_nothing() {
    let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    let mut restricted = state(PUBLIC, true);
    restricted.policy.as_mut().unwrap().bucket_block = Fact::Known(on);
    let report = report_without(&restricted, &[throttled()]);
    assert_eq!(report.findings[0].severity, Severity::Critical);
    assert!(!report.findings[0].sentence().contains("blocked"), "{}", report.findings[0].sentence());
    assert!(
        report.findings[0].sentence().contains(", unless what could not be read stops it: S3's own verdict"),
        "{}",
        report.findings[0].sentence()
    );
    let blocks = &report.evidence[2].body;
    assert!(
        blocks.contains("only where S3 calls the policy public, and S3's verdict is unknown"),
        "{blocks}"
    );
    assert!(!report.advice.iter().any(|advice| advice.contains("turn on")), "{:?}", report.advice);
    // What is known to block does so whatever the other switch says.
    let summary = report_without(&restricted, &[denied()]).findings[0].sentence().clone();
    assert!(summary.ends_with("blocked for now by RestrictPublicBuckets of the bucket"), "{summary}");
}

#[test]
fn a_private_policy_without_a_verdict_is_not_called_compliant() {
    let private = state(PRIVATE, false);
    for error in failures("s3:GetBucketPolicyStatus") {
        let report = report_without(&private, std::slice::from_ref(&error));
        // What may pass is tried again, and what stays is for a person.
        let expected = if error.is_passing() { Outcome::Failed } else { Outcome::Alerted };
        assert_eq!((report.outcome, report.is_unfinished()), (expected, error.is_passing()));
        assert_eq!(kinds(&report.findings), ["unknown-verdict"]);
        assert!(report.findings[0].sentence().contains(&Unknown::from(error).why()), "{:?}", report.findings);
    }
    // The other reads decide nothing about a policy that lets nobody in.
    for (action, _) in &READS[1..] {
        for error in failures(action) {
            assert_eq!(report_without(&private, &[error]).outcome, Outcome::Compliant);
        }
    }
}

/// Let in only for services, by AWS's text too.
const SERVICES: &str = r#"{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme-reports/*","Condition":{"ArnLike":{"aws:SourceArn":"arn:aws:sns:*:*:*"}}}}"#;

#[test]
fn switches_that_could_not_be_read_are_asked_again_only_where_they_can_matter() {
    let throttled = |action| failures(action)[1].clone();
    for (action, _) in &READS[1..] {
        let by = |state: &PolicyState| {
            let report = report_without(state, &[throttled(*action)]);
            assert_eq!(report.outcome, Outcome::Alerted);
            (report.is_unfinished(), report.unread.len())
        };
        assert_eq!(by(&state(PUBLIC, true)), (true, 1));
        assert_eq!(by(&state(SERVICES, true)), (false, 0), "they do not stop services");
        assert_eq!(by(&state(PUBLIC, false)), (false, 0), "S3 does not call it public");
    }
    let verdict = report_without(&state(SERVICES, true), &[throttled(READS[0].0)]);
    assert_eq!((verdict.is_unfinished(), verdict.unread.len()), (true, 1));
}

const DOCUMENT: &str = "s3:GetBucketPolicy";

#[test]
fn a_policy_that_may_not_be_read_and_is_public_is_reported_by_s3s_verdict() {
    for error in failures(DOCUMENT) {
        let report = report_without(&state(PUBLIC, true), std::slice::from_ref(&error));
        assert_eq!((report.outcome, kinds(&report.findings)), (Outcome::Alerted, vec!["unread-policy"]));
        let why = Unknown::from(error.clone()).why();
        let sentence =
            format!("S3 calls the policy of `acme-reports` public; what it says could not be read ({why})");
        assert_eq!(
            (report.findings[0].sentence().as_str(), report.severity()),
            (sentence.as_str(), Severity::High)
        );
        assert_eq!(report.unread[0].what, "what the policy says");
        assert_eq!(report.is_unfinished(), error.is_passing());
        let advice = report.advice.join(" ");
        assert!(advice.contains("turn on RestrictPublicBuckets"), "{advice}");
        assert_eq!(
            advice.contains("`s3:GetBucketPolicy`"),
            matches!(error, CallError::Denied(_)),
            "{advice}"
        );
        assert!(report.evidence.iter().all(|block| block.title != "The whole policy"));
    }
}

#[test]
fn of_a_policy_that_may_not_be_read_the_switches_are_said_as_of_any_other() {
    let denied = failures(DOCUMENT)[0].clone();
    let mut restricted = state(PUBLIC, true);
    let on = PublicAccessBlock { restrict_public_buckets: true, ..PublicAccessBlock::default() };
    restricted.policy.as_mut().unwrap().bucket_block = Fact::Known(on);
    let report = report_without(&restricted, std::slice::from_ref(&denied));
    assert!(
        report.findings[0].sentence().ends_with(" - blocked for now by RestrictPublicBuckets of the bucket")
    );
    assert_eq!(report.severity(), Severity::Medium);
    assert!(report.advice[1].starts_with("Keep RestrictPublicBuckets on"), "{:?}", report.advice);

    let unknown = failures(READS[1].0)[0].clone();
    let report = report_without(&state(PUBLIC, true), &[denied, unknown]);
    let doubt = ", unless what could not be read stops it: Block Public Access of the bucket (";
    assert!(report.findings[0].sentence().contains(doubt), "{}", report.findings[0].sentence());
}

#[test]
fn a_policy_of_which_only_s3_says_that_it_is_not_public_is_not_called_compliant() {
    for error in failures(DOCUMENT) {
        let report = report_without(&state(PARTNER, false), std::slice::from_ref(&error));
        let expected = if error.is_passing() { Outcome::Failed } else { Outcome::Alerted };
        assert_eq!((report.outcome, report.is_unfinished()), (expected, error.is_passing()));
        assert!(
            report.findings[0].sentence().ends_with("; S3 does not call it public"),
            "{:?}",
            report.findings
        );
        assert!(!report.advice.join(" ").contains("turn on"), "{:?}", report.advice);
    }
    // Without both there is nothing to go by.
    let [document, verdict] = [DOCUMENT, READS[0].0].map(|action| failures(action)[0].clone());
    let report = report_without(&state(PUBLIC, true), &[document.clone(), verdict]);
    assert_eq!((report.outcome, report.findings.len()), (Outcome::Failed, 0));
    assert_eq!(report.error.unwrap().to_string(), document.to_string());
}

/// Who was told at each of these deliveries to one function: a state, the calls that fail, whether it is the last one.
fn told(deliveries: &[(&PolicyState, &[CallError], bool)]) -> Vec<bool> {
    let (clock, topic) = (Still::default(), Topic::default());
    let ledger = Memory::default();
    let ports = Ports::new(&clock, &topic, &ledger);
    let subject = testing::bucket("acme-reports");
    let told = |(state, failing, is_last_chance): &(&PolicyState, &[CallError], bool)| {
        let delivery = if *is_last_chance { Delivery::Last } else { Delivery::Again };
        let ended = testing::deliver(&over(state, failing), &subject, delivery, &ports);
        matches!(testing::said(ended).told, Told::Sent)
    };
    deliveries.iter().map(told).collect()
}

#[test]
fn a_verdict_that_does_not_come_is_mailed_with_the_findings_once_and_alone_only_at_the_end() {
    let (public, private) = (state(PUBLIC, true), state(PRIVATE, false));
    let no: &[CallError] = &[throttled()];
    assert_eq!(
        told(&[(&public, no, false), (&public, no, false), (&public, no, true)]),
        [true, false, false]
    );
    assert_eq!(
        told(&[(&private, no, false), (&private, no, false), (&private, no, true)]),
        [false, false, true]
    );
    // Of a policy that S3 calls public, what it says is waited for.
    let unread: &[CallError] = &[failures(DOCUMENT)[1].clone()];
    assert_eq!(told(&[(&public, unread, false), (&public, unread, true)]), [false, true]);
    assert_eq!(told(&[(&public, unread, false), (&public, &[], false)]), [false, true]);
    // That it is known now is no news.
    assert_eq!(told(&[(&public, no, false), (&public, &[], false)]), [true, false]);
    assert_eq!(told(&[(&private, no, false), (&private, &[], false)]), [false, false]);
}
