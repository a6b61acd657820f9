//! Turns: what two plans for different resources may change both, nobody else changes meanwhile.

use std::time::{Duration, SystemTime};

use crate::clock::Clock;
use crate::ledger::{Ledger, lease_until};
use crate::{CallError, Ports};

/// How long to wait before asking again.
const PAUSE: Duration = Duration::from_millis(250);

/// Somebody's turn.
#[derive(Debug)]
pub(crate) struct Turn {
    of: &'static str,
    holder: String,
}

impl<K: Clock, N, L: Ledger> Ports<K, N, L> {
    /// Waits for the turn to do this, for half of the time at most that is left until `deadline`; `None` where somebody else
    /// has it still.
    pub(crate) async fn turn(
        &self,
        of: &'static str,
        holder: &str,
        deadline: SystemTime,
    ) -> Result<Option<Turn>, CallError> {
        let start = self.clock.now();
        let gives_up = start + deadline.duration_since(start).unwrap_or_default() / 2;
        loop {
            let now = self.clock.now();
            if self.ledger.take_turn(of, holder, now, lease_until(deadline, now)).await? {
                return Ok(Some(Turn { of, holder: holder.to_owned() }));
            }
            if now >= gives_up {
                return Ok(None);
            }
            self.clock.sleep(PAUSE).await;
        }
    }

    /// Ends it. Where that cannot be written, it ends by itself.
    pub(crate) async fn end_turn(&self, turn: Option<Turn>) {
        if let Some(Turn { of, holder }) = turn {
            self.ledger.end_turn(of, &holder).await.ok();
        }
    }
}
