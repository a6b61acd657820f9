//! The control: grants to `AllUsers` and `AuthenticatedUsers` go, everything else stays.

use std::time::SystemTime;

use events::{BucketName, Resource};
use exemptions::Scope;
use futures_util::join;
use remediation::clock::{Clock, PAUSES, SystemClock};
use remediation::{Applied, CallError, Control, Denied, Done, Fact, Judge, Mode, Tags, Unread};

use super::accounts::KnownAccounts;
use super::around::Around;
use super::assess::AclAssessment;
use super::plan::{AclChange, AclPlan, AclStep, AclWrite, BlockChange};
use super::port::{BucketAcls, ReadBucketAcls, Written};
use super::settings::S3AclSettings;
use super::state::AclState;
use crate::{Bucket, PublicAccessBlock};

/// The control: grants to `AllUsers` and `AuthenticatedUsers` go, everything else stays.
#[derive(Debug)]
pub struct S3Acl<P, T = SystemClock> {
    pub(crate) acls: P,
    pub(super) settings: S3AclSettings,
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

impl<P: ReadBucketAcls, T: Clock> S3Acl<P, T> {
    /// Reads what decides about the effect of an ACL that is public, all at the same time.
    async fn around(&self, bucket: &Bucket<'_>) -> Around {
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
        Around {
            public_access_block: Fact::of(block),
            account_block: Some(Fact::of(account)),
            serves_website: Some(Fact::of(website)),
            acls_disabled,
        }
    }

    /// The account's Block Public Access, as it is or was a few minutes ago.
    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        if let Some(known) = self.accounts.of(bucket.account, self.clock.now()) {
            return Ok(known);
        }
        let block = self.acls.account_block(bucket).await?;
        self.accounts.keep(bucket.account, block, self.clock.now());
        Ok(block)
    }
}

impl<P: BucketAcls, T: Clock> S3Acl<P, T> {
    /// Whether the bucket's ACL is public no more than it was written. While `IgnorePublicAcls` is on, S3 may answer with
    /// the permissions in force: a grant that came back is seen before, or not at all.
    async fn is_stored(&self, bucket: &Bucket<'_>, write: &AclWrite) -> Result<bool, CallError> {
        let mut pauses = PAUSES.into_iter();
        loop {
            let Some(acl) = self.acls.acl(bucket).await? else { return Ok(false) };
            match (write.holds_in(&acl), pauses.next()) {
                (true, _) => return Ok(true),
                (false, Some(pause)) => self.clock.sleep(pause).await,
                (false, None) => return Ok(false),
            }
        }
    }

    async fn write(
        &self,
        bucket: &Bucket<'_>,
        write: &AclWrite,
        done: &mut Done<AclChange>,
    ) -> Result<Written, CallError> {
        let answer = match self.acls.write(bucket, write).await {
            Err(CallError::Denied(denied)) if write.keeps_public() => Err(self.refused(bucket, denied).await),
            answer => answer,
        };
        done.unless_answered(answer, || write.changes())
    }

    /// Why an ACL with a public grant is denied: it may be no matter of the role.
    async fn refused(&self, bucket: &Bucket<'_>, denied: Denied) -> CallError {
        let (of_bucket, of_account) =
            join!(self.acls.public_access_block(bucket), self.acls.account_block(bucket));
        let is_on = |block: &PublicAccessBlock| block.block_public_acls;
        let whose = match (of_bucket.ok().flatten().filter(is_on), of_account.ok().filter(is_on)) {
            (Some(_), _) => "the bucket",
            (None, Some(_)) => "the account",
            (None, None) => return CallError::Denied(denied),
        };
        CallError::Refused {
            action: denied.action,
            code: "AccessDenied".to_owned(),
            message: format!(
                "BlockPublicAcls of {whose} is on, so that S3 takes no ACL with a public grant, and one stays in this \
                 one: turn it off, or have that grant closed too"
            ),
        }
    }

    /// Turns on the flags that are about ACLs. The others stay as they are, which therefore has to be known.
    async fn block_once_read(
        &self,
        bucket: &Bucket<'_>,
        done: &mut Done<AclChange>,
    ) -> Result<(), CallError> {
        match BlockChange::blocking(self.acls.public_access_block(bucket).await?) {
            Some(change) => self.block(bucket, change, done).await,
            None => Ok(()),
        }
    }

    async fn block(
        &self,
        bucket: &Bucket<'_>,
        change: BlockChange,
        done: &mut Done<AclChange>,
    ) -> Result<(), CallError> {
        let answer = self.acls.block(bucket, change).await;
        done.unless_answered(answer, || [AclChange::Blocked(change)])?;
        done.changes.push(AclChange::Blocked(change));
        Ok(())
    }
}

