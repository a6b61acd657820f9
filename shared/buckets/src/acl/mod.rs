//! `s3-acl`: a bucket's ACL grants nothing to the public.
//!
//! # What each call is for
//!
//! One remediated ACL takes at most six calls, the alert included; a bucket that is not public takes one.
//!
//! | call | why |
//! | --- | --- |
//! | `GetBucketAcl` | the grants; where none is public, nothing else is asked |
//! | `GetPublicAccessBlock` | whether the grants have an effect now (`IgnorePublicAcls`), and the flags before a change of them |
//! | `GetBucketWebsite` | whether a website depends on the bucket |
//! | `PutBucketAcl` | the change; its answer also says whether ACLs are disabled (`BucketOwnerEnforced`) |
//! | `GetBucketAcl` | whether the change holds |
//! | `Publish` | the alert |
//!
//! Two facts have no call of their own there. *Object Ownership*: with `BucketOwnerEnforced`, S3 answers
//! `GetBucketAcl` without public grants and refuses `PutBucketAcl` with a code of its own, so asking would
//! only repeat what the write says. Where nothing is written (`observe`), it is asked. *Block Public Access
//! of the account*: it could change the answer only for a bucket whose own `IgnorePublicAcls` is off, which is
//! the case where all six calls are used; the alert says that it was not looked at.
//!
//! With `s3_acl.block_public_acls`, `PutPublicAccessBlock` and a read of what it wrote are added: eight calls.

mod adapter;
mod evidence;
mod finding;
mod plan;
mod port;
mod state;
mod surroundings;

use std::time::SystemTime;

use events::{BucketName, Resource};
use futures_util::try_join;
use remediation::settings::S3AclSettings;
use remediation::{Applied, CallError, Change, Control, Evidence, Finding, Mode, Outcome, Target};
use serde_json::json;

pub use adapter::S3BucketAcls;
pub use plan::AclPlan;
pub use port::{BucketAcls, NewAcl, Written};
pub use state::{Acl, AclState, Grant, Grantee, Owner};
pub use surroundings::{Fact, Surroundings};

/// The control: grants to `AllUsers` and `AuthenticatedUsers` go, everything else stays.
#[derive(Debug, Clone)]
pub struct S3Acl<P> {
    acls: P,
    settings: S3AclSettings,
    mode: Mode,
}

impl<P> S3Acl<P> {
    /// The control over the ACLs that `acls` reaches. In [`Mode::Observe`] it asks what a write would say.
    pub fn new(acls: P, settings: S3AclSettings, mode: Mode) -> Self {
        Self { acls, settings, mode }
    }
}

impl<P: BucketAcls> S3Acl<P> {
    /// Reads what decides about the effect of an ACL that is public, all at the same time.
    async fn surroundings(&self, bucket: &Target<'_, BucketName>) -> Result<Surroundings, CallError> {
        let block = async {
            let answer = self.acls.public_access_block(bucket).await;
            // What will be written depends on it: then not knowing is an error.
            if self.settings.block_public_acls { answer.map(Fact::Known) } else { Ok(Fact::of(answer)) }
        };
        let website = async { Ok(Fact::of(self.acls.serves_website(bucket).await)) };
        let disabled = async {
            match self.mode {
                Mode::Observe => Ok(Some(Fact::of(self.acls.acls_disabled(bucket).await))),
                Mode::Enforce => Ok(None),
            }
        };
        let (public_access_block, serves_website, acls_disabled) = try_join!(block, website, disabled)?;
        Ok(Surroundings {
            public_access_block,
            serves_website: Some(serves_website),
            acls_disabled,
            has_to_block: false,
        })
    }
}

impl<P: BucketAcls> Control for S3Acl<P> {
    const NAME: &'static str = "s3-acl";
    type Id = BucketName;
    type State = AclState;
    type Plan = AclPlan;

    fn id(resource: &Resource) -> Option<&BucketName> {
        match resource {
            Resource::Bucket(name) => Some(name),
            _ => None,
        }
    }

    async fn read(&self, bucket: &Target<'_, BucketName>) -> Result<Option<AclState>, CallError> {
        let Some(acl) = self.acls.acl(bucket).await? else { return Ok(None) };
        let surroundings = if acl.is_public() { Some(self.surroundings(bucket).await?) } else { None };
        Ok(Some(AclState { acl, surroundings }))
    }

    fn assess(&self, state: &AclState) -> Vec<Finding> {
        finding::of_state(state)
    }

    fn plan(&self, state: &AclState, findings: &[Finding], _now: SystemTime) -> Option<AclPlan> {
        (!findings.is_empty()).then(|| AclPlan::of(state, self.settings))
    }

    fn steps(&self, plan: &AclPlan) -> Vec<String> {
        plan.steps()
    }

    async fn apply(
        &self,
        bucket: &Target<'_, BucketName>,
        plan: &AclPlan,
        done: &mut Vec<Change>,
    ) -> Result<Applied, CallError> {
        match self.acls.write(bucket, &plan.write).await? {
            Written::Done => {}
            // The read that follows has the last word.
            Written::NoBucket => return Ok(Applied::Done),
            Written::AclsDisabled => {
                return Ok(Applied::Inert(
                    "ACLs are disabled on this bucket (BucketOwnerEnforced), so nothing is public by ACL",
                ));
            }
        }
        done.extend(plan.removed.iter().map(|grant| Change {
            action: "s3:PutBucketAcl",
            summary: format!("removed {}", grant.words()),
            detail: json!(grant),
        }));
        if let Some(change) = plan.block {
            self.acls.block(bucket, change.after).await?;
            done.push(Change {
                action: "s3:PutBucketPublicAccessBlock",
                summary: "turned on BlockPublicAcls and IgnorePublicAcls of the bucket".to_owned(),
                detail: json!(change),
            });
        }
        Ok(Applied::Done)
    }

    async fn read_after(
        &self,
        bucket: &Target<'_, BucketName>,
        plan: &AclPlan,
    ) -> Result<Option<AclState>, CallError> {
        if plan.block.is_none() {
            return self.read(bucket).await;
        }
        let (acl, block) = try_join!(self.acls.acl(bucket), self.acls.public_access_block(bucket))?;
        Ok(acl.map(|acl| AclState { acl, surroundings: Some(Surroundings::after_blocking(block)) }))
    }

    fn advice(&self, outcome: Outcome, findings: &[Finding]) -> Vec<String> {
        evidence::advice(outcome, findings, self.settings.block_public_acls)
    }

    fn evidence(
        &self,
        bucket: &Target<'_, BucketName>,
        state: &AclState,
        plan: Option<&AclPlan>,
    ) -> Vec<Evidence> {
        evidence::blocks(bucket, state, plan)
    }
}

#[cfg(test)]
mod tests;
