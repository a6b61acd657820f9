//! What is known of accounts' Block Public Access for a while, so that a warm function does not ask again.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use events::AccountId;

use crate::PublicAccessBlock;

/// For how long an answer counts. It says how bad a public grant is and never whether the grant goes.
const KEPT: Duration = Duration::from_secs(5 * 60);

/// The switches that accounts were found with, and when. What could not be read is not kept.
#[derive(Debug, Default)]
pub(super) struct KnownAccounts(Mutex<HashMap<AccountId, (PublicAccessBlock, SystemTime)>>);

impl KnownAccounts {
    /// The account's switches, where they were read lately.
    pub(super) fn of(&self, account: &AccountId, now: SystemTime) -> Option<PublicAccessBlock> {
        let (block, at) = self.all().get(account).copied()?;
        now.duration_since(at).is_ok_and(|age| age < KEPT).then_some(block)
    }

    /// Keeps what was read.
    pub(super) fn keep(&self, account: &AccountId, block: PublicAccessBlock, now: SystemTime) {
        self.all().insert(account.clone(), (block, now));
    }

    fn all(&self) -> MutexGuard<'_, HashMap<AccountId, (PublicAccessBlock, SystemTime)>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