impl<P: ReadBucketAcls, T: Clock> Judge for S3Acl<P, T> {
    const NAME: &'static str = "s3-acl";
    type Id = BucketName;
    type State = AclState;
    type Assessment = AclAssessment;
    type Plan = AclPlan;

    fn id(resource: &Resource) -> Option<&BucketName> {
        if let Resource::Bucket(name) = resource { Some(name) } else { None }
    }

    async fn read(&self, bucket: &Bucket<'_>) -> Result<Option<AclState>, CallError> {
        let Some(acl) = self.acls.acl(bucket).await? else { return Ok(None) };
        let around = if acl.is_public() { Some(self.around(bucket).await) } else { None };
        Ok(Some(AclState { acl, around }))
    }

    fn unread(&self, state: &AclState, _: &AclAssessment) -> Vec<Unread> {
        state.around.as_ref().map(Around::unread).unwrap_or_default()
    }

    fn assess(&self, state: &AclState, _now: SystemTime) -> AclAssessment {
        AclAssessment::of(state)
    }

    async fn tags(&self, bucket: &Bucket<'_>, _state: &AclState) -> Fact<Tags> {
        Fact::of(self.acls.tags(bucket).await)
    }

    fn exempt(&self, assessment: AclAssessment, scope: &Scope) -> AclAssessment {
        assessment.exempt(scope)
    }

    fn plan(&self, assessment: &AclAssessment, _now: SystemTime) -> Option<AclPlan> {
        AclPlan::of(assessment, self.settings)
    }
}

impl<P: BucketAcls, T: Clock> Control for S3Acl<P, T> {
    type Change = AclChange;

    async fn apply(
        &self,
        bucket: &Bucket<'_>,
        plan: &AclPlan,
        done: &mut Done<AclChange>,
    ) -> Result<Applied, CallError> {
        let mut steps = plan.steps.iter().peekable();
        while let Some(step) = steps.next() {
            match step {
                AclStep::Write(write) => match self.write(bucket, write, done).await? {
                    Written::Done => {
                        done.changes.extend(write.changes());
                        let is_masked_next = steps.peek().is_some_and(|next| next.blocks_acls());
                        if is_masked_next && !self.is_stored(bucket, write).await? {
                            return Ok(Applied::Stopped);
                        }
                    }
                    // The read that follows has the last word.
                    Written::NoBucket => return Ok(Applied::Done),
                    Written::AclsDisabled if !write.added.is_empty() => return Err(acls_disabled()),
                    Written::AclsDisabled => {
                        return Ok(Applied::Inert(
                            "ACLs are disabled on this bucket (BucketOwnerEnforced), so nothing is public by ACL",
                        ));
                    }
                },
                AclStep::Block(change) => self.block(bucket, *change, done).await?,
                AclStep::BlockOnceRead => self.block_once_read(bucket, done).await?,
            }
        }
        Ok(Applied::Done)
    }

    async fn read_after(&self, bucket: &Bucket<'_>, plan: &AclPlan) -> Result<Option<AclState>, CallError> {
        if !plan.blocks_acls() {
            return self.read(bucket).await;
        }
        // What the account's says is known from before as a rule.
        let (acl, block, account) =
            join!(self.acls.acl(bucket), self.acls.public_access_block(bucket), self.account_block(bucket));
        let around = Around::after_blocking(Fact::of(block), Fact::of(account));
        Ok(acl?.map(|acl| AclState { acl, around: Some(around) }))
    }

    fn assess_after(&self, state: &AclState, plan: &AclPlan, _now: SystemTime) -> AclAssessment {
        if plan.blocks_acls() { AclAssessment::after_blocking(state) } else { AclAssessment::of(state) }
    }

    fn unfinished(
        &self,
        _bucket: &Bucket<'_>,
        plan: &AclPlan,
        done: &[AclChange],
        after: Option<&AclAssessment>,
    ) -> Option<AclPlan> {
        plan.unfinished(done, after, self.settings)
    }

    fn foreseen(&self, plan: &AclPlan, done: &[AclChange]) -> Vec<AclChange> {
        plan.foreseen(done)
    }

    /// The flags only keep it so, and other grants go with the public ones where the style is `private`.
    fn closes(&self, change: &AclChange) -> bool {
        matches!(change, AclChange::Removed(grant) if grant.grantee.public_group().is_some())
    }

    fn takes_away(&self, change: &AclChange) -> bool {
        matches!(change, AclChange::Removed(_))
    }

    fn undo(&self, before: &AclState, _plan: &AclPlan, done: &[AclChange]) -> Option<AclPlan> {
        AclPlan::undo(before, done)
    }
}

/// What S3 answers to who grants something by ACL where there is none.
fn acls_disabled() -> CallError {
    CallError::Refused {
        action: "s3:PutBucketAcl",
        code: "AccessControlListNotSupported".to_owned(),
        message: "ACLs are disabled on this bucket (BucketOwnerEnforced)".to_owned(),
    }
}
