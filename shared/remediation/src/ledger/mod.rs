//! The port to what Curfew remembers: records, who works on what, how much was changed, what people were told.

mod attempt;
mod memory;
mod record;
mod standing;

use std::future::Future;
use std::time::{Duration, SystemTime};

use events::Subject;

use crate::{Brief, CallError};

pub use attempt::{Attempt, AttemptResult};
pub use memory::Memory;
pub use record::{Asked, End, Held, Hold, LeftAlone, NoRecordId, Record, RecordId, Restores, Telling};
pub(crate) use standing::is_same_moment;
pub use standing::{Closing, Entry, KEPT, LastTold, SKEW, Standing};

/// How many resources a control may change in an hour, unless the settings say another number.
pub const CHANGES_PER_HOUR: u32 = 30;

/// How long a subject is taken where nobody says when the request ends.
const LEASE: Duration = Duration::from_secs(60);

/// How long after its deadline a request that is ended by Lambda may still be at work, by another clock.
const MARGIN: Duration = SKEW;

/// Until when a subject is taken by a request that has to end at `deadline`. One that has passed already says nothing.
pub(crate) fn lease_until(deadline: SystemTime, now: SystemTime) -> SystemTime {
    let ends = if deadline > now { deadline } else { now + LEASE };
    ends + MARGIN
}

/// On which terms somebody begins to work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terms {
    /// The time now.
    pub now: SystemTime,
    /// Until when nobody else begins with the same subject, unless the work is over before.
    pub lease_until: SystemTime,
    /// Whether something is going to be changed, or is only going to be said.
    pub changes: bool,
    /// When the look at the live state began by which it goes.
    pub looked_at: SystemTime,
    /// What was heard of the subject's standing before that look.
    pub heard: Heard,
    /// When the resource was seen closed, where that is known: what was told before is news again.
    pub seen_closed: Option<SystemTime>,
    /// What limits it.
    pub limits: Limits,
}

/// What was heard of a standing, so that the look that followed goes by it.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Heard {
    /// When somebody else's work ended.
    pub end: Option<SystemTime>,
    /// Until when something is left alone.
    pub grace: Option<SystemTime>,
}

/// What limits the work of a control: settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many resources may be changed in an hour, by all that work at the same time.
    pub changes_per_hour: u32,
    /// How many times the same may be closed within a day.
    pub feud_limit: u32,
    /// How long people are not told again of what they were told, however often it is found.
    pub remind_after: Duration,
}

/// Whether somebody may begin.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// The record is written, and nobody else works on the subject.
    Taken,
    /// Somebody else works on it, at the latest until then.
    Busy {
        /// Until when.
        until: SystemTime,
    },
    /// This record is open, and nobody works on it any more. Nothing was written: go on with it.
    Open(Box<Record>),
    /// People know of it already, and nothing is to be changed. Nothing was written.
    Known,
    /// It has to wait. The record is written, and says so.
    Held {
        /// The record as it is written now.
        record: Box<Record>,
    },
    /// A person put something back, which is left alone. Nothing was written: go on with the rest.
    Restored(LeftAlone),
    /// Somebody else's work ended then, since the look or shortly before. Nothing was written: look again.
    Stale(SystemTime),
}

/// What is open for a subject.
#[derive(Debug, Clone, PartialEq)]
pub enum Pending {
    /// Nothing.
    Nothing,
    /// Somebody works on it, at the latest until then.
    Busy {
        /// Until when.
        until: SystemTime,
    },
    /// This was begun, and nobody works on it any more.
    Open(Box<Record>),
}

/// What Curfew remembers.
///
/// INVARIANT: nothing is changed but by who has a record that was [`Taken`](Begun::Taken).
pub trait Ledger {
    /// Writes a new record and takes its subject, both or neither.
    ///
    /// # Errors
    /// When it cannot be written. Then nothing may be changed.
    fn begin(&self, record: &Record, terms: &Terms) -> impl Future<Output = Result<Begun, CallError>>;

    /// Takes the subject of a record that is open already, and writes it down with its new attempt, both or neither.
    ///
    /// # Errors
    /// When it cannot be written. Then nothing may be changed.
    fn resume(&self, record: &Record, terms: &Terms) -> impl Future<Output = Result<Begun, CallError>>;

    /// Ends `over`, which the caller has taken and which says how it ended, and begins `record` on the same subject in its
    /// place: both or neither, so that nothing that is left of the one is lost before it is in the other. Where it is not
    /// begun, `over` is written no more than `record` is.
    ///
    /// # Errors
    /// When it cannot be written. Then nothing may be changed.
    fn replace(
        &self,
        over: &Record,
        record: &Record,
        terms: &Terms,
    ) -> impl Future<Output = Result<Begun, CallError>>;

    /// What is open for a subject: asked by a delivery that may not be the first, where the live state has nothing that is
    /// to be closed.
    ///
    /// # Errors
    /// When it cannot be read.
    fn pending(
        &self,
        subject: &Subject,
        control: &str,
        now: SystemTime,
    ) -> impl Future<Output = Result<Pending, CallError>>;

    /// The records of a control that nobody goes on with: what waits and may go on now, or of which people should hear and
    /// did not, and what was left open an hour ago.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn due(&self, control: &str, now: SystemTime) -> impl Future<Output = Result<Vec<Subject>, CallError>>;

    /// The resources of a control that wait.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn waiting(&self, control: &str) -> impl Future<Output = Result<Vec<Subject>, CallError>>;

