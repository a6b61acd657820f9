//! What the mail about a policy shows besides its findings: the statement and why, the proposed fix, what
//! Block Public Access does about it, the whole policy.

use policy::{proposal, why};
use remediation::{Evidence, Fact};
use serde_json::Value;

use super::advice;
use super::assess::PolicyAssessment;
use super::state::BucketPolicy;
use crate::commands::put_block;
use crate::{Bucket, PublicAccessBlock};

/// The title of the block that says what keeps the public out.
pub const WHAT_BLOCKS: &str = "What blocks it";

/// The title of the command that closes a bucket to the public.
const AT_ONCE: &str = "How to close it to the public at once";

/// The blocks of the alert.
pub(super) fn blocks(bucket: &Bucket<'_>, assessment: &PolicyAssessment) -> Vec<Evidence> {
    let mut blocks: Vec<Evidence> = at_once(bucket, assessment).into_iter().collect();
    if let Some((policy, analysis)) = &assessment.analysed {
        let why = why(policy, analysis, assessment.state.bucket.as_str());
        if !why.trim().is_empty() {
            blocks.push(Evidence::new("The statements and why", why.trim().to_owned()));
        }
        if let Some(proposal) = proposal(analysis) {
            blocks.push(Evidence::new("The proposed fix (not applied)", proposal));
        }
    }
    if let Some(policy) = &assessment.state.policy {
        let services = assessment
            .analysed
            .as_ref()
            .is_some_and(|(_, analysis)| analysis.findings.iter().any(policy::Finding::admits_services));
        blocks.push(Evidence::new(WHAT_BLOCKS, switches(policy, services)));
        blocks.extend(policy.document.known().map(|text| Evidence::new("The whole policy", pretty(text))));
    }
    blocks
}

/// Turns on RestrictPublicBuckets where that is advised. S3 takes all flags at once, so the others have to be known.
fn at_once(bucket: &Bucket<'_>, assessment: &PolicyAssessment) -> Option<Evidence> {
    let flags = assessment.state.policy.as_ref()?.bucket_block.known().copied()?;
    let command = put_block(bucket, flags.with_public_restricted());
    advice::advises_switch(assessment).then(|| Evidence::new(AT_ONCE, command))
}

fn switches(policy: &BucketPolicy, services: bool) -> String {
    let row = |of: &str, block: &PublicAccessBlock| {
        let on: Vec<&str> = block.flags().into_iter().filter_map(|(name, on)| on.then_some(name)).collect();
        format!(
            "  Block Public Access of the {of}: {}",
            if on.is_empty() { "all off".to_owned() } else { on.join(", ") }
        )
    };
    let block = |of: &str, block: &Fact<PublicAccessBlock>| match block {
        Fact::Known(block) => row(of, block),
        Fact::Unknown(why) => format!("  Block Public Access of the {of}: unknown ({why})"),
    };
    let is_all_known = policy.bucket_block.known().is_some() && policy.account_block.known().is_some();
    let verdict = match (&policy.is_public, policy.restricted()) {
        (Fact::Known(true), Some(blocker)) if services => format!(
            "  So the public is kept out now, by {} alone. AWS services are not: it does not stop them.",
            blocker.words()
        ),
        (Fact::Known(true), Some(blocker)) => {
            format!("  So the public is kept out now, by {} alone.", blocker.words())
        }
        (Fact::Known(true), None) if is_all_known => "  So nothing blocks what the policy allows.".to_owned(),
        (Fact::Known(true), None) => "  So nothing that is known blocks what the policy allows.".to_owned(),
        (Fact::Known(false), _) => {
            "  S3 does not call the policy public, so RestrictPublicBuckets does not apply to it.".to_owned()
        }
        (Fact::Unknown(why), Some(blocker)) => format!(
            "  {} is on. It keeps the public out only where S3 calls the policy public, and S3's verdict is unknown \
             ({why}).",
            blocker.words()
        ),
        (Fact::Unknown(why), None) => format!("  S3's verdict on the policy is unknown ({why})."),
    };
    [block("bucket", &policy.bucket_block), block("account", &policy.account_block), verdict].join("\n")
}

/// The document as people read it, or as it is where it is no JSON.
pub(super) fn pretty(text: &str) -> String {
    serde_json::from_str::<Value>(text)
        .and_then(|document| serde_json::to_string_pretty(&document))
        .unwrap_or_else(|_| text.to_owned())
}
