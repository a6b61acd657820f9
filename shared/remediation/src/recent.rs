//! What people were told lately, so that a repeated delivery mails nobody.
//!
//! This lives as long as the process: it catches the duplicates and retries that come to a warm function. A
//! new process, or another one beside it, tells again; losing an alert would be worse than repeating one.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use events::Resource;

use crate::{Outcome, Report};

/// For how long another trigger that finds the same situation is not told again: two Config rules that watch
/// the same thing fire within minutes of each other.
const WINDOW: Duration = Duration::from_secs(10 * 60);

/// How many resources are remembered; beyond that the longest untold is forgotten.
const CAPACITY: usize = 1_000;

/// The situations that people were told of, one a resource.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    told: Mutex<HashMap<Resource, Told>>,
}

#[derive(Debug, Clone, Copy)]
struct Told {
    situation: u64,
    cause: u64,
    at: SystemTime,
}

impl Recent {
    /// Whether people know this already. A change is always news.
    pub(crate) fn knows(&self, report: &Report, now: SystemTime) -> bool {
        let told = self.told();
        report.changes.is_empty()
            && told.get(&report.subject.resource).is_some_and(|told| {
                let lately = now.duration_since(told.at).is_ok_and(|age| age < WINDOW);
                told.situation == report.situation() && (lately || told.cause == cause(report))
            })
    }

    /// Remembers that people were told. A closed resource is forgotten: should it open again, that is news.
    pub(crate) fn note(&self, report: &Report, told: bool, now: SystemTime) {
        let mut memory = self.told();
        if told {
            if memory.len() >= CAPACITY
                && let Some(oldest) =
                    memory.iter().min_by_key(|(_, told)| told.at).map(|(key, _)| key.clone())
            {
                memory.remove(&oldest);
            }
            let entry = Told { situation: report.situation(), cause: cause(report), at: now };
            memory.insert(report.subject.resource.clone(), entry);
        } else if matches!(report.outcome, Outcome::Compliant | Outcome::Gone) {
            memory.remove(&report.subject.resource);
        }
    }

    fn told(&self) -> MutexGuard<'_, HashMap<Resource, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn cause(report: &Report) -> u64 {
    let mut hasher = DefaultHasher::new();
    report.subject.cause.to_string().hash(&mut hasher);
    hasher.finish()
}
