//! `s3-policy`: people hear of a bucket policy that lets in whom it should not. Curfew never changes a policy.

mod findings;
mod mail;
mod port;

use std::convert::Infallible;
use std::time::SystemTime;

use events::{BucketName, Resource};
use remediation::settings::S3PolicySettings;
use remediation::{Applied, CallError, Change, Control, Evidence, Finding, Report, Target};

pub use port::{BucketPolicies, BucketPolicy, PolicyState, S3BucketPolicies};

/// The control: a policy that S3 or the analyser calls public, or that has a finding of the settings'
/// `alert_on`, is reported.
#[derive(Debug, Clone)]
pub struct S3Policy<P> {
    policies: P,
    settings: S3PolicySettings,
}

impl<P> S3Policy<P> {
    /// The control over the policies that `policies` reaches.
    pub fn new(policies: P, settings: S3PolicySettings) -> Self {
        Self { policies, settings }
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
        state
            .policy
            .as_ref()
            .map(|policy| findings::findings(state, policy, &self.settings))
            .unwrap_or_default()
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

    fn advice(&self, report: &Report) -> Vec<String> {
        mail::advice(report.outcome, &report.findings)
    }

    fn evidence(
        &self,
        _bucket: &Target<'_, BucketName>,
        state: &PolicyState,
        _plan: Option<&NoPlan>,
    ) -> Vec<Evidence> {
        let policy = state.policy.as_ref();
        policy.map(|policy| mail::evidence(state, policy, &self.settings)).unwrap_or_default()
    }

    fn unfinished(
        &self,
        _bucket: &Target<'_, BucketName>,
        plan: &NoPlan,
        _done: &[Change],
        _after: Option<&PolicyState>,
    ) -> Option<String> {
        match plan.0 {}
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

#[cfg(test)]
mod tests;
