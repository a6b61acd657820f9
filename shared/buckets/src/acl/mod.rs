//! `s3-acl`: a bucket's ACL grants nothing to the public.
//!
//! # What each call is for
//!
//! One remediated ACL takes six calls to S3, five in a process that has read the account's Block Public Access
//! within the last five minutes, and the alert's `Publish`; a bucket that is not public takes one.
//!
//! | call | why |
//! | --- | --- |
//! | `GetBucketAcl` | the grants; where none is public, nothing else is asked |
//! | `GetPublicAccessBlock` | whether the grants have an effect now (`IgnorePublicAcls`), and the flags before a change of them |
//! | `GetPublicAccessBlock` of the account | the same for the account's: the stricter wins |
//! | `GetBucketWebsite` | whether a website depends on the bucket |
//! | `PutBucketAcl` | the change; its answer also says whether ACLs are disabled (`BucketOwnerEnforced`) |
//! | `GetBucketAcl` | whether the change holds |
//!
//! *Object Ownership* has no call of its own where something is written, because S3 has no public ACL on a bucket
//! that disables ACLs: it refuses to disable them (`InvalidBucketAclWithObjectOwnership`) while the ACL grants
//! anything to anybody but the owner, `GetBucketAcl` then answers with the owner's full control alone, and
//! `PutBucketAcl` is refused with a code of its own, which is [`Written::AclsDisabled`].
//! <https://docs.aws.amazon.com/AmazonS3/latest/userguide/object-ownership-error-responses.html>
//! Where nothing is written (`observe`), it is asked: then it is what no write says.
//!
//! With `s3_acl.block_public_acls`, `PutPublicAccessBlock` and a read of what it wrote are added. Where the flags could
//! not be read at first, the grants go all the same, and the flags are asked for once more.

mod accounts;
mod adapter;
mod advice;
mod commands;
mod evidence;
mod finding;
mod plan;
mod port;
mod state;
mod surroundings;

use std::time::SystemTime;

use events::{BucketName, Resource};
use futures_util::join;
use remediation::clock::{Clock, SystemClock};
use remediation::settings::S3AclSettings;
use remediation::{Applied, CallError, Change, Control, Evidence, Finding, Mode, Report, Target};
use serde_json::json;

use crate::public_access_block::PublicAccessBlock;
use accounts::KnownAccounts;
use plan::{BlockChange, BlockPlan, Unfinished};

pub use adapter::S3BucketAcls;
pub use plan::AclPlan;
pub use port::{BucketAcls, NewAcl, Written};
pub use state::{Acl, AclState, Grant, Grantee, Owner};
pub use surroundings::{Fact, Surroundings};

/// The actions that change something.
const WRITE: &str = "s3:PutBucketAcl";
const BLOCK: &str = "s3:PutBucketPublicAccessBlock";

/// The control: grants to `AllUsers` and `AuthenticatedUsers` go, everything else stays.
#[derive(Debug)]
pub struct S3Acl<P, T = SystemClock> {
    acls: P,
    settings: S3AclSettings,
    mode: Mode,
    accounts: KnownAccounts,
    clock: T,
}

impl<P> S3Acl<P> {
    /// The control over the ACLs that `acls` reaches. In [`Mode::Observe`] it asks what a write would say.
    pub fn new(acls: P, settings: S3AclSettings, mode: Mode) -> Self {
        Self::with_clock(acls, settings, mode, SystemClock)
    }
}

impl<P, T> S3Acl<P, T> {
    /// The same, with a clock that tells how old an answer is that is kept for a while.
    pub fn with_clock(acls: P, settings: S3AclSettings, mode: Mode, clock: T) -> Self {
        Self { acls, settings, mode, accounts: KnownAccounts::default(), clock }
    }
}

impl<P: BucketAcls, T: Clock> S3Acl<P, T> {
    /// Reads what decides about the effect of an ACL that is public, all at the same time.
    async fn surroundings(&self, bucket: &Target<'_, BucketName>) -> Surroundings {
        let disabled = async {
            match self.mode {
                Mode::Observe => Some(Fact::of(self.acls.acls_disabled(bucket).await)),
                Mode::Enforce => None,
            }
        };
        let (block, account, website, acls_disabled) = join!(
            self.acls.public_access_block(bucket),
            self.account_block(bucket),
            self.acls.serves_website(bucket),
            disabled
        );
        Surroundings {
            public_access_block: Fact::of(block),
            account_block: Some(Fact::of(account)),
            serves_website: Some(Fact::of(website)),
            acls_disabled,
            has_to_block: false,
        }
    }

    /// Turns on the flags that are about ACLs. The others stay as they are, which therefore has to be known.
    async fn block(
        &self,
        bucket: &Target<'_, BucketName>,
        plan: &BlockPlan,
        done: &mut Vec<Change>,
    ) -> Result<(), CallError> {
        let change = match plan {
            BlockPlan::Change(change) => Some(*change),
            BlockPlan::Unread => BlockChange::of(self.acls.public_access_block(bucket).await?),
        };
        let Some(change) = change else { return Ok(()) };
        self.acls.block(bucket, change.after).await?;
        done.push(Change {
            action: BLOCK,
            summary: "turned on BlockPublicAcls and IgnorePublicAcls of the bucket".to_owned(),
            detail: json!(change),
        });
        Ok(())
    }

    /// The account's Block Public Access, as it is or was a few minutes ago.
    async fn account_block(&self, bucket: &Target<'_, BucketName>) -> Result<PublicAccessBlock, CallError> {
        if let Some(known) = self.accounts.of(bucket.account, self.clock.now()) {
            return Ok(known);
        }
        let block = self.acls.account_block(bucket).await?;
        self.accounts.keep(bucket.account, block, self.clock.now());
        Ok(block)
    }
}

impl<P: BucketAcls, T: Clock> Control for S3Acl<P, T> {
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
        let surroundings = if acl.is_public() { Some(self.surroundings(bucket).await) } else { None };
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
            action: WRITE,
            summary: format!("removed {}", grant.words()),
            detail: json!(grant),
        }));
        if let Some(block) = &plan.block {
            self.block(bucket, block, done).await?;
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
        let (acl, block) = join!(self.acls.acl(bucket), self.acls.public_access_block(bucket));
        let surroundings = Surroundings::after_blocking(Fact::of(block));
        Ok(acl?.map(|acl| AclState { acl, surroundings: Some(surroundings) }))
    }

    fn advice(&self, report: &Report) -> Vec<String> {
        advice::advice(report, self.settings.block_public_acls)
    }

    fn evidence(
        &self,
        bucket: &Target<'_, BucketName>,
        state: &AclState,
        plan: Option<&AclPlan>,
    ) -> Vec<Evidence> {
        evidence::blocks(bucket, state, plan)
    }

    fn unfinished(
        &self,
        bucket: &Target<'_, BucketName>,
        plan: &AclPlan,
        done: &[Change],
        after: Option<&AclState>,
    ) -> Option<String> {
        let left = Unfinished::of(plan, done, after, self.settings);
        let commands = commands::finish(bucket, &left);
        (!commands.is_empty()).then(|| commands.join("\n"))
    }
}

#[cfg(test)]
mod tests;
