//! One piece of work on one resource, as a record or a log line tells it.

use std::fmt;
use std::time::{Duration, SystemTime};

use remediation::{Outcome, Severity};
use serde_json::value::RawValue;

/// One piece of work on one resource: from the first look to its end.
#[derive(Debug, Clone)]
pub struct Case {
    /// What finds its record, `KEY@ARN`, where there is one.
    pub record: Option<String>,
    /// The control.
    pub control: String,
    /// The resource for people, as in `bucket acme`.
    pub resource: String,
    /// Its name or id.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The account that owns it.
    pub account: String,
    /// The Region that it is in.
    pub region: String,
    /// Where the console shows it, where that is known.
    pub console: Option<String>,
    /// How it ended.
    pub ending: Ending,
    /// `enforce` or `observe`.
    pub mode: String,
    /// The worst that was found, where something was.
    pub severity: Option<Severity>,
    /// The trigger that pointed at it.
    pub cause: String,
    /// Who opened it, where the trigger tells.
    pub opened_by: Option<String>,
    /// Since when it was open at the latest, where the trigger tells.
    pub open_since: Option<SystemTime>,
    /// When Curfew first looked; of a line without a record, when it was written.
    pub began: SystemTime,
    /// The last that is known of it: when it ended, or was looked at.
    pub last: SystemTime,
    /// When it ended; `None` where it is not over.
    pub ended: Option<SystemTime>,
    /// How long it was open as far as that is known: from what the trigger tells to the read that found it closed.
    pub exposed_for: Option<Duration>,
    /// What was found, a sentence each.
    pub findings: Vec<String>,
    /// What was going to be done, a line a step.
    pub planned: Vec<String>,
    /// What was changed, a line each.
    pub changes: Vec<String>,
    /// How many mails people got; `None` where nobody says.
    pub mails: Option<usize>,
    /// Why it waits.
    pub held: Option<String>,
    /// What exempts it.
    pub exempt: Vec<String>,
    /// Why a step could not be done.
    pub error: Option<String>,
    /// What else there is to know.
    pub note: Option<String>,
    /// Whether Curfew closed only a part of what is closed, or nobody knows how much of it.
    pub is_in_part: bool,
    /// What it puts back, where it is a restore.
    pub restores: Option<Restoring>,
    /// The record of the restore that put it back, where that is among what was read.
    pub put_back: Option<String>,
    /// Whether there is something that `curfew restore` could put back.
    pub is_reversible: bool,
    /// How many lines say the same.
    pub times: usize,
    /// Each time that it was worked on, in order; empty where that was left out to save room.
    pub attempts: Vec<Attempt>,
    /// Whether the attempts were left out.
    pub is_short: bool,
}

/// One time that it was worked on. State and plan are the control's own, as JSON.
#[derive(Debug, Clone)]
pub struct Attempt {
    /// When it began.
    pub at: SystemTime,
    /// When it was over.
    pub over: Option<SystemTime>,
    /// How it ended; `None` where it was cut off or is at work.
    pub outcome: Option<Outcome>,
    /// The state before.
    pub before: Option<Box<RawValue>>,
    /// The plan.
    pub plan: Option<Box<RawValue>>,
    /// What was changed.
    pub changes: Option<Box<RawValue>>,
    /// The state after.
    pub after: Option<Box<RawValue>>,
    /// What was still found afterwards, a sentence each; `None` where nobody read it again.
    pub remaining: Option<Vec<String>>,
    /// Why a step could not be done.
    pub error: Option<String>,
}

/// What a restore puts back, and who asked for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restoring {
    /// The record.
    pub record: String,
    /// Why, as it was said.
    pub reason: Option<String>,
    /// Who it is, as it was said. Nobody verifies that.
    pub claimed_by: Option<String>,
}

/// How a case ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// So.
    Is(Outcome),
    /// It was begun, and is not over.
    Open,
}

/// Endings that are much the same to a reader, for charts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Kind {
    /// Curfew closed it.
    Closed,
    /// A person had it put back.
    PutBack,
    /// A person has to decide.
    Told,
    /// It would have been closed.
    Observed,
    /// It is exempt.
    Exempt,
    /// It waits, or is at work.
    Waiting,
    /// It is open still, or nobody knows.
    NotClosed,
    /// Nothing was left to do.
    Nothing,
}

impl Case {
    /// Whether it is a restore.
    #[must_use]
    pub fn is_restore(&self) -> bool {
        self.restores.is_some() || self.ending == Ending::Is(Outcome::Restored)
    }

    /// Whether something was found open that somebody had opened: it is no restore, and something was found.
    #[must_use]
    pub fn was_open(&self) -> bool {
        !self.is_restore() && !self.findings.is_empty()
    }

