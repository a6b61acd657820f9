//! How a walk ended.

use std::fmt;

use serde::{Deserialize, Serialize};

/// How the walk of one subject ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing was found to act on.
    Compliant,
    /// Something was changed, and a second read found nothing left to close.
    Remediated,
    /// Something was found that this control reports and does not change.
    Alerted,
    /// Something was found and would have been changed, but the mode is `observe`.
    Observed,
    /// What was found is exempt, and nothing was changed.
    Exempt,
    /// Something was found and would have been changed, but has to wait: as much was changed in this hour as the settings
    /// allow, or the same was closed and opened too often.
    Held,
    /// The resource does not exist any more.
    Gone,
    /// It was open, and a second read found it closed, although no call of Curfew's is known to have closed it:
    /// somebody else did, or the answer to a call of its own got lost.
    ClosedMeanwhile,
    /// A person asked for it, and what Curfew had changed was put back: a second read found it as it was.
    Restored,
    /// Something was changed, and a second read found that the resource is still open: a step failed, or somebody
    /// keeps opening it, or some of it is for a person to close. Or it found only that a guard is missing, or could not
    /// find out whether it is there.
    StillOpen,
    /// A step could not be done: nothing was changed, or nobody knows what is open now, or what failed came after
    /// the resource was closed.
    Failed,
}

impl Outcome {
    /// All of them.
    pub const ALL: [Self; 11] = [
        Self::Compliant,
        Self::Remediated,
        Self::Alerted,
        Self::Observed,
        Self::Exempt,
        Self::Held,
        Self::Gone,
        Self::ClosedMeanwhile,
        Self::Restored,
        Self::StillOpen,
        Self::Failed,
    ];

    /// The outcome of this name; `None` where there is none.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|outcome| outcome.as_str() == name)
    }

    /// The outcome as logs, mails and message attributes write it, as in `still-open`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "compliant",
            Self::Remediated => "remediated",
            Self::Alerted => "alerted",
            Self::Observed => "observed",
            Self::Exempt => "exempt",
            Self::Held => "held",
            Self::Gone => "gone",
            Self::ClosedMeanwhile => "closed-meanwhile",
            Self::Restored => "restored",
            Self::StillOpen => "still-open",
            Self::Failed => "failed",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
