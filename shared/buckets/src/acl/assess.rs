//! What is not acceptable about a bucket's ACL.

use exemptions::{Grantee, Scope};
use remediation::{Assessment, Fact, Remedy, Unknown};

use super::around::{Around, Effect};
use super::state::{AclState, Grant, PublicGroup};
use crate::PublicAccessBlock;

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
    /// The flags that are about ACLs should be on, and are not both.
    NotBlocked,
    /// The flags that are about ACLs should be on, and whether they are could not be read.
    BlockUnknown(Unknown),
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
        let effect = around.map_or(Effect::Now, Around::effect);
        let is_inert = around.is_some_and(Around::acls_are_disabled);
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
        if let (true, Some(around)) = (assessment.findings.is_empty(), &state.around) {
            assessment.findings.extend(AclFinding::of_flags(around));
        }
        assessment
    }

    /// The public grants that are findings.
    pub(super) fn public_grants(&self) -> impl Iterator<Item = &PublicGrant> {
        self.findings.iter().filter_map(|finding| match finding {
            AclFinding::Grant(public) => Some(public),
            AclFinding::NotBlocked | AclFinding::BlockUnknown(_) => None,
        })
    }

    /// The same judgement without what is exempt: every finding, or the grants to those whom the scope names.
    pub(super) fn exempt(self, scope: &Scope) -> Self {
        let Scope { ports: None, sources: None, sids: None, grantees } = scope else { return self };
        let is_exempt = |finding: &AclFinding| match (grantees, finding) {
            (None, _) => true,
            (Some(grantees), AclFinding::Grant(public)) => grantees.contains(&public.group.into()),
            (Some(_), AclFinding::NotBlocked | AclFinding::BlockUnknown(_)) => false,
        };
        self.without(|finding| (!is_exempt(&finding)).then_some(finding))
    }

    /// Whether the ACL has a public grant that is no finding, so that it is to stay in effect.
    pub(super) fn keeps_public(&self) -> bool {
        let is_finding = |grant: &Grant| self.public_grants().any(|public| public.grant == *grant);
        let mut grants = self.state.acl.grants.iter();
        grants.any(|grant| grant.grantee.public_group().is_some() && !is_finding(grant))
    }

    /// Whether a public grant is a finding that lets somebody in, as far as is known.
    pub(super) fn lets_in(&self) -> bool {
        self.public_grants().next().is_some() && !matches!(self.effect, Effect::Ignored(_))
    }
}

impl From<PublicGroup> for Grantee {
    fn from(group: PublicGroup) -> Self {
        match group {
            PublicGroup::AllUsers => Self::AllUsers,
            PublicGroup::AuthenticatedUsers => Self::AuthenticatedUsers,
        }
    }
}

impl AclFinding {
    /// What is not as it should be about the flags after they were turned on.
    fn of_flags(around: &Around) -> Option<Self> {
        match &around.public_access_block {
            Fact::Known(block) if block.is_some_and(PublicAccessBlock::blocks_acls) => None,
            Fact::Known(_) => Some(Self::NotBlocked),
            Fact::Unknown(unknown) => Some(Self::BlockUnknown(unknown.clone())),
        }
    }
}

/// What a grant opens, as it is written down.
fn opening(group: PublicGroup, permission: &str) -> String {
    format!("{permission} to {group:?}")
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
            AclFinding::NotBlocked | AclFinding::BlockUnknown(_) => Remedy::ByHand,
        }
    }

    fn signature(&self, finding: &AclFinding) -> String {
        match finding {
            AclFinding::Grant(public) => public.grant.words(),
            AclFinding::NotBlocked | AclFinding::BlockUnknown(_) => "public ACLs are not blocked".to_owned(),
        }
    }

    fn opening(&self, finding: &AclFinding) -> String {
        match finding {
            AclFinding::Grant(PublicGrant { grant, group }) => opening(*group, &grant.permission),
            AclFinding::NotBlocked | AclFinding::BlockUnknown(_) => self.signature(finding),
        }
    }

    /// Everybody with an AWS account is somebody of all, and full control is each permission.
    fn beyond(&self, finding: AclFinding, openings: &[String]) -> Option<AclFinding> {
        let is_within = match &finding {
            AclFinding::Grant(PublicGrant { grant, group }) => {
                let mut wider = [*group, PublicGroup::AllUsers].into_iter().flat_map(|group| {
                    [grant.permission.as_str(), "FULL_CONTROL"].map(|permission| opening(group, permission))
                });
                wider.any(|opening| openings.contains(&opening))
            }
            AclFinding::NotBlocked | AclFinding::BlockUnknown(_) => {
                openings.contains(&self.signature(&finding))
            }
        };
        (!is_within).then_some(finding)
    }

    fn may_pass(&self, finding: &AclFinding) -> bool {
        matches!(finding, AclFinding::BlockUnknown(unknown) if unknown.is_passing())
    }

    fn is_guard(&self, finding: &AclFinding) -> bool {
        match finding {
            AclFinding::Grant(_) => false,
            AclFinding::NotBlocked | AclFinding::BlockUnknown(_) => true,
        }
    }

    fn has_no_effect(&self, finding: &AclFinding) -> bool {
        matches!(finding, AclFinding::Grant(_)) && matches!(self.effect, Effect::Ignored(_))
    }

    fn without(self, stays: impl FnMut(AclFinding) -> Option<AclFinding>) -> Self {
        Self { findings: self.findings.into_iter().filter_map(stays).collect(), ..self }
    }
}
