//! What a person should do now about a policy.

use policy::FindingKind;
use remediation::{Assessment, Fact};

use super::assess::{PolicyAssessment, PolicyFinding};
use super::state::BucketPolicy;

/// Advice, a sentence or two a line.
pub(super) fn advice(assessment: &PolicyAssessment) -> Vec<String> {
    let findings = assessment.findings();
    let found: Vec<&policy::Finding> = findings.iter().filter_map(of_analyser).collect();
    match findings.first() {
        Some(PolicyFinding::NoVerdict(_)) => vec![
            "Look at what S3 says of the policy, in the console's list of buckets or with `aws s3api \
             get-bucket-policy-status`: where it differs from the above, S3's word counts."
                .to_owned(),
        ],
        Some(PolicyFinding::Unreadable(_)) => vec![look(assessment)],
        Some(PolicyFinding::NoDocument { .. }) => {
            [Some(look(assessment)), of_switches(assessment, " It does not stop AWS services.")]
                .into_iter()
                .flatten()
                .collect()
        }
        Some(PolicyFinding::Disagreement { .. }) if found.is_empty() => vec![
            "Look at the policy: Curfew finds nothing in it that lets outsiders in. If S3's verdict stands, nobody \
             else should get in by it than you mean."
                .to_owned(),
        ],
        _ => of_found(assessment, &found),
    }
}

fn of_analyser(finding: &PolicyFinding) -> Option<&policy::Finding> {
    if let PolicyFinding::Found(found) = finding { Some(found) } else { None }
}

fn look(assessment: &PolicyAssessment) -> String {
    let verdict = verdict(assessment);
    format!("Look at the policy: Curfew cannot read it, and so cannot say whom it lets in. {verdict}")
}

/// What RestrictPublicBuckets does or would do about a policy that may be public; `None` where it does nothing, or is on
/// and nobody knows whether it does. It goes by S3's own verdict.
fn of_switches(assessment: &PolicyAssessment, services: &str) -> Option<String> {
    let policy = assessment.state.policy.as_ref()?;
    if policy.blocker().is_some() {
        return Some(format!("Keep RestrictPublicBuckets on: it alone keeps the public out.{services}"));
    }
    let command = if policy.bucket_block.known().is_some() { ", by the command below" } else { "" };
    helps(policy).then(|| {
        format!(
            "To close it to the public at once, without changing the policy: turn on RestrictPublicBuckets in the \
             bucket's Block Public Access{command}.{services}"
        )
    })
}

/// Whether RestrictPublicBuckets is off and may keep out whom the policy lets in.
fn helps(policy: &BucketPolicy) -> bool {
    policy.blocker().is_none() && policy.is_public != Fact::Known(false) && policy.restricted().is_none()
}

/// Whether the advice is to turn on RestrictPublicBuckets.
pub(super) fn advises_switch(assessment: &PolicyAssessment) -> bool {
    let findings = assessment.findings();
    let mut open = findings.iter().filter_map(of_analyser).filter(|found| is_open(found)).peekable();
    let lets_public_in = match findings.first() {
        Some(PolicyFinding::NoVerdict(_) | PolicyFinding::Unreadable(_)) | None => false,
        Some(PolicyFinding::NoDocument { .. }) => true,
        Some(_) => open.peek().is_some() && !open.all(policy::Finding::is_way_of_services),
    };
    lets_public_in && assessment.state.policy.as_ref().is_some_and(helps)
}

fn verdict(assessment: &PolicyAssessment) -> &'static str {
    match assessment.state.policy.as_ref().map(|policy| &policy.is_public) {
        Some(Fact::Known(true)) => "S3 calls it public.",
        Some(Fact::Known(false)) => "S3 does not call it public.",
        Some(Fact::Unknown(_)) | None => "What S3 says of it is not known.",
    }
}

/// Whether an outsider gets in by what was found.
pub(super) fn is_open(found: &policy::Finding) -> bool {
    found.kind.is_public() && !matches!(found.kind, FindingKind::PublicButForDeny | FindingKind::PublicByText)
}

fn of_found(assessment: &PolicyAssessment, found: &[&policy::Finding]) -> Vec<String> {
    let policy = assessment.state.policy.as_ref();
    let has_fix = assessment.analysed.as_ref().is_some_and(|(_, analysis)| analysis.fix.is_ok());
    let fix = if has_fix { ", for example by the fix below" } else { "" };
    let correct = format!("correct the policy{fix}: Curfew does not change policies.");
    let open: Vec<&policy::Finding> = found.iter().copied().filter(|found| is_open(found)).collect();
    let services = if found.iter().any(|found| found.admits_services()) {
        " It does not stop AWS services that act for outside accounts."
    } else {
        ""
    };
    if !open.is_empty() && open.iter().all(|found| found.is_way_of_services()) {
        return vec![format!(
            "Correct the policy{fix}: Curfew does not change policies. RestrictPublicBuckets does not stop AWS services."
        )];
    }
    let switches = of_switches(assessment, services);
    if policy.and_then(BucketPolicy::blocker).is_some() {
        return switches.into_iter().chain([format!("Then {correct}")]).collect();
    }
    if !open.is_empty() {
        let decide = format!("Decide whether the public has to get in. If not, {correct}");
        return [decide].into_iter().chain(switches).collect();
    }
    if found.iter().any(|found| found.kind.is_public()) {
        return vec![format!("Decide whether what the policy allows is meant so widely. If not, {correct}")];
    }
    vec![format!(
        "Decide whether that access is meant. If it is, name whom you trust in the settings; if not, {correct}"
    )]
}
