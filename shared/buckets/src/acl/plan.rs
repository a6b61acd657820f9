//! The smallest change that closes a public ACL, and what puts it back: steps of the same kinds.

use serde::{Deserialize, Serialize};

use super::assess::AclAssessment;
use super::port::NewAcl;
use super::settings::{AclStyle, S3AclSettings};
use super::state::{Acl, AclState, Grant};
use crate::PublicAccessBlock;
use remediation::Fact;

/// What is done, in this order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclPlan {
    /// The steps.
    pub steps: Vec<AclStep>,
}

/// One step.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AclStep {
    /// The ACL is replaced.
    Write(AclWrite),
    /// The bucket's Block Public Access is replaced.
    Block(BlockChange),
    /// The flags that are about ACLs are turned on, once the others can be read and so be kept: that they could not be
    /// is no reason to leave the grants.
    BlockOnceRead,
}

/// How an ACL changes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AclWrite {
    /// What is written.
    pub acl: NewAcl,
    /// The grants that this removes.
    pub removed: Vec<Grant>,
    /// The grants that this adds.
    pub added: Vec<Grant>,
    /// Whether S3 may refuse it, because nobody knows whether `BlockPublicAcls` is on.
    pub may_be_refused: bool,
}

/// How a bucket's Block Public Access changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockChange {
    /// As it was; `None` where there was none.
    pub before: Option<PublicAccessBlock>,
    /// As it is then; `None` where there is none.
    pub after: Option<PublicAccessBlock>,
}

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AclChange {
    /// A grant was removed.
    Removed(Grant),
    /// A grant was added.
    Added(Grant),
    /// The bucket's Block Public Access was replaced.
    Blocked(BlockChange),
}

impl AclPlan {
    /// The plan that clears these findings; `None` where none is a public grant. The flags stay as they are where a public
    /// grant is to stay: they would take its effect.
    pub(super) fn of(assessment: &AclAssessment, settings: S3AclSettings) -> Option<Self> {
        let write = AclStep::Write(AclWrite::of(assessment, settings.style)?);
        let blocks = settings.block_public_acls && !assessment.keeps_public();
        let block = blocks.then(|| AclStep::blocking(&assessment.state)).flatten();
        Some(Self { steps: [Some(write), block].into_iter().flatten().collect() })
    }

    /// Whether it turns on the flags that are about ACLs.
    pub(super) fn blocks_acls(&self) -> bool {
        self.steps.iter().any(AclStep::blocks_acls)
    }

    /// What the plan changes, as far as that can be told before; what was noted of it stands in the place of what was
    /// foreseen.
    pub(super) fn foreseen(&self, done: &[AclChange]) -> Vec<AclChange> {
        let noted = done.iter().find(|change| matches!(change, AclChange::Blocked(_)));
        let of_step = |step: &AclStep| match step {
            AclStep::Write(write) => write.changes(),
            AclStep::Block(change) => vec![AclChange::Blocked(*change)],
            AclStep::BlockOnceRead => noted.cloned().into_iter().collect(),
        };
        self.steps.iter().flat_map(of_step).collect()
    }
}

impl AclWrite {
    fn of(assessment: &AclAssessment, style: AclStyle) -> Option<Self> {
        let acl = &assessment.state.acl;
        let goes = |grant: &Grant| assessment.public_grants().any(|public| public.grant == *grant);
        let is_exempt = |grant: &Grant| grant.grantee.public_group().is_some() && !goes(grant);
        let is_owners = |grant: &Grant| acl.owner.id.is_some() && grant.grantee.id == acl.owner.id;
        assessment.public_grants().next()?;
        let stays = |grant: &Grant| match style {
            AclStyle::Grants => !goes(grant),
            AclStyle::Private => is_owners(grant) || is_exempt(grant),
        };
        // The canned ACL has no room for a public grant that may stay.
        let is_canned = style == AclStyle::Private && !acl.grants.iter().any(is_exempt);
        Some(Self {
            acl: if is_canned { NewAcl::Private } else { NewAcl::Grants(acl.with_only(stays)) },
            removed: acl.grants.iter().filter(|grant| !stays(grant)).cloned().collect(),
            added: Vec::new(),
            may_be_refused: false,
        })
    }

    /// Whether this was made of an ACL that is as this one: writing it takes away and brings back no more than it says.
    #[must_use]
    pub fn is_of(&self, live: &Acl) -> bool {
        let is_there = |grant: &Grant| live.grants.contains(grant);
        let stays = |grant: &Grant| match &self.acl {
            NewAcl::Grants(written) => written.grants.contains(grant),
            NewAcl::Private => live.owner.id.is_some() && grant.grantee.id == live.owner.id,
        };
        let written = match &self.acl {
            NewAcl::Grants(written) if written.owner != live.owner => return false,
            NewAcl::Grants(written) => written.grants.as_slice(),
            NewAcl::Private => &[],
        };
        live.grants.iter().all(|grant| stays(grant) || self.removed.contains(grant))
            && self.removed.iter().all(is_there)
            && written.iter().all(|grant| is_there(grant) || self.added.contains(grant))
            && !self.added.iter().any(is_there)
    }

    /// Whether what is written has a public grant that was there before.
    pub(super) fn keeps_public(&self) -> bool {
        let NewAcl::Grants(written) = &self.acl else { return false };
        written
            .grants
            .iter()
            .any(|grant| grant.grantee.public_group().is_some() && !self.added.contains(grant))
    }

    /// Whether an ACL grants no more to public groups than was written.
    pub(super) fn holds_in(&self, acl: &Acl) -> bool {
        let written = match &self.acl {
            NewAcl::Grants(written) => written.grants.as_slice(),
            NewAcl::Private => &[],
        };
        acl.grants
            .iter()
            .filter(|grant| grant.grantee.public_group().is_some())
            .all(|grant| written.contains(grant))
    }

    /// What was done once this is written.
    pub(super) fn changes(&self) -> Vec<AclChange> {
        let removed = self.removed.iter().cloned().map(AclChange::Removed);
        removed.chain(self.added.iter().cloned().map(AclChange::Added)).collect()
    }
}

impl AclStep {
    /// Whether it turns on the flags that are about ACLs.
    pub(super) fn blocks_acls(&self) -> bool {
        match self {
            Self::Write(_) => false,
            Self::Block(change) => change.after.is_some_and(PublicAccessBlock::blocks_acls),
            Self::BlockOnceRead => true,
        }
    }

    /// What turns the flags on that are about ACLs; `None` where they are on already.
    fn blocking(state: &AclState) -> Option<Self> {
        match &state.around.as_ref()?.public_access_block {
            Fact::Known(before) => BlockChange::blocking(*before).map(Self::Block),
            Fact::Unknown(_) => Some(Self::BlockOnceRead),
        }
    }
}

impl BlockChange {
    /// The flags about ACLs that this turns on, by S3's names for them.
    pub(super) fn turned_on(&self) -> Vec<&'static str> {
        let (before, after) = (self.before.unwrap_or_default(), self.after.unwrap_or_default());
        let of_acls = before.acl_flags().into_iter().zip(after.acl_flags());
        of_acls.filter(|((_, before), (_, after))| !before && *after).map(|((name, _), _)| name).collect()
    }

    /// Turns on the two flags that are about ACLs and keeps the others; `None` where they are on already.
    pub(super) fn blocking(before: Option<PublicAccessBlock>) -> Option<Self> {
        let flags = before.unwrap_or_default();
        (!flags.blocks_acls()).then(|| Self { before, after: Some(flags.with_acls_blocked()) })
    }
}
