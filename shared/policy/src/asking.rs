//! Who asks, and when.

use std::time::SystemTime;

use crate::Trust;

/// What a decision depends on beside the policy.
#[derive(Debug, Clone, Copy)]
pub struct Asking<'a> {
    /// Whom the operator trusts.
    pub trust: &'a Trust,
    /// When it is asked.
    pub now: SystemTime,
}
