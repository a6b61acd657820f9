//! What is not acceptable about a bucket's ACL.

use remediation::{Assessment, Remedy};

use super::around::Effect;
use super::state::{AclState, Grant, PublicGroup};

/// The judgement of one ACL.
#[derive(Debug, Clone, PartialEq)]
pub struct AclAssessment {
    /// What was judged.
    pub state: AclState,
    /// Whether public grants let anybody in.
    pub(super) effect: Effect,
    findings: Vec<AclFinding>,
}

/// One reason why an ACL is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AclFinding {
    /// A grant is public.
    Grant(PublicGrant),
    /// The flags that are about ACLs have been turned on, and are not both known to be on.
    NotBlocked,
}

/// A grant to a public group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PublicGrant {
    /// The grant, as S3 has it.
    pub grant: Grant,
    /// The group.
    pub group: PublicGroup,
}

impl AclAssessment {
    /// Judges an ACL.
    pub(super) fn of(state: &AclState) -> Self {
        let around = state.around.as_ref();
        let effect = around.map_or(Effect::Now, super::Around::effect);
        let is_inert = around.is_some_and(super::Around::acls_are_disabled);
        let grants = state.acl.grants.iter().filter(|_| !is_inert);
        let public = grants.filter_map(|grant| {
            let group = grant.grantee.public_group()?;
            Some(AclFinding::Grant(PublicGrant { grant: grant.clone(), group }))
        });
        Self { state: state.clone(), effect, findings: public.collect() }
    }

    /// Judges an ACL after the flags that are about ACLs were turned on.
    pub(super) fn after_blocking(state: &AclState) -> Self {
        let mut assessment = Self::of(state);
        // While a grant is public, the next delivery comes back to grants and flags.
        if assessment.findings.is_empty() && !state.around.as_ref().is_some_and(super::Around::blocks_acls) {
            assessment.findings.push(AclFinding::NotBlocked);
        }
        assessment
    }

    /// The public grants that are findings.
    pub(super) fn public_grants(&self) -> impl Iterator<Item = &PublicGrant> {
        self.findings.iter().filter_map(|finding| match finding {
            AclFinding::Grant(public) => Some(public),
            AclFinding::NotBlocked => None,
        })
    }

    /// Whether a public grant is a finding that lets somebody in, as far as is known.
    pub(super) fn lets_in(&self) -> bool {
        self.public_grants().next().is_some() && !matches!(self.effect, Effect::Ignored(_))
    }
}

impl Assessment for AclAssessment {
    type Finding = AclFinding;

    fn findings(&self) -> &[AclFinding] {
        &self.findings
    }

    fn remedy(&self, finding: &AclFinding) -> Remedy {
        match finding {
            AclFinding::Grant(_) => Remedy::Close,
            // The next read finds no public grant, and so does not ask.
            AclFinding::NotBlocked => Remedy::ByHand,
        }
    }

    fn without(self, stays: impl FnMut(AclFinding) -> Option<AclFinding>) -> Self {
        Self { findings: self.findings.into_iter().filter_map(stays).collect(), ..self }
    }
}
