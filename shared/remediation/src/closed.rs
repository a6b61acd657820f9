//! Which resources were seen closed lately, so that one that opens again is news.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use events::Resource;

/// How many are remembered; beyond that the one that was seen longest ago is forgotten.
const CAPACITY: usize = 1_000;

/// When a resource was seen closed last, as long as the process lives. Asking the ledger about each resource that is
/// closed would cost more than a mail that comes only after [`remind_after`](crate::ledger::Limits::remind_after).
#[derive(Debug, Default)]
pub struct SeenClosed(Mutex<HashMap<Resource, SystemTime>>);

impl SeenClosed {
    pub(crate) fn note(&self, resource: &Resource, at: SystemTime) {
        let mut seen = self.seen();
        if seen.len() >= CAPACITY
            && let Some(oldest) = seen.iter().min_by_key(|(_, at)| **at).map(|(resource, _)| resource.clone())
        {
            seen.remove(&oldest);
        }
        seen.insert(resource.clone(), at);
    }

    pub(crate) fn when(&self, resource: &Resource) -> Option<SystemTime> {
        self.seen().get(resource).copied()
    }

    fn seen(&self) -> MutexGuard<'_, HashMap<Resource, SystemTime>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