    /// Whether somebody should look at it: it is not closed, or not over.
    #[must_use]
    pub fn needs_a_look(&self) -> bool {
        matches!(self.ending.kind(), Kind::NotClosed | Kind::Waiting)
    }

    /// What puts it back, as a command for a shell.
    #[must_use]
    pub fn restore_command(&self, prefix: &str) -> Option<String> {
        let record = self.record.as_ref().filter(|_| self.is_reversible)?;
        let prefix = if prefix == "curfew" { String::new() } else { format!(" --prefix {}", quoted(prefix)) };
        Some(format!("curfew restore --region {}{prefix} --record {}", quoted(&self.region), quoted(record)))
    }

    /// From the first look to the end.
    #[must_use]
    pub fn took(&self) -> Option<Duration> {
        self.ended?.duration_since(self.began).ok()
    }

    /// What asks for most comes first: what is not closed, what is bad, what is new.
    pub(crate) fn weight(&self) -> (bool, Option<Severity>, SystemTime) {
        (self.needs_a_look(), self.severity, self.last)
    }
}

/// As a word that a shell takes as it is.
fn quoted(word: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "-_./:@".contains(c);
    if !word.is_empty() && word.chars().all(is_plain) {
        return word.to_owned();
    }
    format!("'{}'", word.replace('\'', r"'\''"))
}

impl Ending {
    /// All of them, in the order of tables.
    pub const ALL: [Self; 12] = [
        Self::Is(Outcome::Remediated),
        Self::Is(Outcome::ClosedMeanwhile),
        Self::Is(Outcome::Restored),
        Self::Is(Outcome::Alerted),
        Self::Is(Outcome::Observed),
        Self::Is(Outcome::Exempt),
        Self::Is(Outcome::Held),
        Self::Open,
        Self::Is(Outcome::StillOpen),
        Self::Is(Outcome::Failed),
        Self::Is(Outcome::Gone),
        Self::Is(Outcome::Compliant),
    ];

    /// As logs and mails write it, as in `still-open`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Is(outcome) => outcome.as_str(),
            Self::Open => "open",
        }
    }

    /// What it means, for who has not read the manual.
    #[must_use]
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Is(Outcome::Remediated) => {
                "Curfew closed it, or a part of it, and a second read found it closed"
            }
            Self::Is(Outcome::ClosedMeanwhile) => {
                "a second read found it closed, and no call of Curfew's is known to have done it"
            }
            Self::Is(Outcome::Restored) => "a person asked for it, and what Curfew had changed was put back",
            Self::Is(Outcome::Alerted) => "mailed, for a person to decide",
            Self::Is(Outcome::Observed) => "would have been closed, but the mode was observe",
            Self::Is(Outcome::Exempt) => "exempt, and nothing was changed",
            Self::Is(Outcome::Held) => "has to wait: too much was changed, or the same was closed too often",
            Self::Open => "begun, and not over",
            Self::Is(Outcome::StillOpen) => "a second read found something open",
            Self::Is(Outcome::Failed) => "a step could not be done",
            Self::Is(Outcome::Gone) => "the resource does not exist any more",
            Self::Is(Outcome::Compliant) => "nothing was found",
        }
    }

    /// What it comes to.
    #[must_use]
    pub fn kind(self) -> Kind {
        match self {
            Self::Is(Outcome::Remediated) => Kind::Closed,
            Self::Is(Outcome::Restored) => Kind::PutBack,
            Self::Is(Outcome::Alerted) => Kind::Told,
            Self::Is(Outcome::Observed) => Kind::Observed,
            Self::Is(Outcome::Exempt) => Kind::Exempt,
            Self::Is(Outcome::Held) | Self::Open => Kind::Waiting,
            Self::Is(Outcome::StillOpen | Outcome::Failed) => Kind::NotClosed,
            Self::Is(Outcome::ClosedMeanwhile | Outcome::Gone | Outcome::Compliant) => Kind::Nothing,
        }
    }
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Kind {
    /// All of them, in the order of charts.
    pub const ALL: [Self; 8] = [
        Self::Closed,
        Self::PutBack,
        Self::Told,
        Self::Observed,
        Self::Exempt,
        Self::Waiting,
        Self::NotClosed,
        Self::Nothing,
    ];

    /// For programs and for a page's classes.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Closed => "closed",
            Self::PutBack => "put-back",
            Self::Told => "told",
            Self::Observed => "observed",
            Self::Exempt => "exempt",
            Self::Waiting => "waiting",
            Self::NotClosed => "not-closed",
            Self::Nothing => "nothing-left",
        }
    }

    /// For people.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Closed => "closed by Curfew",
            Self::PutBack => "put back",
            Self::Told => "for a person to decide",
            Self::Observed => "only observed",
            Self::Exempt => "exempt",
            Self::Waiting => "waiting, or at work",
            Self::NotClosed => "failed, or still open",
            Self::Nothing => "closed by others, or gone",
        }
    }
}
