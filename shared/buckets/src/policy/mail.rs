//! What the mail about a policy shows besides its findings: the statement and why, the proposed fix, what
//! Block Public Access does about it, the whole policy.

use policy::{Policy, analyse, proposal, why};
use remediation::settings::S3PolicySettings;
use remediation::{Evidence, Finding, Outcome};
use serde_json::Value;

use super::findings::blocker;
use super::port::{BucketPolicy, PolicyState};
use crate::account::AccountBlock;
use crate::public_access_block::PublicAccessBlock;

pub(super) fn advice(outcome: Outcome, findings: &[Finding]) -> Vec<String> {
    let is_blocked = findings.iter().any(|finding| finding.summary.contains("blocked for now by"));
    let is_public = findings.iter().any(|finding| finding.kind.starts_with("public"));
    let advice: &[&str] = match outcome {
        Outcome::Alerted if is_blocked => &[
            "Keep RestrictPublicBuckets on: it alone keeps the public out.",
            "Then correct the policy, for example by the fix below: Curfew does not change policies.",
        ],
        Outcome::Alerted if is_public => &[
            "Decide whether the public has to get in. If not, correct the policy, for example by the fix below: \
             Curfew does not change policies.",
            "To close it at once, without changing the policy: turn on RestrictPublicBuckets in the bucket's \
             Block Public Access.",
        ],
        Outcome::Alerted => &[
            "Decide whether that access is meant. If it is, name whom you trust in the settings; if not, correct \
             the policy.",
        ],
        Outcome::Failed => &[
            "Look at the error above: a missing permission belongs into the function's role.",
            "Until then look at the bucket's policy by hand: it may be public.",
        ],
        _ => &[],
    };
    advice.iter().map(ToString::to_string).collect()
}

pub(super) fn evidence(
    state: &PolicyState,
    policy: &BucketPolicy,
    settings: &S3PolicySettings,
) -> Vec<Evidence> {
    let block = |title: &str, body: String| Evidence { title: title.to_owned(), body };
    let mut evidence = Vec::new();
    if let Ok(parsed) = Policy::parse(&policy.document) {
        let analysis = analyse(&parsed, &settings.trust(&state.account));
        evidence.push(block("The statements and why", why(&parsed, &analysis).trim().to_owned()));
        if let Some(proposal) = proposal(&analysis) {
            evidence.push(block("The proposed fix (not applied)", proposal));
        }
    }
    evidence.push(block("What blocks it", switches(policy)));
    evidence.push(block("The whole policy", pretty(&policy.document)));
    evidence
}

fn switches(policy: &BucketPolicy) -> String {
    let row = |of: &str, block: &PublicAccessBlock| {
        let on: Vec<&str> = block.flags().into_iter().filter_map(|(name, on)| on.then_some(name)).collect();
        format!(
            "  Block Public Access of the {of}: {}",
            if on.is_empty() { "all off".to_owned() } else { on.join(", ") }
        )
    };
    let account = match &policy.account_block {
        AccountBlock::Known(block) => row("account", block),
        AccountBlock::Unknown(why) => format!("  Block Public Access of the account: unknown ({why})"),
    };
    let verdict = match blocker(policy) {
        Some(blocker) => format!("  So the public is kept out now, by {blocker} alone."),
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
