//! `s3-policy`: people hear of a bucket policy that lets the public in. Curfew never changes a policy.

mod port;

use std::convert::Infallible;
use std::time::SystemTime;

use events::{BucketName, Resource};
use remediation::{
    Applied, CallError, Change, Control, Evidence, Finding, Outcome, Remedy, Severity, Target,
};
use serde_json::{Value, json};

use port::Policy;
pub use port::{BucketPolicies, PolicyState, S3BucketPolicies};

/// The control: a policy that S3 calls public is reported.
#[derive(Debug, Clone)]
pub struct S3Policy<P> {
    policies: P,
}

impl<P> S3Policy<P> {
    /// The control over the policies that `policies` reaches.
    pub fn new(policies: P) -> Self {
        Self { policies }
    }
}

impl<P: BucketPolicies> Control for S3Policy<P> {
    const NAME: &'static str = "s3-policy";
    type Id = BucketName;
    type State = PolicyState;
    /// There is no plan: this control has nothing that it could change.
    type Plan = NoPlan;

    fn id(resource: &Resource) -> Option<&BucketName> {
        match resource {
            Resource::Bucket(name) => Some(name),
            _ => None,
        }
    }

    async fn read(&self, bucket: &Target<'_, BucketName>) -> Result<Option<PolicyState>, CallError> {
        self.policies.read(bucket).await
    }

    fn assess(&self, state: &PolicyState) -> Vec<Finding> {
        match &state.policy {
            Some(policy) if policy.is_public => vec![finding(policy)],
            _ => Vec::new(),
        }
    }

    fn plan(&self, _state: &PolicyState, _findings: &[Finding], _now: SystemTime) -> Option<NoPlan> {
        None
    }

    fn steps(&self, plan: &NoPlan) -> Vec<String> {
        match plan.0 {}
    }

    async fn apply(
        &self,
        _bucket: &Target<'_, BucketName>,
        plan: &NoPlan,
        _done: &mut Vec<Change>,
    ) -> Result<Applied, CallError> {
        match plan.0 {}
    }

    fn advice(&self, outcome: Outcome, findings: &[Finding]) -> Vec<String> {
        let blocked = findings.iter().any(|finding| finding.severity < Severity::High);
        let advice: &[&str] = match outcome {
            Outcome::Alerted if blocked => &[
                "Keep RestrictPublicBuckets on: it alone keeps the public out.",
                "Take the public statement out of the policy, or limit it to the principals that need it.",
            ],
            Outcome::Alerted => &[
                "Decide whether the public has to get in. If not, take the statement out, or limit it to \
                 the principals, organization or network that need it.",
                "To close it at once, without changing the policy: \
                 turn on RestrictPublicBuckets in the bucket's Block Public Access.",
            ],
            Outcome::Failed => &[
                "Look at the error above: a missing permission belongs into the function's role.",
                "Until then look at the bucket's policy by hand: it may be public.",
            ],
            _ => &[],
        };
        advice.iter().map(ToString::to_string).collect()
    }

    fn evidence(
        &self,
        _bucket: &Target<'_, BucketName>,
        state: &PolicyState,
        _plan: Option<&NoPlan>,
    ) -> Vec<Evidence> {
        let Some(policy) = &state.policy else { return Vec::new() };
        let block = policy.public_access_block;
        let flags = [
            ("BlockPublicAcls", block.block_public_acls),
            ("IgnorePublicAcls", block.ignore_public_acls),
            ("BlockPublicPolicy", block.block_public_policy),
            ("RestrictPublicBuckets", block.restrict_public_buckets),
        ];
        let flags = flags.map(|(name, on)| format!("  {name:<22} {}", if on { "on" } else { "off" }));
        vec![
            Evidence { title: "The bucket's Block Public Access".to_owned(), body: flags.join("\n") },
            Evidence { title: "The whole policy".to_owned(), body: pretty(&policy.document) },
        ]
    }
}

/// A plan that cannot exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoPlan(Infallible);

impl serde::Serialize for NoPlan {
    fn serialize<S: serde::Serializer>(&self, _serializer: S) -> Result<S::Ok, S::Error> {
        match self.0 {}
    }
}

fn finding(policy: &Policy) -> Finding {
    let blocked = policy.public_access_block.restrict_public_buckets;
    let (severity, summary) = if blocked {
        (
            Severity::Medium,
            "S3 calls the bucket policy public; RestrictPublicBuckets keeps the public out for now",
        )
    } else {
        (Severity::High, "S3 calls the bucket policy public: people outside the account get in")
    };
    Finding {
        kind: "public-policy",
        severity,
        remedy: Remedy::Report,
        summary: summary.to_owned(),
        evidence: json!({
            "is_public_by_s3": policy.is_public,
            "public_access_block": policy.public_access_block,
        }),
    }
}

/// The document as people read it, or as it is where it is no JSON.
fn pretty(text: &str) -> String {
    serde_json::from_str::<Value>(text)
        .and_then(|document| serde_json::to_string_pretty(&document))
        .unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests;
