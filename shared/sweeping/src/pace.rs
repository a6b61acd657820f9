//! How fast a sweep reads.

use std::cell::Cell;
use std::time::{Duration, SystemTime};

use remediation::clock::Clock;

/// Lets so many begin in a second, evenly.
#[derive(Debug)]
pub(crate) struct Pace<'a, K> {
    clock: &'a K,
    interval: Duration,
    next: Cell<Option<SystemTime>>,
}

impl<'a, K: Clock> Pace<'a, K> {
    pub(crate) fn new(clock: &'a K, a_second: u32) -> Self {
        Self { clock, interval: Duration::from_secs(1) / a_second.max(1), next: Cell::new(None) }
    }

    /// Returns once the next may begin.
    pub(crate) async fn turn(&self) {
        let now = self.clock.now();
        let turn = self.next.get().map_or(now, |next| next.max(now));
        self.next.set(turn.checked_add(self.interval));
        let pause = turn.duration_since(now).unwrap_or_default();
        if !pause.is_zero() {
            self.clock.sleep(pause).await;
        }
    }
}
