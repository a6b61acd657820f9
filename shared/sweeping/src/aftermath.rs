//! What became of what a sweep sent, as far as the records tell some time later.

use std::collections::{BTreeMap, HashMap};
use std::time::SystemTime;

use events::{Resource, Subject};
use remediation::CallError;
use remediation::ledger::{Chronicle, Ended, Unfinished};

use crate::Progress;

/// What became of what was sent for one control.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Aftermath {
    /// How many were sent.
    pub sent: u64,
    /// How many ended so, by the outcome's name; those that wait are `held`, and those that somebody is to go on with
    /// `unfinished`. Each resource is counted once.
    pub became: BTreeMap<&'static str, u64>,
}

/// What an open record that does not wait is called.
const UNFINISHED: &str = "unfinished";

/// What one that waits is called, as the outcome.
const HELD: &str = "held";

impl Aftermath {
    /// How many have no record that this sweep led to: there was nothing left to do, people knew already, an older record
    /// of it is gone on with, or it waits in the queue.
    #[must_use]
    pub fn without_record(&self) -> u64 {
        self.sent.saturating_sub(self.became.values().sum())
    }

    fn of(sent: u64, sweep: &str, ended: &[&Ended], unfinished: &[Unfinished]) -> Self {
        let is_own = |subject: &Subject| subject.cause.event_id() == Some(sweep);
        let mut last: HashMap<&Resource, &'static str> = HashMap::new();
        for ended in ended.iter().filter(|ended| is_own(&ended.subject)) {
            last.insert(&ended.subject.resource, ended.end.outcome.as_str());
        }
        for open in unfinished.iter().filter(|open| is_own(&open.subject)) {
            last.insert(&open.subject.resource, if open.waits { HELD } else { UNFINISHED });
        }
        let mut became = BTreeMap::new();
        for name in last.into_values() {
            *became.entry(name).or_default() += 1;
        }
        Self { sent, became }
    }
}

/// What became of all that a sweep sent, by control; nothing of a control for which nothing was sent.
///
/// # Errors
/// When the records cannot be listed.
pub async fn aftermath(
    ledger: &impl Chronicle,
    progress: &Progress,
    now: SystemTime,
) -> Result<BTreeMap<String, Aftermath>, CallError> {
    let ended = ledger.ended(progress.began, now).await?;
    let mut all = BTreeMap::new();
    for (control, tally) in progress.found.iter().filter(|(_, tally)| tally.sent() > 0) {
        let unfinished = ledger.unfinished(control).await?;
        let of_control: Vec<&Ended> = ended.iter().filter(|ended| ended.control == *control).collect();
        all.insert(control.clone(), Aftermath::of(tally.sent(), &progress.sweep, &of_control, &unfinished));
    }
    Ok(all)
}
