//! Who asks, and when.

use std::time::{SystemTime, UNIX_EPOCH};

use crate::Trust;

/// What a decision depends on beside the policy.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Whom the operator trusts.
    pub trust: &'a Trust,
    /// When it is asked. A grant that has expired by then lets nobody in; one that begins later counts as open.
    pub now: SystemTime,
}

/// Whole seconds since 1970.
pub(crate) fn seconds(at: SystemTime) -> i64 {
    let whole = |seconds: u64| i64::try_from(seconds).unwrap_or(i64::MAX);
    match at.duration_since(UNIX_EPOCH) {
        Ok(since) => whole(since.as_secs()),
        Err(before) => -whole(before.duration().as_secs()),
    }
}
