//! Findings of the control `s3-policy` in words.

use std::cmp::Reverse;

use policy::headline;
use remediation::{
    Assessment, Change, Describe, Evidence, Finding, Found, Outcome, Recount, Remedy, Severity, Walked,
};
use serde_json::{Value, json};

use super::assess::{PolicyAssessment, PolicyFinding};
use super::control::{NoChange, NoPlan, S3Policy};
use super::port::BucketPolicies;
use super::state::BucketPolicy;
use super::{advice, evidence};
use crate::Bucket;

impl<P: BucketPolicies> Describe for S3Policy<P> {
    fn findings(&self, assessment: &PolicyAssessment) -> Vec<Finding> {
        let mut findings: Vec<Finding> =
            assessment.findings().iter().map(|one| words(assessment, one)).collect();
        explain_first(assessment, &mut findings);
        soften(assessment, &mut findings);
        findings.sort_by_key(|finding| Reverse(finding.severity));
        findings
    }

    fn steps(&self, plan: &NoPlan) -> Vec<String> {
        match *plan {}
    }

    fn evidence(&self, bucket: &Bucket<'_>, found: &Found<Self>) -> Vec<Evidence> {
        evidence::blocks(bucket, &found.assessment)
    }

    fn commands(&self, _bucket: &Bucket<'_>, plan: &NoPlan) -> String {
        match *plan {}
    }
}

impl<P: BucketPolicies> Recount for S3Policy<P> {
    fn change(&self, change: &NoChange) -> Change {
        match *change {}
    }

    fn advice(&self, walked: &Walked<Self>) -> Vec<String> {
        match (walked.outcome, &walked.found) {
            (Outcome::Alerted, Some(found)) => advice::advice(&found.assessment),
            _ => Vec::new(),
        }
    }

    fn put_back(&self, plan: &NoPlan) -> &'static str {
        match *plan {}
    }
}

fn words(assessment: &PolicyAssessment, one: &PolicyFinding) -> Finding {
    match one {
        PolicyFinding::Found(found) => {
            finding(found.kind.name(), severity(found.severity), found.sentence(), json!(found))
        }
        PolicyFinding::Unreadable(error) => {
            let bucket = &assessment.state.bucket;
            let sentence =
                format!("The policy of `{bucket}` cannot be read, so it counts as public: {error}");
            finding("unreadable-policy", Severity::High, sentence, json!({ "error": error.to_string() }))
        }
        PolicyFinding::NoDocument { unknown, s3 } => {
            let (bucket, why) = (&assessment.state.bucket, unknown.why());
            let (sentence, severity) = if *s3 {
                (
                    format!(
                        "S3 calls the policy of `{bucket}` public; what it says could not be read ({why})"
                    ),
                    Severity::High,
                )
            } else {
                let sentence = format!(
                    "What the policy of `{bucket}` says could not be read ({why}); S3 does not call it public"
                );
                (sentence, Severity::Medium)
            };
            finding("unread-policy", severity, sentence, json!({ "s3": s3, "unknown": unknown }))
        }
        PolicyFinding::NoVerdict(unknown) => {
            let bucket = &assessment.state.bucket;
            let sentence = format!(
                "Whether S3 calls the policy of `{bucket}` public is not known ({}); by AWS's documentation it is not \
                 public",
                unknown.why()
            );
            finding("unknown-verdict", Severity::Medium, sentence, json!({ "unknown": unknown }))
        }
        PolicyFinding::Disagreement { s3, documented } => {
            let (sentence, severity) = if *s3 {
                ("S3 calls the policy public; by AWS's documentation it is not", Severity::High)
            } else {
                ("S3 does not call the policy public; by AWS's documentation it is", Severity::Medium)
            };
            let verdicts = json!({ "s3": s3, "documented": documented });
            finding("verdict-disagreement", severity, sentence.to_owned(), verdicts)
        }
    }
}

/// The sentence of the analyser's first finding is the headline; the proof and the fix go with it.
fn explain_first(assessment: &PolicyAssessment, findings: &mut [Finding]) {
    let Some((_, analysis)) = &assessment.analysed else { return };
    if let (Some(PolicyFinding::Found(_)), Some(first)) =
        (assessment.findings().first(), findings.first_mut())
    {
        first.summary = headline(analysis, assessment.state.bucket.as_str()).trim_end_matches('.').to_owned();
        if let Value::Object(evidence) = &mut first.evidence {
            evidence.insert("witness".to_owned(), json!(analysis.semantic.witness));
            evidence.insert("fix".to_owned(), json!(analysis.fix.as_ref().ok()));
        }
    }
}

/// Nothing is urgent while Block Public Access keeps the public out. It does not stop AWS services: what only they get
/// in by stays as urgent as it is.
fn soften(assessment: &PolicyAssessment, findings: &mut [Finding]) {
    // What nobody could parse is not softened.
    let is_unreadable = matches!(assessment.findings().first(), Some(PolicyFinding::Unreadable(_)));
    let policy = assessment.state.policy.as_ref().filter(|_| !is_unreadable);
    let Some(blocker) = policy.and_then(BucketPolicy::blocker) else { return doubt(assessment, findings) };
    let marks: Vec<bool> = assessment.findings().iter().map(PolicyFinding::is_softened).collect();
    for (finding, _) in findings.iter_mut().zip(&marks).filter(|(_, softened)| **softened) {
        finding.severity = finding.severity.min(Severity::Medium);
    }
    if let (Some(first), Some(true)) = (findings.first_mut(), marks.first()) {
        first.summary = format!("{} - blocked for now by {}", first.summary, blocker.words());
    }
}

/// The public comes in unless what could not be read stops it. It does not stop AWS services.
fn doubt(assessment: &PolicyAssessment, findings: &mut [Finding]) {
    let may_be_blocked = |one: &PolicyFinding| match one {
        PolicyFinding::Found(found) => advice::is_open(found) && !found.is_way_of_services(),
        PolicyFinding::NoDocument { s3, .. } => *s3,
        _ => false,
    };
    let first = assessment.findings().first().filter(|one| may_be_blocked(one));
    let (Some(_), Some(policy), Some(finding)) = (first, &assessment.state.policy, findings.first_mut())
    else {
        return;
    };
    let doubts: Vec<String> =
        policy.may_block().iter().map(|one| format!("{} ({})", one.what, one.unknown.why())).collect();
    if !doubts.is_empty() {
        finding.aside.push_str(", unless what could not be read stops it: ");
        finding.aside.push_str(&doubts.join(" and "));
    }
}

fn severity(severity: policy::Severity) -> Severity {
    match severity {
        policy::Severity::Low => Severity::Low,
        policy::Severity::Medium => Severity::Medium,
        policy::Severity::High => Severity::High,
        policy::Severity::Critical => Severity::Critical,
    }
}

fn finding(kind: &'static str, severity: Severity, summary: String, evidence: Value) -> Finding {
    Finding { kind, severity, remedy: Remedy::Report, summary, aside: String::new(), evidence }
}
