//! A ledger with something in the way of its calls.

use std::fmt;
use std::time::SystemTime;

use events::Subject;

use crate::ledger::{Begun, Briefs, Ledger, Memory, Pending, Record, Terms, Waiting};
use crate::{Brief, CallError};

/// One of a ledger's calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Call {
    /// [`Ledger::begin`]
    Begin,
    /// [`Ledger::resume`]
    Resume,
    /// [`Ledger::replace`]
    Replace,
    /// [`Ledger::pending`]
    Pending,
    /// [`Ledger::due`]
    Due,
    /// [`Ledger::waiting`]
    Waiting,
    /// [`Ledger::finish`]
    Finish,
    /// [`Ledger::take_turn`]
    TakeTurn,
    /// [`Ledger::end_turn`]
    EndTurn,
    /// [`Briefs::briefs`]
    Briefs,
    /// [`Briefs::sent`]
    Sent,
}

/// A ledger in memory, before each call of which something happens: time passes, others are faster, it hangs. Where that is
/// an error, the call fails and nothing is written.
pub struct Hindered<'a, F> {
    ledger: &'a Memory,
    meets: F,
}

impl<'a, F: AsyncFn(Call) -> Result<(), CallError>> Hindered<'a, F> {
    /// The ledger, where each call meets this first.
    pub fn new(ledger: &'a Memory, meets: F) -> Self {
        Self { ledger, meets }
    }
}

impl<F> fmt::Debug for Hindered<'_, F> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hindered").field("ledger", self.ledger).finish_non_exhaustive()
    }
}

impl<F: AsyncFn(Call) -> Result<(), CallError>> Ledger for Hindered<'_, F> {
    async fn begin(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        (self.meets)(Call::Begin).await?;
        self.ledger.begin(record, terms).await
    }

    async fn resume(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        (self.meets)(Call::Resume).await?;
        self.ledger.resume(record, terms).await
    }

    async fn replace(&self, over: &Record, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        (self.meets)(Call::Replace).await?;
        self.ledger.replace(over, record, terms).await
    }

    async fn pending(&self, subject: &Subject, control: &str, now: SystemTime) -> Result<Pending, CallError> {
        (self.meets)(Call::Pending).await?;
        self.ledger.pending(subject, control, now).await
    }

    async fn due(&self, control: &str, now: SystemTime) -> Result<Vec<Subject>, CallError> {
        (self.meets)(Call::Due).await?;
        self.ledger.due(control, now).await
    }

    async fn waiting(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        (self.meets)(Call::Waiting).await?;
        self.ledger.waiting(control).await
    }

    async fn finish(&self, record: &Record, now: SystemTime) -> Result<(), CallError> {
        (self.meets)(Call::Finish).await?;
        self.ledger.finish(record, now).await
    }

    async fn take_turn(
        &self,
        of: &str,
        holder: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<bool, CallError> {
        (self.meets)(Call::TakeTurn).await?;
        self.ledger.take_turn(of, holder, now, until).await
    }

    async fn end_turn(&self, of: &str, holder: &str) -> Result<(), CallError> {
        (self.meets)(Call::EndTurn).await?;
        self.ledger.end_turn(of, holder).await
    }
}

impl<F: AsyncFn(Call) -> Result<(), CallError>> Briefs for Hindered<'_, F> {
    async fn briefs(&self, control: &str) -> Result<Waiting, CallError> {
        (self.meets)(Call::Briefs).await?;
        self.ledger.briefs(control).await
    }

    async fn sent(&self, control: &str, briefs: &[Brief], now: SystemTime) -> Result<(), CallError> {
        (self.meets)(Call::Sent).await?;
        self.ledger.sent(control, briefs, now).await
    }
}
