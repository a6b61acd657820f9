//! A ledger with something in the way of its calls.

use std::fmt;
use std::time::SystemTime;

use events::Subject;

use crate::CallError;
use crate::ledger::{Begun, Ledger, Memory, Pending, Record, Terms};

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
}
