//! What every walk needs besides its control.

use std::time::SystemTime;

use crate::clock::Clock;
use crate::ledger::{Begun, Ledger, Record, Terms};
use crate::{CallError, Moments, Unnoted, Unwritten};

/// What every walk needs besides its control.
#[derive(Debug)]
pub struct Ports<K, N, L> {
    /// The time.
    pub clock: K,
    /// Who tells people.
    pub notify: N,
    /// What is remembered.
    pub ledger: L,
    /// What was seen closed lately, so that one that opens again is news.
    pub closed: Moments,
    /// What this process has ended lately: it needs no second look at what it did itself.
    pub ended: Moments,
    /// What could not be written down yet.
    pub unwritten: Unwritten,
    /// Which of what waited is sent, and could not be noted as sent yet.
    pub unnoted: Unnoted,
}

impl<K: Clock, N, L> Ports<K, N, L> {
    /// The ports.
    pub fn new(clock: K, notify: N, ledger: L) -> Self {
        Self {
            clock,
            notify,
            ledger,
            closed: Moments::default(),
            ended: Moments::default(),
            unwritten: Unwritten::default(),
            unnoted: Unnoted::default(),
        }
    }
}

impl<K: Clock, N, L: Ledger> Ports<K, N, L> {
    /// Writes down first what this process could not write down when it was over.
    ///
    /// # Errors
    /// When it cannot be written down yet.
    pub async fn catch_up(&self, resource: &str) -> Result<(), CallError> {
        let Some(record) = self.unwritten.take(resource) else { return Ok(()) };
        match self.finish(record, self.clock.now()).await {
            Err(error) if error.is_passing() => Err(error),
            // Somebody else has gone on with it, and knows what is to be known.
            _ => Ok(()),
        }
    }

    /// Writes a record as it is now. What cannot be written now is kept for the next delivery.
    pub(crate) async fn finish(&self, record: Record, now: SystemTime) -> Result<(), CallError> {
        let finished = self.ledger.finish(&record, now).await;
        match &finished {
            Ok(()) if record.end.is_some() => self.ended.note(&record.subject.resource, now),
            Err(error) if error.is_passing() => self.unwritten.keep(record),
            _ => {}
        }
        finished
    }

    /// Ends a record that is taken and begins another one in its place. Where that is not begun, what was told is written
    /// down all the same, and the first is let go: as it ended where nothing is left to do, and else for who comes next.
    pub(crate) async fn replace(
        &self,
        over: Record,
        record: &Record,
        terms: &Terms,
    ) -> Result<Begun, CallError> {
        let begun = self.ledger.replace(&over, record, terms).await;
        match &begun {
            Ok(Begun::Taken | Begun::Held { .. }) => {
                let ended_at = over.end.as_ref().map_or(terms.now, |end| end.at);
                self.ended.note(&over.subject.resource, ended_at);
            }
            Ok(Begun::Known) => {
                let now = over.end.as_ref().map_or(terms.now, |end| end.at);
                self.finish(over, now).await?;
            }
            Ok(Begun::Restored(_) | Begun::Stale(_)) => {
                self.finish(Record { end: None, ..over }, terms.now).await?;
            }
            // Somebody else has it.
            Ok(Begun::Busy { .. } | Begun::Open(_)) => {}
            Err(_) => {
                // Kept for the next delivery, where that cannot be written either.
                self.finish(Record { end: None, ..over }, terms.now).await.ok();
            }
        }
        begun
    }
}
