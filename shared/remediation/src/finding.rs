//! What is not acceptable about a state.

use std::fmt;

use serde::Serialize;
use serde_json::Value;

/// How bad it is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Worth knowing.
    Low,
    /// Reachable in principle, blocked or harmless now.
    Medium,
    /// Somebody outside can reach what they should not.
    High,
    /// Anybody can change things, or reach everything.
    Critical,
}

impl Severity {
    /// The severity as logs, mails and message attributes write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
        }
    }
}

impl fmt::Display for Severity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Who deals with a finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Remedy {
    /// Curfew closes it.
    Close,
    /// Curfew should have closed it and does not come back to it: a person has to.
    ByHand,
    /// Curfew says so; a person decides.
    Report,
}

/// One reason why a state is not acceptable, pointing at the exact grant, statement or rule.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// A stable name for programs, as in `public-grant`.
    pub kind: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Who deals with it.
    pub remedy: Remedy,
    /// One sentence for a person, without the full stop.
    pub summary: String,
    /// The grant, statement or rule itself, complete.
    pub evidence: Value,
}

impl Finding {
    /// Whether a resource with this finding counts as open, so that it is not remediated.
    pub fn is_open(&self) -> bool {
        matches!(self.remedy, Remedy::Close | Remedy::ByHand)
    }
}
