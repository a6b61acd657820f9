//! What a look comes to, as AWS Config takes it.

use std::fmt;

use remediation::{Note, Outcome, Report};

use crate::Annotation;

/// Whether a resource complies. AWS Config takes no `INSUFFICIENT_DATA` from a custom rule: what could not be evaluated has
/// no evaluation.
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Compliance {
    /// Curfew has nothing to close and nothing to say.
    Compliant,
    /// Curfew would close something, or mail somebody.
    NonCompliant,
    /// There is nothing to judge.
    NotApplicable,
}

/// What a rule says about one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verdict {
    /// Whether it complies.
    pub compliance: Compliance,
    /// Why.
    pub annotation: Option<Annotation>,
}

impl Compliance {
    /// As AWS Config writes it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Compliant => "COMPLIANT",
            Self::NonCompliant => "NON_COMPLIANT",
            Self::NotApplicable => "NOT_APPLICABLE",
        }
    }
}

impl fmt::Display for Compliance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Verdict {
    /// What the report of a look comes to; `None` where nobody can say. `by_item` has the actions that the function's role
    /// may not call, so that the configuration item was judged in their place.
    #[must_use]
    pub fn of(report: &Report, by_item: &[&str]) -> Option<Self> {
        let (compliance, why) = match report.outcome {
            Outcome::Compliant => (Compliance::Compliant, Vec::new()),
            Outcome::Exempt => (Compliance::Compliant, exemptions(report)),
            Outcome::Gone => {
                (Compliance::NotApplicable, vec!["the resource does not exist any more".to_owned()])
            }
            Outcome::Alerted | Outcome::Observed => (Compliance::NonCompliant, findings(report)),
            // No look ends so but as failed.
            Outcome::Failed
            | Outcome::Remediated
            | Outcome::Held
            | Outcome::ClosedMeanwhile
            | Outcome::Restored
            | Outcome::StillOpen => return None,
        };
        let note = (!by_item.is_empty())
            .then(|| format!("judged by AWS Config's record: {} is denied", by_item.join(", ")));
        Some(Self { compliance, annotation: Annotation::of(&why, note.as_deref()) })
    }

    /// What is said of a resource that there is nothing to judge about, for this reason.
    #[must_use]
    pub fn not_applicable(why: &str) -> Self {
        Self { compliance: Compliance::NotApplicable, annotation: Annotation::of(&[why.to_owned()], None) }
    }
}

/// What was found, most severe first, and what does not exempt it though somebody wrote so.
fn findings(report: &Report) -> Vec<String> {
    let findings = report.findings.iter().map(remediation::Finding::sentence);
    let refusals = report.exempt.refusals().into_iter().map(|why| format!("not exempt: {why}"));
    findings.chain(refusals).collect()
}

/// Why all of it stays: that a person put it back, or by what it is exempt; of these, what ends first comes first.
fn exemptions(report: &Report) -> Vec<String> {
    let note = report.note.map(Note::words);
    note.into_iter()
        .chain(report.exempt.applied.iter().rev().map(|exemption| format!("exempt: {exemption}")))
        .collect()
}