    /// Writes a record as it is now and lets its subject go. One with an end is over for good; another one is open for the
    /// next delivery.
    ///
    /// # Errors
    /// When it cannot be written, or somebody else has taken the subject since.
    fn finish(&self, record: &Record, now: SystemTime) -> impl Future<Output = Result<(), CallError>>;

    /// Lets nobody else do `of` until `until`. Says whether that is so; who has its turn already keeps it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn take_turn(
        &self,
        of: &str,
        holder: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> impl Future<Output = Result<bool, CallError>>;

    /// Ends a turn, where it is the holder's still.
    ///
    /// # Errors
    /// When it cannot be written. Then it ends by itself, later.
    fn end_turn(&self, of: &str, holder: &str) -> impl Future<Output = Result<(), CallError>>;
}

/// Finds what was written down.
pub trait Archive {
    /// The record of this id; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn record(&self, id: &RecordId) -> impl Future<Output = Result<Option<Record>, CallError>>;

    /// All records of a resource, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    fn history(&self, resource: &str) -> impl Future<Output = Result<Vec<Record>, CallError>>;
}

/// A record that is over, as lists have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// The control that worked.
    pub control: String,
    /// What it worked on, and what pointed at it first.
    pub subject: Subject,
    /// When and how it ended.
    pub end: End,
}

/// A record that is open, as lists have it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfinished {
    /// What it is about, and what pointed at it first.
    pub subject: Subject,
    /// Whether it waits, so that nobody is at work on it.
    pub waits: bool,
}

/// Lists what is over, and what is not.
pub trait Chronicle {
    /// The records that ended from `since` on, in the order of time. One that ended within the last second may be missing.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn ended(
        &self,
        since: SystemTime,
        now: SystemTime,
    ) -> impl Future<Output = Result<Vec<Ended>, CallError>>;

    /// The records of a control that are open.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn unfinished(&self, control: &str) -> impl Future<Output = Result<Vec<Unfinished>, CallError>>;
}

/// How many subjects one mail is about at most. What is beyond that is left to the next tick.
pub const TOGETHER: usize = 1_000;

/// What waits for a mail about several subjects.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Waiting {
    /// What the mail is about.
    pub briefs: Vec<Brief>,
    /// The keys of what waits and cannot be read: it stays where it is, and keeps nothing else from being sent.
    pub unreadable: Vec<String>,
}

/// Keeps what is left to a mail about several subjects, from the write that [ends](Ledger::finish) its record until it is
/// sent.
pub trait Briefs {
    /// What waits of a control, and is not known to be sent: at most [`TOGETHER`], those that were begun first.
    ///
    /// # Errors
    /// When it cannot be listed.
    fn briefs(&self, control: &str) -> impl Future<Output = Result<Waiting, CallError>>;

    /// Notes that these were sent.
    ///
    /// # Errors
    /// When it cannot be written. Some of them may be noted all the same.
    fn sent(
        &self,
        control: &str,
        briefs: &[Brief],
        now: SystemTime,
    ) -> impl Future<Output = Result<(), CallError>>;
}

/// Knows what people put back.
pub trait Graces {
    /// What of a resource Curfew leaves alone now, since a person put it back; `None` where that is nothing.
    ///
    /// # Errors
    /// When it cannot be read.
    fn left_alone(
        &self,
        subject: &Subject,
        control: &str,
        now: SystemTime,
    ) -> impl Future<Output = Result<Option<LeftAlone>, CallError>>;
}

impl<T: Archive> Archive for &T {
    async fn record(&self, id: &RecordId) -> Result<Option<Record>, CallError> {
        (*self).record(id).await
    }

    async fn history(&self, resource: &str) -> Result<Vec<Record>, CallError> {
        (*self).history(resource).await
    }
}

impl<T: Ledger> Ledger for &T {
    async fn begin(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        (*self).begin(record, terms).await
    }

    async fn resume(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        (*self).resume(record, terms).await
    }

    async fn replace(&self, over: &Record, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        (*self).replace(over, record, terms).await
    }

    async fn pending(&self, subject: &Subject, control: &str, now: SystemTime) -> Result<Pending, CallError> {
        (*self).pending(subject, control, now).await
    }

    async fn due(&self, control: &str, now: SystemTime) -> Result<Vec<Subject>, CallError> {
        (*self).due(control, now).await
    }

    async fn waiting(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        (*self).waiting(control).await
    }

    async fn finish(&self, record: &Record, now: SystemTime) -> Result<(), CallError> {
        (*self).finish(record, now).await
    }

    async fn take_turn(
        &self,
        of: &str,
        holder: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<bool, CallError> {
        (*self).take_turn(of, holder, now, until).await
    }

    async fn end_turn(&self, of: &str, holder: &str) -> Result<(), CallError> {
        (*self).end_turn(of, holder).await
    }
}

impl<T: Chronicle> Chronicle for &T {
    async fn ended(&self, since: SystemTime, now: SystemTime) -> Result<Vec<Ended>, CallError> {
        (*self).ended(since, now).await
    }

    async fn unfinished(&self, control: &str) -> Result<Vec<Unfinished>, CallError> {
        (*self).unfinished(control).await
    }
}

impl<T: Briefs> Briefs for &T {
    async fn briefs(&self, control: &str) -> Result<Waiting, CallError> {
        (*self).briefs(control).await
    }

    async fn sent(&self, control: &str, briefs: &[Brief], now: SystemTime) -> Result<(), CallError> {
        (*self).sent(control, briefs, now).await
    }
}

impl<T: Graces> Graces for &T {
    async fn left_alone(
        &self,
        subject: &Subject,
        control: &str,
        now: SystemTime,
    ) -> Result<Option<LeftAlone>, CallError> {
        (*self).left_alone(subject, control, now).await
    }
}
