//! What triggers become.

#![expect(clippy::panic, clippy::unwrap_used, reason = "a test may fail")]

mod config_rule;
mod hostile;
mod json;
mod kinds;
mod put_evaluations;
mod resources;
mod sns;
mod sqs;
mod support;
