//! What is worth saying about a policy: S3's verdict and the analyser's, the stricter wins.

use policy::{Analysis, Policy, analyse, headline};
use remediation::settings::S3PolicySettings;
use remediation::{Finding, Remedy, Severity};
use serde_json::{Value, json};

use super::port::{BucketPolicy, PolicyState};

/// The findings, most severe first; none where neither S3 nor the analyser calls the policy public and the
/// settings ask for nothing of what it found.
pub(super) fn findings(
    state: &PolicyState,
    policy: &BucketPolicy,
    settings: &S3PolicySettings,
) -> Vec<Finding> {
    let parsed = match Policy::parse(&policy.document) {
        Ok(parsed) => parsed,
        // What nobody can read counts as public until a person has looked.
        Err(error) => {
            let sentence =
                format!("The policy of `{}` cannot be read, so it counts as public: {error}", state.bucket);
            return vec![finding(
                "unreadable-policy",
                Severity::High,
                sentence,
                json!({ "error": error.to_string() }),
            )];
        }
    };
    let analysis = analyse(&parsed, &settings.trust(&state.account));
    let is_public = policy.is_public || analysis.documented || analysis.semantic.public;
    let asked_for = analysis.findings.iter().any(|found| settings.alerts_on(found.kind));
    if !is_public && !asked_for {
        return Vec::new();
    }
    let mut findings = explained(&state.bucket, &analysis);
    findings.extend(disagreement(policy, &analysis));
    if let Some(blocker) = blocker(policy) {
        for finding in &mut findings {
            finding.severity = finding.severity.min(Severity::Medium);
        }
        if let Some(first) = findings.first_mut() {
            first.summary = format!("{} - blocked for now by {blocker}", first.summary);
        }
    }
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    findings
}

/// What keeps the public out although the policy lets it in. RestrictPublicBuckets goes by S3's own verdict:
/// where S3 does not call the policy public, it does nothing.
pub(super) fn blocker(policy: &BucketPolicy) -> Option<&'static str> {
    if !policy.is_public {
        return None;
    }
    let account = policy.account_block.known().is_some_and(|block| block.restrict_public_buckets);
    match (policy.bucket_block.restrict_public_buckets, account) {
        (true, true) => Some("RestrictPublicBuckets of the bucket and of the account"),
        (true, false) => Some("RestrictPublicBuckets of the bucket"),
        (false, true) => Some("RestrictPublicBuckets of the account"),
        (false, false) => None,
    }
}

/// The analyser's findings. The first one's sentence is the headline; the proof and the fix go with it.
fn explained(bucket: &str, analysis: &Analysis) -> Vec<Finding> {
    let mut findings: Vec<Finding> = analysis
        .findings
        .iter()
        .map(|found| finding(found.kind.name(), severity(found.severity), found.sentence(), json!(found)))
        .collect();
    if let Some(first) = findings.first_mut() {
        first.summary = headline(analysis, bucket).trim_end_matches('.').to_owned();
        if let Value::Object(evidence) = &mut first.evidence {
            evidence.insert("witness".to_owned(), json!(analysis.semantic.witness));
            evidence.insert("fix".to_owned(), json!(analysis.fix.as_ref().ok()));
        }
    }
    findings
}

/// S3 and AWS's own text, read by the analyser, should say the same. Where they do not, one of the two is
/// wrong, and a person should know.
fn disagreement(policy: &BucketPolicy, analysis: &Analysis) -> Option<Finding> {
    let (sentence, severity) = match (policy.is_public, analysis.documented) {
        (true, false) => ("S3 calls the policy public; by AWS's documentation it is not", Severity::High),
        (false, true) => {
            ("S3 does not call the policy public; by AWS's documentation it is", Severity::Medium)
        }
        _ => return None,
    };
    let verdicts = json!({ "s3": policy.is_public, "documented": analysis.documented });
    Some(finding("verdict-disagreement", severity, sentence.to_owned(), verdicts))
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
    Finding { kind, severity, remedy: Remedy::Report, summary, evidence }
}
