//! What people were told lately, so that a repeated delivery mails nobody.
//!
//! This lives as long as the process: it catches the duplicates and retries that come to a warm function. A
//! new process, or another one beside it, tells again; losing an alert would be worse than repeating one.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use events::{Resource, Subject};

use crate::{CallError, Control, Outcome, Report, StepError, Walked};

/// For how long another trigger that finds the same situation is not told again: two Config rules that watch
/// the same thing fire within minutes of each other.
const WINDOW: Duration = Duration::from_secs(10 * 60);

/// How many resources are remembered; beyond that the longest untold is forgotten.
const CAPACITY: usize = 1_000;

/// The situations that people were told of, one a resource.
#[derive(Debug, Default)]
pub struct Recent {
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
    pub(crate) fn knows<C: Control>(&self, walked: &Walked<C>, report: &Report, now: SystemTime) -> bool {
        let told = self.told();
        walked.changes.is_empty()
            && told.get(&walked.subject.resource).is_some_and(|told| {
                let lately = now.duration_since(told.at).is_ok_and(|age| age < WINDOW);
                told.situation == situation(walked, report)
                    && (lately || told.cause == cause(&walked.subject))
            })
    }

    /// Remembers that people were told. A closed resource is forgotten: should it open again, that is news.
    pub(crate) fn note<C: Control>(&self, walked: &Walked<C>, report: &Report, told: bool, now: SystemTime) {
        let mut memory = self.told();
        if told {
            if memory.len() >= CAPACITY
                && let Some(oldest) =
                    memory.iter().min_by_key(|(_, told)| told.at).map(|(key, _)| key.clone())
            {
                memory.remove(&oldest);
            }
            let (situation, cause) = (situation(walked, report), cause(&walked.subject));
            memory.insert(walked.subject.resource.clone(), Told { situation, cause, at: now });
        } else if matches!(walked.outcome, Outcome::Compliant | Outcome::ClosedMeanwhile | Outcome::Gone) {
            memory.remove(&walked.subject.resource);
        }
    }

    fn told(&self) -> MutexGuard<'_, HashMap<Resource, Told>> {
        self.told.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What tells the situation in which the resource is left from another one: equal for a repeated delivery
/// that finds the same and has nothing to change. What the services write in their own words may differ
/// from call to call and does not count.
fn situation<C: Control>(walked: &Walked<C>, report: &Report) -> u64 {
    let mut hasher = DefaultHasher::new();
    for finding in report.remaining.as_ref().unwrap_or(&report.findings) {
        (finding.summary.as_str(), finding.evidence.to_string()).hash(&mut hasher);
    }
    let found = || walked.found.as_ref().map(|found| &found.state);
    walked.seen.as_ref().map(|seen| &seen.state).or_else(found).hash(&mut hasher);
    let action = walked.failed_call().map(CallError::action);
    (walked.error.as_ref().map(StepError::kind), action).hash(&mut hasher);
    hasher.finish()
}

fn cause(subject: &Subject) -> u64 {
    let mut hasher = DefaultHasher::new();
    subject.cause.to_string().hash(&mut hasher);
    hasher.finish()
}
