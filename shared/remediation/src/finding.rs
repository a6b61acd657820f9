//! Findings and changes as people and programs read them.

use std::fmt;

use serde::ser::{Serialize, SerializeStruct, Serializer};
use serde_json::Value;

use crate::Remedy;

/// How bad it is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize, serde::Deserialize)]
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
    #[must_use]
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

/// One reason why a state is not acceptable, pointing at the exact grant, statement or rule.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// A stable name for programs, as in `public-grant`.
    pub kind: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// Who deals with it.
    pub remedy: Remedy,
    /// One sentence for a person, without the full stop.
    pub summary: String,
    /// How the sentence goes on, where there is more to know: of what it hangs on, and what could not be read. With other
    /// words here it is the same finding.
    pub aside: String,
    /// The grant, statement or rule itself, complete.
    pub evidence: Value,
}

impl Finding {
    /// Whether a resource with this finding counts as open, so that it is not remediated.
    #[must_use]
    pub fn is_open(&self) -> bool {
        self.remedy.is_open()
    }

    /// All that there is to say, without the full stop.
    #[must_use]
    pub fn sentence(&self) -> String {
        format!("{}{}", self.summary, self.aside)
    }
}

impl Serialize for Finding {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut finding = serializer.serialize_struct("Finding", 5)?;
        finding.serialize_field("kind", self.kind)?;
        finding.serialize_field("severity", &self.severity)?;
        finding.serialize_field("remedy", &self.remedy)?;
        finding.serialize_field("summary", &self.sentence())?;
        finding.serialize_field("evidence", &self.evidence)?;
        finding.end()
    }
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Change {
    /// The IAM action that made it, as in `ec2:RevokeSecurityGroupIngress`.
    pub action: &'static str,
    /// What changed, in words, in the past tense.
    pub summary: String,
    /// What was removed or written, complete, so that a person could put it back.
    pub detail: Value,
}
