//! What the mail about a policy shows besides its findings: the statement and why, the proposed fix, what
//! Block Public Access does about it, the whole policy.

use policy::{proposal, why};
use remediation::{Evidence, Fact};
use serde_json::Value;

use super::assess::PolicyAssessment;
use super::state::BucketPolicy;
use crate::PublicAccessBlock;

/// The blocks of the alert.
pub(super) fn blocks(assessment: &PolicyAssessment) -> Vec<Evidence> {
    let mut blocks = Vec::new();
    if let Some((policy, analysis)) = &assessment.analysed {
        blocks.push(Evidence::new(
            "The statements and why",
            why(policy, analysis, assessment.state.bucket.as_str()).trim().to_owned(),
        ));
        if let Some(proposal) = proposal(analysis) {
            blocks.push(Evidence::new("The proposed fix (not applied)", proposal));
        }
    }
    if let Some(policy) = &assessment.state.policy {
        let services = assessment
            .analysed
            .as_ref()
            .is_some_and(|(_, analysis)| analysis.findings.iter().any(policy::Finding::admits_services));
        blocks.push(Evidence::new("What blocks it", switches(policy, services)));
        blocks.push(Evidence::new("The whole policy", pretty(&policy.document)));
    }
    blocks
}

fn switches(policy: &BucketPolicy, services: bool) -> String {
    let row = |of: &str, block: &PublicAccessBlock| {
        let on: Vec<&str> = block.flags().into_iter().filter_map(|(name, on)| on.then_some(name)).collect();
        format!(
            "  Block Public Access of the {of}: {}",
            if on.is_empty() { "all off".to_owned() } else { on.join(", ") }
        )
    };
    let account = match &policy.account_block {
        Fact::Known(block) => row("account", block),
        Fact::Unknown(why) => format!("  Block Public Access of the account: unknown ({why})"),
    };
    let verdict = match policy.blocker() {
        Some(blocker) if services => format!(
            "  So the public is kept out now, by {} alone. AWS services are not: it does not stop them.",
            blocker.words()
        ),
        Some(blocker) => format!("  So the public is kept out now, by {} alone.", blocker.words()),
        None if policy.is_public => "  So nothing blocks what the policy allows.".to_owned(),
        None => {
            "  S3 does not call the policy public, so RestrictPublicBuckets does not apply to it.".to_owned()
        }
    };
    [row("bucket", &policy.bucket_block), account, verdict].join("\n")
}

/// The document as people read it, or as it is where it is no JSON.
pub(super) fn pretty(text: &str) -> String {
    serde_json::from_str::<Value>(text)
        .and_then(|document| serde_json::to_string_pretty(&document))
        .unwrap_or_else(|_| text.to_owned())
}
