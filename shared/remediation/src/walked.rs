//! What happened to one subject, in its control's own types.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use events::Subject;
use serde_json::{Value, json};

use crate::clock::rfc3339;
use crate::earlier::{Earlier, beyond};
use crate::ledger::Held;
use crate::{Assessment, CallError, Control, Done, Exempt, Judge, Mode, Outcome, Unread};

/// What happened to one subject.
#[derive(Debug)]
pub struct Walked<C: Control> {
    /// What was looked at.
    pub subject: Subject,
    /// Whether Curfew may change things.
    pub mode: Mode,
    /// How it ended.
    pub outcome: Outcome,
    /// What was found, where there was something to find.
    pub found: Option<Found<C>>,
    /// What was changed, in order; first what others changed before who began with the same work. And what may have been
    /// changed by this one besides.
    pub done: Done<C::Change>,
    /// How many of these others had noted before.
    pub(crate) noted: usize,
    /// What these others found and were going to do.
    pub earlier: Vec<Earlier<C>>,
    /// What the read after the changes found; `None` where there was no such read.
    pub seen: Option<Seen<C>>,
    /// What of it is exempt, and what is not though somebody wrote so.
    pub exempt: Exempt,
    /// Who owns the resource, where its tags were read and say so.
    pub owner: Option<String>,
    /// What of the plan is left undone.
    pub left: Option<C::Plan>,
    /// What it waits for, where it has to.
    pub hold: Option<Held>,
    /// Why a step could not be done.
    pub error: Option<StepError>,
    /// What else there is to know.
    pub note: Option<Note>,
    /// From the event that tells since when it was open to the read that found it closed, where there is such an event and
    /// Curfew closed it.
    pub exposed_for: Option<Duration>,
    /// How long it took.
    pub duration: Duration,
}

