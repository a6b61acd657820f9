//! What a sweep looks at, sends and counts.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod failures;
mod properties;
mod sweeps;
mod town;
