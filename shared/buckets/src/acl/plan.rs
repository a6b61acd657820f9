//! The smallest change that closes a public ACL.

use remediation::Change;
use remediation::settings::{AclStyle, S3AclSettings};
use serde::Serialize;

use super::port::NewAcl;
use super::state::{AclState, Grant};
use super::surroundings::Fact;
use super::{BLOCK, WRITE};
use crate::public_access_block::PublicAccessBlock;

/// What is going to be written, and what that removes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AclPlan {
    #[serde(skip)]
    pub(super) write: NewAcl,
    pub(super) removed: Vec<Grant>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) block: Option<BlockChange>,
}

/// What of a plan is left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfinished {
    /// The ACL that has to be written.
    pub(super) write: Option<NewAcl>,
    /// The flags that have to be.
    pub(super) block: Option<PublicAccessBlock>,
}

/// How a bucket's Block Public Access changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(super) struct BlockChange {
    /// As it was; `None` where there was none.
    pub(super) before: Option<PublicAccessBlock>,
    pub(super) after: PublicAccessBlock,
}

impl AclPlan {
    /// The plan for an ACL that is public.
    pub(super) fn of(state: &AclState, settings: S3AclSettings) -> Self {
        let acl = &state.acl;
        let is_owners = |grant: &Grant| acl.owner.id.is_some() && grant.grantee.id == acl.owner.id;
        let is_public = |grant: &Grant| grant.grantee.public_group().is_some();
        let removed = |goes: &dyn Fn(&Grant) -> bool| {
            acl.grants.iter().filter(|grant| goes(grant)).cloned().collect::<Vec<_>>()
        };
        let (write, removed) = match settings.style {
            AclStyle::Grants => (NewAcl::Grants(acl.without_public_grants()), removed(&is_public)),
            AclStyle::Private => (NewAcl::Private, removed(&|grant| !is_owners(grant))),
        };
        Self { write, removed, block: settings.block_public_acls.then(|| BlockChange::of(state)).flatten() }
    }

    /// The plan in words, a line a step.
    pub(super) fn steps(&self) -> Vec<String> {
        let how = match self.write {
            NewAcl::Private => "write the canned ACL `private`, which removes",
            NewAcl::Grants(_) => "remove",
        };
        let grants = self.removed.iter().map(|grant| format!("{how} {}", grant.words()));
        let block = self.block.iter().map(|_| {
            "turn on BlockPublicAcls and IgnorePublicAcls of the bucket, and leave BlockPublicPolicy and \
             RestrictPublicBuckets as they are"
                .to_owned()
        });
        grants.chain(block).collect()
    }
}

impl Unfinished {
    /// What was seen last decides; where nothing was seen, what was noted as done is.
    pub(super) fn of(
        plan: &AclPlan,
        done: &[Change],
        after: Option<&AclState>,
        settings: S3AclSettings,
    ) -> Self {
        let is_undone = |action| done.iter().all(|change| change.action != action);
        let write = match after {
            // Whoever changed the ACL meanwhile keeps what is not public.
            Some(after) => after.acl.is_public().then(|| AclPlan::of(after, settings).write),
            None => is_undone(WRITE).then(|| plan.write.clone()),
        };
        let seen = after.and_then(|after| after.surroundings.as_ref()?.public_access_block.known());
        let block = plan.block.and_then(|change| match seen {
            Some(flags) => {
                let flags = flags.unwrap_or_default();
                (!flags.blocks_acls()).then(|| flags.with_acls_blocked())
            }
            None => is_undone(BLOCK).then_some(change.after),
        });
        Self { write, block }
    }
}

impl BlockChange {
    /// Turns on the two flags that are about ACLs; `None` where they are on already.
    ///
    /// INVARIANT: the flags before are known, because without them the other two could not stay as they
    /// are; a control that may block does not read past an unknown answer.
    fn of(state: &AclState) -> Option<Self> {
        let Fact::Known(before) = state.surroundings.as_ref()?.public_access_block else { return None };
        let flags = before.unwrap_or_default();
        (!flags.blocks_acls()).then(|| Self { before, after: flags.with_acls_blocked() })
    }
}
