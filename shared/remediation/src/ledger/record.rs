//! What is kept of one piece of work, from the first look to the last word about it.

use std::fmt;
use std::time::SystemTime;

use events::Subject;
use serde::{Deserialize, Serialize};

use super::{Attempt, AttemptResult, Terms};
use crate::clock::{rfc3339, stamp};
use crate::digest::Digest;
use crate::{Assessment, Brief, Mode, Outcome};

/// What finds a record: people see it as `KEY@ARN`.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct RecordId {
    /// The resource's ARN.
    pub resource: String,
    /// When it was begun, by which control, and what tells it from another one of that moment:
    /// `2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e`. In the order of such keys records are in the order of time.
    pub key: String,
}

/// What is no record's id.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "`{0}` is no record's id: it should be like `2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e@arn:aws:s3:::my-bucket`"
)]
pub struct NoRecordId(String);

/// One piece of work on one subject. All that is needed to go on with it, and to put back what it changed.
///
/// It is written before anything is changed, and stays open until nothing is left to do or to say.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    /// What finds it.
    pub id: RecordId,
    /// The control that works.
    pub control: String,
    /// What it works on, and what pointed at it.
    pub subject: Subject,
    /// Whether Curfew may change things.
    pub mode: Mode,
    /// What the first look found, as a digest; equal for the same state with the same findings.
    pub situation: String,
    /// What is to be closed, as a digest; equal where the same was closed before. `None` where nothing is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offence: Option<String>,
    /// Each time that somebody worked on it, in order. The first has the state before everything.
    pub attempts: Vec<Attempt>,
    /// What people were told, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub told: Vec<Telling>,
    /// Why it waits, where it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Hold>,
    /// How it ended; `None` while it is open.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub end: Option<End>,
    /// Who asked for it and why, where it puts back what another record changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub restores: Option<Restores>,
}

/// People were told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Telling {
    /// When.
    #[serde(with = "stamp")]
    pub at: SystemTime,
    /// Where the alert was published.
    pub to: String,
    /// Of what, as a digest; equal for what needs no second mail.
    pub situation: String,
    /// What the next mail about several subjects says of it, where it was left to that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub brief: Option<Box<Brief>>,
}

/// How the work ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct End {
    /// When.
    #[serde(with = "stamp")]
    pub at: SystemTime,
    /// How.
    pub outcome: Outcome,
}

/// Why a subject waits although something is to be closed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Hold {
    /// When it is looked at again.
    #[serde(with = "stamp")]
    pub until: SystemTime,
    /// What holds it.
    pub by: Held,
    /// Whether this is the one that people are told of, with all others that wait.
    pub tells: bool,
}

/// What holds a subject.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Held {
    /// In this hour as many resources were changed as the settings allow.
    Brake {
        /// How many these are.
        limit: u32,
    },
    /// The same was closed so many times lately, and opened again each time.
    Feud {
        /// How many times.
        times: u32,
        /// Who opened it, as far as the triggers told, the last first.
        opened_by: Vec<String>,
    },
}

/// What a restore puts back, and who asked for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Restores {
    /// The record whose changes are put back.
    pub record: RecordId,
    /// Why, as it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who it is, as it was said. Nobody verifies that.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<String>,
    /// Until when Curfew leaves alone what was put back.
    #[serde(with = "stamp")]
    pub grace_until: SystemTime,
    /// What is left alone, as [openings](Assessment::opening): what was open once it was back, and until that is read all
    /// that may come back. `None` is everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub opened: Option<Vec<String>>,
    /// Who asked for the same before, of which nobody was told how it ended, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub before: Vec<Asked>,
    /// Whether others' work was ended for it, so that somebody has to look at the resource again once it is back.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub look_again: bool,
}

/// One time that somebody asked for a restore.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// When.
    #[serde(with = "stamp")]
    pub at: SystemTime,
    /// Why, as it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// Who it was, as it was said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub claimed_by: Option<String>,
}

/// What a person put back, which Curfew leaves alone until then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftAlone {
    /// Until when.
    pub until: SystemTime,
    /// The [openings](crate::Assessment::opening) of what is left alone; `None` for everything.
    pub opened: Option<Vec<String>>,
}

