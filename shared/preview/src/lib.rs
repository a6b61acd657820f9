//! What Curfew would close, mail and leave, for people who have not deployed it yet.
//!
//! Made of the reports of looks that change nothing; see [`remediation::inspect`]. [`text()`] is for a terminal, [`json`] for
//! programs, [`html()`] a page that needs nothing but a browser.

mod html;
mod json;
mod text;

use std::time::SystemTime;

use events::Region;
use remediation::{CallError, Outcome, Report, Severity};
use serde::Serialize;

pub use html::html;
pub use json::json;
pub use text::text;

/// What was seen.
#[derive(Debug)]
pub struct Preview {
    /// When it was begun.
    pub made_at: SystemTime,
    /// Of what: an account, or files.
    pub of: String,
    /// What each control saw, a part for each of its Regions.
    pub parts: Vec<Part>,
}

/// What a preview does not know.
const RECORDS: &str =
    "It knows no records: what a person put back is listed too, though Curfew leaves that alone for a while.";

/// What one control saw in one Region.
#[derive(Debug)]
pub struct Part {
    /// The control.
    pub control: &'static str,
    /// What one of its resources is called, as in `bucket`.
    pub noun: &'static str,
    /// The Region; `None` in files that do not say so.
    pub region: Option<Region>,
    /// How many resources were looked at.
    pub seen: usize,
    /// What there is to say of those that are not clean.
    pub reports: Vec<Report>,
    /// Why there may be others, which nobody looked at.
    pub not_listed: Option<CallError>,
}

/// What Curfew would do about a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Would {
    /// It would close something, and mail that.
    Close,
    /// It would mail what is open, for a person to decide.
    Mail,
    /// Nobody can say: something could not be read.
    Unknown,
    /// It would leave what is open, since it is exempt.
    Leave,
}

impl Would {
    /// All of them, what asks for most first.
    pub const ALL: [Self; 4] = [Self::Close, Self::Mail, Self::Unknown, Self::Leave];

    /// What Curfew would do; `None` where nothing is open.
    #[must_use]
    pub fn of(report: &Report) -> Option<Self> {
        match report.outcome {
            Outcome::Observed => Some(Self::Close),
            Outcome::Alerted => Some(Self::Mail),
            Outcome::Exempt => Some(Self::Leave),
            Outcome::Compliant | Outcome::Gone => None,
            // A look changes nothing, so that it can only end so where it failed.
            Outcome::Failed
            | Outcome::StillOpen
            | Outcome::Held
            | Outcome::Remediated
            | Outcome::ClosedMeanwhile
            | Outcome::Restored => Some(Self::Unknown),
        }
    }

    /// As it stands in a table or a file.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Close => "close",
            Self::Mail => "mail",
            Self::Unknown => "unknown",
            Self::Leave => "leave",
        }
    }

    /// As a part of a sentence.
    fn short(self) -> &'static str {
        match self {
            Self::Close => "to close",
            Self::Mail => "to mail",
            Self::Unknown => "not known",
            Self::Leave => "exempt",
        }
    }

    /// As a heading.
    fn title(self) -> &'static str {
        match self {
            Self::Close => "would be closed, and mailed",
            Self::Mail => "would be mailed, for a person to decide",
            Self::Unknown => "could not be judged",
            Self::Leave => "would be left: exempt",
        }
    }
}

impl Part {
    /// How many of what was seen have nothing open.
    #[must_use]
    pub fn clean(&self) -> usize {
        self.seen - self.all().count()
    }

    /// How many there are of which Curfew would do this.
    #[must_use]
    pub fn count(&self, would: Would) -> usize {
        self.all().filter(|(one, _)| *one == would).count()
    }

    /// Whether there is something that could not be read of what was judged.
    #[must_use]
    pub fn has_unread(&self) -> bool {
        self.all().any(|(_, report)| !report.unread.is_empty())
    }

    /// What is not clean, what asks for most first: by what would be done, by severity, by name.
    fn sorted(&self) -> Vec<(Would, &Report)> {
        let mut all: Vec<(Would, &Report)> = self.all().collect();
        all.sort_by(|(one, a), (other, b)| {
            let rank = |report: &Report| std::cmp::Reverse(worst(report));
            (one, rank(a), a.subject.resource.id()).cmp(&(other, rank(b), b.subject.resource.id()))
        });
        all
    }

    fn all(&self) -> impl Iterator<Item = (Would, &Report)> {
        self.reports.iter().filter_map(|report| Some((Would::of(report)?, report)))
    }

    /// Where it is, as in `s3-acl in eu-west-1`.
    fn title(&self) -> String {
        match &self.region {
            Some(region) => format!("{} in {region}", self.control),
            None => self.control.to_owned(),
        }
    }
}

/// The worst that was found; `None` where nothing could be found.
fn worst(report: &Report) -> Option<Severity> {
    report.findings.iter().map(|finding| finding.severity).max()
}

/// Why it is so, a sentence each: what was found, what exempts it, what could not be read.
fn reasons(report: &Report) -> Vec<String> {
    let findings = report.findings.iter().map(|finding| finding.sentence());
    let exempt = report.exempt.applied.iter().map(|exemption| format!("Exempt: {exemption}"));
    let refused = report.exempt.refusals().into_iter().map(|refusal| format!("NOT exempt: {refusal}"));
    let hindrance = report.hindrance.iter().map(|what| format!("Curfew could not {what}"));
    let error = report.error.iter().map(|error| format!("It could not be judged: {error}"));
    let unread = report.unread.iter().map(|unread| format!("Not read: {}: {}", unread.what, unread.unknown));
    findings.chain(exempt).chain(refused).chain(hindrance).chain(error).chain(unread).collect()
}

/// What could not be read, by the action that was denied or failed, with how many resources that is so of, most first.
fn unread(preview: &Preview) -> Vec<(String, usize)> {
    let mut counted: Vec<(String, usize)> = Vec::new();
    for report in preview.parts.iter().flat_map(|part| &part.reports) {
        let of_error = report.error.as_ref().and_then(|error| match error {
            remediation::StepError::Call(error) => Some(error.action().to_owned()),
            remediation::StepError::Unread(unread) => Some(unread.unknown.action.to_string()),
            _ => None,
        });
        let of_parts = report.unread.iter().map(|unread| unread.unknown.action.to_string());
        let mut actions: Vec<String> = of_error.into_iter().chain(of_parts).collect();
        actions.sort();
        actions.dedup();
        for action in actions {
            match counted.iter_mut().find(|(known, _)| *known == action) {
                Some((_, times)) => *times += 1,
                None => counted.push((action, 1)),
            }
        }
    }
    counted.sort_by(|(a, one), (b, other)| (other, a).cmp(&(one, b)));
    counted
}
