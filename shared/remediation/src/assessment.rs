//! What a control makes of a state.

use serde::{Deserialize, Serialize};

/// Who deals with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// Curfew closes it.
    Close,
    /// Curfew should have closed it and does not come back to it: a person has to.
    ByHand,
    /// Curfew says so; a person decides.
    Report,
}

impl Remedy {
    /// Whether a resource with such a finding counts as open, so that it is not remediated.
    #[must_use]
    pub fn is_open(self) -> bool {
        matches!(self, Self::Close | Self::ByHand)
    }
}

/// What the findings come to that count as open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// Somebody gets in, as far as is known.
    Open,
    /// Nobody gets in: only guards are missing, or not known to be there.
    Guards,
    /// Nobody gets in: what is there [has no effect](Assessment::has_no_effect).
    Idle,
}

/// A control's own judgement of one state. It holds all that a plan is made from.
pub trait Assessment: Sized {
    /// One reason why the state is not acceptable, in the control's own terms.
    type Finding: PartialEq;

    /// The reasons; none = compliant.
    fn findings(&self) -> &[Self::Finding];

    /// Who deals with one of them.
    fn remedy(&self, finding: &Self::Finding) -> Remedy;

    /// What a finding is about: equal each time that the same is found, although AWS gives it new ids each time.
    fn signature(&self, finding: &Self::Finding) -> String;

    /// What a finding opens, in writing: what a person put back is known again by this.
    fn opening(&self, finding: &Self::Finding) -> String {
        self.signature(finding)
    }

    /// What a finding opens beyond these [openings](Self::opening); `None` where that is nothing: it is narrower, or equal.
    fn beyond(&self, finding: Self::Finding, openings: &[String]) -> Option<Self::Finding> {
        (!openings.contains(&self.opening(&finding))).then_some(finding)
    }

    /// Whether a finding says only that something could not be read which may be read at another time.
    fn may_pass(&self, _finding: &Self::Finding) -> bool {
        false
    }

    /// Whether another read may say what this finding is about.
    fn may_be_said_better(&self, _finding: &Self::Finding) -> bool {
        false
    }

    /// Whether a finding lets nobody in, and is only about a guard that is missing, or of which nobody knows whether it is
    /// there.
    fn is_guard(&self, _finding: &Self::Finding) -> bool {
        false
    }

    /// Whether a finding lets nobody in now, since something else is known to stop it.
    fn has_no_effect(&self, _finding: &Self::Finding) -> bool {
        false
    }

    /// The same judgement with only what `stays` answers of each finding: all of it, a part, or nothing. What is
    /// taken out is in no plan.
    #[must_use]
    fn without(self, stays: impl FnMut(Self::Finding) -> Option<Self::Finding>) -> Self;

    /// Whether nothing is to be said.
    fn is_compliant(&self) -> bool {
        self.findings().is_empty()
    }

    /// Whether nothing is to be said but what [may pass](Self::may_pass).
    fn only_waits(&self) -> bool {
        !self.is_compliant() && self.findings().iter().all(|finding| self.may_pass(finding))
    }

    /// Whether something is left that Curfew would close.
    fn has_work(&self) -> bool {
        self.findings().iter().any(|finding| self.remedy(finding) == Remedy::Close)
    }

    /// Whether the resource counts as open.
    fn is_open(&self) -> bool {
        self.findings().iter().any(|finding| self.remedy(finding).is_open())
    }

    /// What counts as open comes to this; `None` where nothing does.
    fn left(&self) -> Option<Left> {
        let open = || self.findings().iter().filter(|finding| self.remedy(finding).is_open());
        open().next()?;
        Some(if open().all(|finding| self.is_guard(finding)) {
            Left::Guards
        } else if open().all(|finding| self.is_guard(finding) || self.has_no_effect(finding)) {
            Left::Idle
        } else {
            Left::Open
        })
    }
}
