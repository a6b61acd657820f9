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
    pub(super) block: Option<BlockPlan>,
}

/// How the flags are turned on that are about ACLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub(super) enum BlockPlan {
    /// By this change.
    Change(BlockChange),
    /// By one that is planned once the flags can be read: that they could not be is no reason to leave the grants.
    Unread,
}

/// What of a plan is left to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Unfinished {
    /// The ACL that has to be written.
    pub(super) write: Option<NewAcl>,
    /// The flags that have to be.
    pub(super) block: Option<PublicAccessBlock>,
    /// Whether nobody knows what the two others were, so that `block` may turn them off.
    pub(super) is_blind: bool,
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
        Self { write, removed, block: settings.block_public_acls.then(|| BlockPlan::of(state)).flatten() }
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
        let planned = match plan.block {
            Some(BlockPlan::Change(change)) => Some(change.before),
            Some(BlockPlan::Unread) | None => None,
        };
        let is_needed = plan.block.is_some() && (seen.is_some() || is_undone(BLOCK));
        let flags = seen.copied().or(planned);
        let block = flags.flatten().unwrap_or_default();
        Self {
            write,
            block: (is_needed && !block.blocks_acls()).then(|| block.with_acls_blocked()),
            is_blind: flags.is_none(),
        }
    }
}

impl BlockPlan {
    /// `None` where the flags are on already.
    fn of(state: &AclState) -> Option<Self> {
        match state.surroundings.as_ref()?.public_access_block {
            Fact::Known(before) => BlockChange::of(before).map(Self::Change),
            Fact::Unknown(_) => Some(Self::Unread),
        }
    }
}

impl BlockChange {
    /// Turns on the two flags that are about ACLs and keeps the others; `None` where they are on already.
    pub(super) fn of(before: Option<PublicAccessBlock>) -> Option<Self> {
        let flags = before.unwrap_or_default();
        (!flags.blocks_acls()).then(|| Self { before, after: flags.with_acls_blocked() })
    }
}
