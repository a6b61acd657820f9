//! The control: a policy that S3 or the analyser calls public, or that has a finding of the settings'
//! `alert_on`, is reported.

use std::time::SystemTime;

use events::{BucketName, Resource};
use exemptions::Scope;
use futures_util::join;
use remediation::{Applied, CallError, Control, Done, Fact, Judge, Tags, Unread};
use serde::{Deserialize, Serialize};

use super::assess::PolicyAssessment;
use super::port::{BucketPolicies, PolicyAnswer};
use super::settings::S3PolicySettings;
use super::state::{BucketPolicy, PolicyState};
use crate::Bucket;

/// The control over bucket policies.
#[derive(Debug, Clone)]
pub struct S3Policy<P> {
    pub(crate) policies: P,
    settings: S3PolicySettings,
}

/// A plan that cannot exist: this control has nothing that it could change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoPlan {}

/// A change that cannot exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub enum NoChange {}

impl<P> S3Policy<P> {
    /// The control over the policies that `policies` reaches.
    pub fn new(policies: P, settings: S3PolicySettings) -> Self {
        Self { policies, settings }
    }
}

impl<P: BucketPolicies> Judge for S3Policy<P> {
    const NAME: &'static str = "s3-policy";
    type Id = BucketName;
    type State = PolicyState;
    type Assessment = PolicyAssessment;
    type Plan = NoPlan;

    fn id(resource: &Resource) -> Option<&BucketName> {
        if let Resource::Bucket(name) = resource { Some(name) } else { None }
    }

    async fn read(&self, bucket: &Bucket<'_>) -> Result<Option<PolicyState>, CallError> {
        let state = |policy| {
            let (bucket, account) = (bucket.id.clone(), bucket.account.clone());
            Ok(Some(PolicyState { bucket, account, policy }))
        };
        // Most buckets have no policy: one call is enough for them.
        let document = match self.policies.document(bucket).await {
            Ok(PolicyAnswer::Is(document)) => Ok(document),
            Ok(PolicyAnswer::NoPolicy) => return state(None),
            Ok(PolicyAnswer::NoBucket) => return Ok(None),
            Err(error) => Err(error),
        };
        let (is_public, bucket_block, account_block) = join!(
            self.policies.is_public(bucket),
            self.policies.public_access_block(bucket),
            self.policies.account_block(bucket)
        );
        // What the document lets in is said whatever else cannot be read, and so is S3's verdict; without both there is
        // nothing to go by.
        if let (Err(error), Err(_)) = (&document, &is_public) {
            return Err(error.clone());
        }
        let document = Fact::of(document);
        match (transpose(is_public), transpose(bucket_block)) {
            (PolicyAnswer::NoBucket, _) | (_, PolicyAnswer::NoBucket) => Ok(None),
            (PolicyAnswer::NoPolicy, _) | (_, PolicyAnswer::NoPolicy) => state(None),
            (PolicyAnswer::Is(is_public), PolicyAnswer::Is(bucket_block)) => {
                let account_block = Fact::of(account_block);
                state(Some(BucketPolicy { document, is_public, bucket_block, account_block }))
            }
        }
    }

    fn unread(&self, state: &PolicyState, assessment: &PolicyAssessment) -> Vec<Unread> {
        let Some(policy) = &state.policy else { return Vec::new() };
        if assessment.goes_by_switches() { policy.unread() } else { policy.unread_words() }
    }

    fn assess(&self, state: &PolicyState, now: SystemTime) -> PolicyAssessment {
        PolicyAssessment::of(state, &self.settings, now)
    }

    async fn tags(&self, bucket: &Bucket<'_>, _state: &PolicyState) -> Fact<Tags> {
        Fact::of(self.policies.tags(bucket).await)
    }

    fn exempt(&self, assessment: PolicyAssessment, scope: &Scope) -> PolicyAssessment {
        assessment.exempt(scope, &self.settings)
    }

    fn plan(&self, _assessment: &PolicyAssessment, _now: SystemTime) -> Option<NoPlan> {
        None
    }
}

impl<P: BucketPolicies> Control for S3Policy<P> {
    type Change = NoChange;

    async fn apply(
        &self,
        _bucket: &Bucket<'_>,
        plan: &NoPlan,
        _done: &mut Done<NoChange>,
    ) -> Result<Applied, CallError> {
        match *plan {}
    }

    fn unfinished(
        &self,
        _bucket: &Bucket<'_>,
        plan: &NoPlan,
        _done: &[NoChange],
        _after: Option<&PolicyAssessment>,
    ) -> Option<NoPlan> {
        match *plan {}
    }

    fn foreseen(&self, plan: &NoPlan, _done: &[NoChange]) -> Vec<NoChange> {
        match *plan {}
    }

    fn undo(&self, _before: &PolicyState, plan: &NoPlan, _done: &[NoChange]) -> Option<NoPlan> {
        match *plan {}
    }
}

/// An answer with its error as a part of what is known.
fn transpose<T>(answer: Result<PolicyAnswer<T>, CallError>) -> PolicyAnswer<Fact<T>> {
    match answer {
        Ok(PolicyAnswer::Is(value)) => PolicyAnswer::Is(Fact::Known(value)),
        Ok(PolicyAnswer::NoPolicy) => PolicyAnswer::NoPolicy,
        Ok(PolicyAnswer::NoBucket) => PolicyAnswer::NoBucket,
        Err(error) => PolicyAnswer::Is(Fact::Unknown(error.into())),
    }
}
