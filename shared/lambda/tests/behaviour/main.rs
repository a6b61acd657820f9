//! What a function does with an invocation.

#![expect(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test may fail")]

mod digest;
mod log;
mod renewal;
mod restore;
mod rule;
mod service;
mod side_by_side;
mod slow;
mod support;
mod sweep;
