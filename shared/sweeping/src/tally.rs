//! How many resources of a control were found to be what.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::Verdict;

/// How many resources of a control were found to be what.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Tally(BTreeMap<Verdict, u64>);

impl Tally {
    /// Counts one resource.
    pub fn add(&mut self, verdict: Verdict) {
        let count = self.0.entry(verdict).or_default();
        *count = count.saturating_add(1);
    }

    /// How many there are of this.
    #[must_use]
    pub fn of(&self, verdict: Verdict) -> u64 {
        self.0.get(&verdict).copied().unwrap_or_default()
    }

    /// How many resources were seen.
    #[must_use]
    pub fn seen(&self) -> u64 {
        self.sum(|_| true)
    }

    /// How many were handed to a function.
    #[must_use]
    pub fn sent(&self) -> u64 {
        self.sum(Verdict::needs_work)
    }

    fn sum(&self, is_meant: impl Fn(Verdict) -> bool) -> u64 {
        let counts = self.0.iter().filter(|(verdict, _)| is_meant(**verdict)).map(|(_, count)| *count);
        counts.fold(0, u64::saturating_add)
    }
}