impl LeftAlone {
    /// What of a finding is not left alone.
    pub(crate) fn rest<A: Assessment>(&self, judged: &A, finding: A::Finding) -> Option<A::Finding> {
        judged.beyond(finding, self.opened.as_ref()?)
    }
}

impl Restores {
    /// What of it Curfew leaves alone.
    #[must_use]
    pub fn left_alone(&self) -> LeftAlone {
        LeftAlone { until: self.grace_until, opened: self.opened.clone() }
    }
}

impl RecordId {
    /// The id of a record that this request begins now.
    #[must_use]
    pub fn new(subject: &Subject, control: &str, at: SystemTime, request_id: &str) -> Self {
        let resource = subject.arn();
        let unique = Digest::of(&(resource.as_str(), control, request_id));
        Self { resource, key: format!("{}.{control}.{}", rfc3339(at), unique.short()) }
    }

    /// The day on which it was begun, in UTC: `2026-11-22`.
    #[must_use]
    pub fn day(&self) -> &str {
        self.key.get(..10).unwrap_or(&self.key)
    }
}

impl fmt::Display for RecordId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}@{}", self.key, self.resource)
    }
}

impl TryFrom<String> for RecordId {
    type Error = NoRecordId;

    fn try_from(text: String) -> Result<Self, NoRecordId> {
        match text.split_once('@') {
            Some((key, resource)) if key.len() > 10 && resource.starts_with("arn:") => {
                Ok(Self { resource: resource.to_owned(), key: key.to_owned() })
            }
            _ => Err(NoRecordId(text)),
        }
    }
}

impl From<RecordId> for String {
    fn from(id: RecordId) -> Self {
        id.to_string()
    }
}

impl Record {
    /// The attempt that is at work, or was the last.
    #[must_use]
    pub fn last(&self) -> Option<&Attempt> {
        self.attempts.last()
    }

    /// The last attempt of a restore that somebody asked for: who comes later only tells of it and ends it, and notes no
    /// state before.
    #[must_use]
    pub fn last_asked(&self) -> Option<&Attempt> {
        self.attempts.iter().rfind(|attempt| !attempt.before.is_null())
    }

    /// Notes of an attempt that had to wait that it was no more than that.
    pub(crate) fn end_hold(&mut self, now: SystemTime) {
        let waits = self.held.is_some();
        if let Some(last) = self.attempts.last_mut().filter(|last| waits && last.result.is_none()) {
            last.result = Some(AttemptResult::of_nothing(now, Outcome::Held));
        }
    }

    /// Whether an attempt has changed something, or may have: what was cut off may have changed all of its plan.
    #[must_use]
    pub fn may_have_changed(&self) -> bool {
        self.attempts.iter().any(|attempt| self.may_have_changed_in(attempt))
    }

    /// The same of one of its attempts. Who waits has not begun.
    #[must_use]
    pub(crate) fn may_have_changed_in(&self, attempt: &Attempt) -> bool {
        let waits = self.held.is_some() && self.last().is_some_and(|last| std::ptr::eq(last, attempt));
        match &attempt.result {
            Some(result) => !result.changes.is_empty() || (attempt.plan.is_some() && result.is_in_doubt),
            None => attempt.plan.is_some() && !waits,
        }
    }

    /// Whether an attempt has closed something, or may have: not where it is known that somebody else did, whatever it
    /// changed beside that.
    pub(crate) fn may_have_closed(&self) -> bool {
        let is_of_others =
            |result: &AttemptResult| result.outcome == Outcome::ClosedMeanwhile && !result.is_in_doubt;
        let may_have_closed = |attempt: &Attempt| {
            self.may_have_changed_in(attempt) && !attempt.result.as_ref().is_some_and(is_of_others)
        };
        self.attempts.iter().any(may_have_closed)
    }

