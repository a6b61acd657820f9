//! What this process has seen of resources lately: asking the ledger about each would cost more.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::SystemTime;

use events::Resource;

/// How many are remembered; beyond that the one that was seen longest ago is forgotten.
const CAPACITY: usize = 1_000;

/// When something happened to a resource last, as long as the process lives.
#[derive(Debug, Default)]
pub struct Moments(Mutex<HashMap<Resource, SystemTime>>);

impl Moments {
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
