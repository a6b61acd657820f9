//! Records that could not be finished when their work was over, as the next delivery to this process finishes them: nobody
//! else knows what was changed, and who was told.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::Brief;
use crate::ledger::Record;

/// How many are kept; beyond that one of them is forgotten, and people may hear of it twice.
const CAPACITY: usize = 1_000;

/// Records that could not be finished, by their resource, as long as the process lives.
#[derive(Debug, Default)]
pub struct Unwritten(Mutex<HashMap<String, Record>>);

impl Unwritten {
    /// Keeps a record as it should be written.
    pub(crate) fn keep(&self, record: Record) {
        let mut kept = self.kept();
        if kept.len() >= CAPACITY
            && let Some(one) = kept.keys().next().cloned()
        {
            kept.remove(&one);
        }
        kept.insert(record.id.resource.clone(), record);
    }

    /// Hands out what is kept of a resource, for another try.
    pub(crate) fn take(&self, resource: &str) -> Option<Record> {
        self.kept().remove(resource)
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<String, Record>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was sent in a digest, and is not noted as sent, as long as the process lives.
#[derive(Debug, Default)]
pub struct Unnoted(Mutex<Vec<Brief>>);

impl Unnoted {
    /// Keeps what was sent.
    pub(crate) fn keep(&self, sent: Vec<Brief>) {
        *self.kept() = sent;
    }

    /// Hands out what is kept, for another try.
    pub(crate) fn take(&self) -> Vec<Brief> {
        std::mem::take(&mut *self.kept())
    }

    fn kept(&self) -> MutexGuard<'_, Vec<Brief>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