/// What the first read found.
#[derive(Debug)]
pub struct Found<C: Judge> {
    /// The state before.
    pub state: C::State,
    /// The same as JSON: what was there before any change.
    pub written: Value,
    /// What is not acceptable about it: without what is exempt, unless nothing else is left.
    pub assessment: C::Assessment,
    /// What clears that; `None` where the control changes nothing.
    pub plan: Option<C::Plan>,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// What the read after the changes found.
#[derive(Debug)]
pub struct Seen<C: Judge> {
    /// The state after.
    pub state: C::State,
    /// What is still not acceptable about it, without what is exempt.
    pub assessment: C::Assessment,
    /// What could not be read.
    pub unread: Vec<Unread>,
}

/// Why a step could not be done.
#[derive(Debug, Clone, thiserror::Error)]
pub enum StepError {
    /// A call to AWS did not succeed.
    #[error(transparent)]
    Call(#[from] CallError),
    /// Something that decides could not be read, and nothing was found in what could.
    #[error("{0}")]
    Unread(Unread),
    /// The state before cannot be written down, and what cannot be put back is not changed.
    #[error("the state before could not be written down, so nothing was changed: {0}")]
    Unwritable(#[source] Arc<serde_json::Error>),
    /// What was written down of earlier work cannot be read any more.
    #[error("the record `{0}` of earlier work cannot be read: {1}")]
    Unreadable(String, #[source] Arc<serde_json::Error>),
    /// It would have had no effect, for this reason.
    #[error("{0}")]
    NoEffect(&'static str),
}

/// What else there is to know of a walk.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Note {
    /// The resource was deleted between the two reads.
    Deleted,
    /// It was open at the first read and closed at the second, and no change is known.
    ClosedMeanwhile,
    /// The same, where Curfew has made no call that may have closed it.
    ClosedByOthers,
    /// Somebody else closed it, or Curfew did while it closed another resource.
    ClosedBesides,
    /// Somebody else closed a part of it at the same time.
    ClosedInPart,
    /// The same, or Curfew closed that part while it closed another resource.
    ClosedBesidesInPart,
    /// What was found has no effect, for this reason.
    Inert(&'static str),
    /// Curfew's call that closes it had no answer, and a read afterwards found it closed.
    Unanswered,
    /// Curfew's call that closes it had failed, and a read afterwards found it closed.
    ClosedAfterFailure,
    /// Curfew closed it, a read after that found it open, and a later one found it closed.
    FoundOpenAfter,
    /// An earlier delivery had begun to close it then, and was cut off.
    CutOff(SystemTime),
    /// An earlier delivery had begun to close more than was open at this one's first read, and nobody knows how far it came.
    BegunBefore(SystemTime),
    /// Curfew had begun to close it then, and it is exempt by now: what was done of it stays.
    LeftHalfWay(SystemTime),
    /// A person put it back, and it is left alone until then.
    Restored(SystemTime),
}

impl<C: Control> Walked<C> {
    /// Nothing but how it ended.
    #[must_use]
    pub(crate) fn new(subject: &Subject, mode: Mode, outcome: Outcome) -> Self {
        Self {
            subject: subject.clone(),
            mode,
            outcome,
            found: None,
            done: Done::default(),
            noted: 0,
            earlier: Vec::new(),
            seen: None,
            exempt: Exempt::default(),
            owner: None,
            left: None,
            hold: None,
            error: None,
            note: None,
            exposed_for: None,
            duration: Duration::ZERO,
        }
    }

    /// The call that failed, where one did.
    #[must_use]
    pub fn failed_call(&self) -> Option<&CallError> {
        match &self.error {
            Some(StepError::Call(error)) => Some(error),
            _ => None,
        }
    }

    /// The outcome once it is known that somebody else closed it: what Curfew did beside that has closed nothing.
    pub(crate) fn outcome_by_note(&self) -> Outcome {
        match (self.outcome, self.note) {
            (
                Outcome::Remediated,
                Some(Note::ClosedByOthers | Note::ClosedBesides | Note::ClosedAfterFailure),
            ) => Outcome::ClosedMeanwhile,
            (outcome, _) => outcome,
        }
    }

    /// What was changed now, and not by others before.
    pub(crate) fn own_changes(&self) -> &[C::Change] {
        self.done.changes.get(self.noted..).unwrap_or_default()
    }

    /// Whether Curfew may have closed something although no answer told so, now or at an earlier delivery.
    pub(crate) fn may_have_closed(&self, control: &C) -> bool {
        let earlier = self.earlier.iter().flat_map(|earlier| &earlier.in_doubt);
        let in_doubt: Vec<C::Change> = self.done.in_doubt.iter().chain(earlier).cloned().collect();
        beyond(control, &in_doubt, self.own_changes()).iter().any(|change| control.closes(change))
    }

    /// That an earlier delivery was cut off while it was closing more than this plan does, where that is so.
    pub(crate) fn cut_off(&self, control: &C, plan: &C::Plan) -> Option<Note> {
        let mut cut_off = self.earlier.iter().filter(|earlier| earlier.is_cut_off);
        let earlier = cut_off.find(|earlier| earlier.has_begun_more(control, plan))?;
        Some(Note::CutOff(earlier.at))
    }

    /// Whether Curfew has closed something of it, or it was seen closed after a call of Curfew's that may have done that.
    pub(crate) fn may_be_closed_by_curfew(&self, control: &C) -> bool {
        let is_seen_closed = match &self.seen {
            Some(seen) => !seen.assessment.is_open(),
            // Nothing was left to do when the walk began.
            None => self.outcome == Outcome::ClosedMeanwhile,
        };
        self.done.changes.iter().any(|change| control.closes(change))
            || is_seen_closed && self.may_have_closed(control)
    }

    /// What the last read could not read and another one may, where the walk is over but for that.
    #[must_use]
    pub fn to_read_again(&self) -> Option<&Unread> {
        let is_over = match self.outcome {
            Outcome::Remediated | Outcome::Alerted | Outcome::Observed | Outcome::ClosedMeanwhile => true,
            Outcome::Compliant
            | Outcome::Exempt
            | Outcome::Held
            | Outcome::Gone
            | Outcome::Restored
            | Outcome::StillOpen
            | Outcome::Failed => false,
        };
        let seen = self.seen.as_ref().map(|seen| &seen.unread);
        let last = seen.or(self.found.as_ref().map(|found| &found.unread)).filter(|_| is_over)?;
        last.iter().find(|unread| unread.unknown.is_passing())
    }

    /// Whether all that is left open after the changes is what another read may clear up.
    fn waits_for_a_read(&self) -> bool {
        self.seen.as_ref().is_some_and(|Seen { assessment, .. }| {
            let may_pass = |finding| !assessment.remedy(finding).is_open() || assessment.may_pass(finding);
            assessment.is_open() && assessment.findings().iter().all(may_pass)
        })
    }

    /// All that could not be read, each once.
    #[must_use]
    pub fn unread(&self) -> Vec<&Unread> {
        let found = self.found.iter().flat_map(|found| &found.unread);
        let seen = self.seen.iter().flat_map(|seen| &seen.unread);
        let mut all: Vec<&Unread> = Vec::new();
        for unread in found.chain(seen) {
            if !all.iter().any(|known| known.what == unread.what) {
                all.push(unread);
            }
        }
        all
    }

    /// Whether a person should hear of this: what was changed, what needs a decision, what failed for good.
    /// What may pass by itself is said once nobody will hand the same trigger out again: `last_chance`.
    #[must_use]
    pub fn concerns_a_person(&self, last_chance: bool) -> bool {
        let for_good = !self.error.as_ref().is_some_and(StepError::is_passing) && !self.waits_for_a_read();
        match self.outcome {
            Outcome::Compliant => false,
            Outcome::Exempt => {
                let is_half_done = matches!(self.note, Some(Note::LeftHalfWay(_)));
                self.exempt.ends_soon || is_half_done || !self.done.changes.is_empty()
            }
            Outcome::Gone => !self.done.changes.is_empty(),
            Outcome::Remediated
            | Outcome::Alerted
            | Outcome::Observed
            | Outcome::Held
            | Outcome::Restored
            | Outcome::ClosedMeanwhile => true,
            Outcome::StillOpen | Outcome::Failed => for_good || last_chance,
        }
    }
}

impl StepError {
    /// Whether the same step may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        match self {
            Self::Call(error) => error.is_passing(),
            Self::Unread(unread) => unread.unknown.is_passing(),
            Self::Unwritable(_) | Self::Unreadable(..) | Self::NoEffect(_) => false,
        }
    }

    /// A stable name for logs and message consumers.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Call(error) => error.kind(),
            Self::Unread(unread) => unread.unknown.reason.kind(),
            Self::Unwritable(_) => "unwritable-state",
            Self::Unreadable(..) => "unreadable-record",
            Self::NoEffect(_) => "no-effect",
        }
    }

