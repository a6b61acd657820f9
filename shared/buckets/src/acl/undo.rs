//! Plans made from other plans: what is left of one, and what puts back what one did.

use remediation::Fact;

use super::assess::AclAssessment;
use super::plan::{AclChange, AclPlan, AclStep, AclWrite, BlockChange};
use super::port::NewAcl;
use super::settings::S3AclSettings;
use super::state::{Acl, AclState, Grant};
use crate::PublicAccessBlock;

impl AclPlan {
    /// What is left to do. What was seen last decides; where nothing was seen, what was noted as done is.
    pub(super) fn unfinished(
        &self,
        done: &[AclChange],
        after: Option<&AclAssessment>,
        settings: S3AclSettings,
    ) -> Option<Self> {
        let seen = after.and_then(|after| after.state.around.as_ref()?.public_access_block.known());
        let is_written = done.iter().any(|change| !matches!(change, AclChange::Blocked(_)));
        let is_blocked = done.iter().any(|change| matches!(change, AclChange::Blocked(_)));
        let keeps_public = after.is_some_and(AclAssessment::keeps_public);
        let left = |step: &AclStep| match (step, after) {
            // What is exempt by now keeps its effect.
            (step, _) if step.blocks_acls() && keeps_public => None,
            (AclStep::Write(write), Some(after)) if write.added.is_empty() => {
                // Whoever changed the ACL meanwhile keeps what is not public.
                AclWrite::closing(after, settings).map(AclStep::Write)
            }
            (AclStep::Write(write), Some(after)) => {
                let is_there = |grant: &Grant| after.state.acl.grants.contains(grant);
                (!write.added.iter().all(is_there)).then(|| step.clone())
            }
            (AclStep::Write(write), None) => {
                // What nobody has verified may be public, and the flags would mask it.
                let is_verified = is_blocked || !write.added.is_empty() || !self.blocks_acls();
                (!is_written || !is_verified).then(|| step.clone())
            }
            (AclStep::Block(_) | AclStep::BlockOnceRead, _) if seen.is_none() && is_blocked => None,
            (AclStep::Block(change), _) if change.after.is_some_and(PublicAccessBlock::blocks_acls) => {
                match (seen, after) {
                    // What the others were at an earlier delivery, they may not be any more.
                    (None, Some(_)) => Some(AclStep::BlockOnceRead),
                    (seen, _) => {
                        BlockChange::blocking(seen.copied().unwrap_or(change.before)).map(AclStep::Block)
                    }
                }
            }
            (AclStep::Block(change), _) => {
                (seen.is_none_or(|seen| *seen != change.after)).then(|| step.clone())
            }
            (AclStep::BlockOnceRead, _) => match seen {
                Some(seen) => BlockChange::blocking(*seen).map(AclStep::Block),
                None => Some(AclStep::BlockOnceRead),
            },
        };
        let steps: Vec<AclStep> = self.steps.iter().filter_map(left).collect();
        (!steps.is_empty()).then_some(Self { steps })
    }

    /// What puts back what `done` changed of `before`, in the order that S3 needs: it refuses a public ACL while
    /// `BlockPublicAcls` is on.
    pub(super) fn undo(before: &AclState, done: &[AclChange]) -> Option<Self> {
        let blocked = done.iter().find_map(|change| match change {
            AclChange::Blocked(change) => Some(*change),
            AclChange::Removed(_) | AclChange::Added(_) => None,
        });
        let removed: Vec<Grant> = done.iter().filter_map(AclChange::removed).collect();
        let added: Vec<Grant> = done.iter().filter_map(AclChange::added).collect();
        let read = before.around.as_ref().map(|around| &around.public_access_block);
        // What was read right before a change of the flags is known better than what was read at first.
        let flags = match (blocked, read) {
            (Some(change), _) => Some(change.before),
            (None, Some(Fact::Known(flags))) => Some(*flags),
            (None, Some(Fact::Unknown(_))) => None,
            (None, None) => Some(None),
        };
        let write = (!removed.is_empty() || !added.is_empty()).then(|| {
            AclStep::Write(AclWrite {
                acl: NewAcl::Grants(before.acl.with_removed(done)),
                removed: added,
                added: removed,
                may_be_refused: flags.is_none(),
            })
        });
        let now = blocked.map_or(flags.flatten(), |change| change.after);
        let set = |from, to| AclStep::Block(BlockChange { before: from, after: to });
        let steps: Vec<AclStep> = match (flags.flatten(), write) {
            (Some(flags), Some(write)) if flags.block_public_acls => {
                let open = Some(PublicAccessBlock { block_public_acls: false, ..flags });
                vec![set(now, open), write, set(open, Some(flags))]
            }
            (flags, write) => {
                let block = blocked.map(|change| set(change.after, flags));
                [block, write].into_iter().flatten().collect()
            }
        };
        (!steps.is_empty()).then_some(Self { steps })
    }
}

impl Acl {
    /// The ACL before any of the changes: a grant that somebody added while they were being made, and that was removed as
    /// well, stands behind those of the first look.
    pub(super) fn with_removed(&self, done: &[AclChange]) -> Self {
        let mut acl = self.clone();
        for grant in done.iter().filter_map(AclChange::removed) {
            if !acl.grants.iter().any(|own| own.says_the_same(&grant)) {
                acl.grants.push(grant);
            }
        }
        acl
    }
}

impl AclWrite {
    /// What closes what was found.
    fn closing(found: &AclAssessment, settings: S3AclSettings) -> Option<Self> {
        let settings = S3AclSettings { block_public_acls: false, ..settings };
        let plan = AclPlan::of(found, settings)?;
        plan.steps.into_iter().find_map(|step| match step {
            AclStep::Write(write) => Some(write),
            AclStep::Block(_) | AclStep::BlockOnceRead => None,
        })
    }
}

impl AclChange {
    fn removed(&self) -> Option<Grant> {
        match self {
            Self::Removed(grant) => Some(grant.clone()),
            Self::Added(_) | Self::Blocked(_) => None,
        }
    }

    fn added(&self) -> Option<Grant> {
        match self {
            Self::Added(grant) => Some(grant.clone()),
            Self::Removed(_) | Self::Blocked(_) => None,
        }
    }
}