    /// Whether the brake of the hour that began then counts it. A resource is counted once in an hour, however often it takes
    /// to close it; where the settings let nothing be changed at all, nothing is gone on with either.
    #[must_use]
    pub fn is_to_be_counted(&self, terms: &Terms, hour_began: SystemTime) -> bool {
        // Behind the new attempt is the one that waits, where one does.
        let mut earlier = self.attempts.iter().rev().skip(1 + usize::from(self.held.is_some()));
        let has_waited =
            |attempt: &Attempt| attempt.result.as_ref().is_some_and(|result| result.outcome == Outcome::Held);
        let is_counted = |one: &Attempt| one.at >= hour_began && one.plan.is_some() && !has_waited(one);
        let is_news = terms.limits.changes_per_hour == 0 || !earlier.any(is_counted);
        terms.changes && self.restores.is_none() && is_news
    }

    /// Whether an attempt before the last has changed something, or may have.
    pub(crate) fn may_have_changed_before(&self) -> bool {
        let earlier = self.attempts.split_last().map(|(_, earlier)| earlier).unwrap_or_default();
        earlier.iter().any(|attempt| self.may_have_changed_in(attempt))
    }

    /// Whether something may have been done that nobody was told of, or a step failed that is left to do.
    #[must_use]
    pub fn is_unfinished(&self) -> bool {
        let has_failed = |result: &AttemptResult| {
            result.error.is_some() && matches!(result.outcome, Outcome::Failed | Outcome::StillOpen)
        };
        let last = self.last().map(|last| last.result.as_ref());
        self.told.is_empty() || last.is_some_and(|result| result.is_none_or(has_failed))
    }

    /// The record as who comes with another one of the same subject finds it while it waits. Who wrote that it waits tells
    /// people of it: another one does only once nobody is at work on that any more.
    #[must_use]
    pub fn waiting(mut self, other: &Self, now: SystemTime) -> Self {
        // The answer to this very one may have got lost.
        let is_own = self.id == other.id;
        let is_over = self.last().is_none_or(|last| last.lease_until <= now);
        if let Some(hold) = self.held.as_mut() {
            hold.tells = hold.tells && (is_own || is_over);
        }
        self
    }

    /// Whether what this one waits for is nothing to `other`, so that it is gone on with: a feud about something else, or a
    /// limit that the settings have raised since.
    #[must_use]
    pub fn lets_pass(&self, other: &Self, terms: &Terms) -> bool {
        let is_beside = other.offence.is_some() && self.offence != other.offence;
        match self.held.as_ref().map(|hold| &hold.by) {
            Some(Held::Feud { times, .. }) => is_beside || terms.changes && *times < terms.limits.feud_limit,
            Some(Held::Brake { limit }) => terms.changes && *limit < terms.limits.changes_per_hour,
            None => false,
        }
    }

    /// Whether people were told of the last attempt: what came of it, or that it waits.
    #[must_use]
    pub fn last_was_told(&self) -> bool {
        let last = if self.restores.is_some() { self.last_asked() } else { self.last() };
        let since = last.map(|last| last.at);
        self.told.last().is_some_and(|telling| since.is_some_and(|since| telling.at >= since))
    }

    /// When somebody comes for it who has nothing else to do with it, where it waits. As long as people are to be told that
    /// it does and are not, that is as soon as nobody is at work on the mail any more.
    #[must_use]
    pub fn held_until(&self) -> Option<SystemTime> {
        let hold = self.held.as_ref()?;
        let untold = self.last().filter(|_| hold.tells && !self.last_was_told());
        Some(untold.map_or(hold.until, |last| last.lease_until.min(hold.until)))
    }

    /// Whether it is a restore that is done and told, and open only until somebody looks at the resource again: whoever
    /// comes next ends it.
    #[must_use]
    pub fn only_waits_for_a_look(&self) -> bool {
        let looks_again = self.restores.as_ref().is_some_and(|restores| restores.look_again);
        let is_done = self.last_asked().is_some_and(|last| last.result.is_some());
        self.end.is_none() && looks_again && is_done && self.last_was_told()
    }

    /// Whether people were told of this already.
    #[must_use]
    pub fn was_told(&self, situation: &str) -> bool {
        self.told.iter().any(|telling| telling.situation == situation)
    }
}