    /// The error for programs; see [`CallError::facts`].
    #[must_use]
    pub fn facts(&self) -> Value {
        match self {
            Self::Call(error) => error.facts(),
            Self::Unread(_) | Self::Unwritable(_) | Self::Unreadable(..) | Self::NoEffect(_) => {
                json!({ "kind": self.kind(), "message": self.to_string() })
            }
        }
    }
}

impl Note {
    /// Whether Curfew closed only a part of what is closed, or nobody knows how much of it.
    #[must_use]
    pub fn is_in_part(self) -> bool {
        match self {
            Self::ClosedMeanwhile
            | Self::ClosedByOthers
            | Self::ClosedBesides
            | Self::ClosedInPart
            | Self::ClosedBesidesInPart
            | Self::Unanswered
            | Self::ClosedAfterFailure
            | Self::FoundOpenAfter
            | Self::CutOff(_) => true,
            Self::Deleted
            | Self::Inert(_)
            | Self::BegunBefore(_)
            | Self::LeftHalfWay(_)
            | Self::Restored(_) => false,
        }
    }

    /// The same where Curfew may have closed it while it closed another resource.
    pub(crate) fn or_besides(self) -> Self {
        match self {
            Self::ClosedByOthers | Self::ClosedAfterFailure => Self::ClosedBesides,
            Self::ClosedInPart => Self::ClosedBesidesInPart,
            note => note,
        }
    }

    /// The note in words, without the full stop.
    #[must_use]
    pub fn words(self) -> String {
        let words = match self {
            Self::Deleted => "the resource was deleted while Curfew was at work",
            // The answer to a call may get lost, and its repetition find the work done.
            Self::ClosedMeanwhile => {
                "it was closed between Curfew's two reads, by somebody else or by a call of Curfew's whose answer \
                 got lost"
            }
            Self::ClosedByOthers => "it was closed between Curfew's two reads, and by no call of Curfew's",
            Self::ClosedBesides => {
                "it was closed by somebody else, or by Curfew itself while it closed another resource: the records of that \
                 one tell"
            }
            Self::ClosedBesidesInPart => {
                "somebody else closed a part of it at the same time, or Curfew itself did while it closed another resource: \
                 what Curfew closed of it for its own sake is in the list above"
            }
            Self::ClosedInPart => {
                "somebody else closed a part of it at the same time: what Curfew closed is in the list above"
            }
            Self::Inert(why) => why,
            Self::Unanswered => {
                "Curfew's call that closes it had no answer, and a read afterwards found it closed: if somebody else \
                 closed it at that moment, nobody can tell"
            }
            Self::ClosedAfterFailure => {
                "a call of Curfew's had failed, and a read afterwards found it closed: somebody else closed it"
            }
            Self::FoundOpenAfter => {
                "a read after Curfew had closed it found it open, still or again, and a later one found it closed: whether \
                 somebody else closed it then, nobody can tell"
            }
            Self::CutOff(at) => {
                return format!(
                    "Curfew had begun to close it at {} and was cut off, so that nobody knows how much of it that did; \
                     this finishes that work",
                    rfc3339(at)
                );
            }
            Self::BegunBefore(at) => {
                return format!(
                    "Curfew had begun to close more of it at {}, and nobody knows how much of that it did: the record has \
                     what it was going to do",
                    rfc3339(at)
                );
            }
            Self::LeftHalfWay(at) => {
                return format!(
                    "Curfew had begun to close it at {} and had not finished before it was exempt: what was done by then \
                     stays, and the record has what it was before",
                    rfc3339(at)
                );
            }
            Self::Restored(until) => {
                return format!("a person put it back, and Curfew leaves it alone until {}", rfc3339(until));
            }
        };
        words.to_owned()
    }
}
