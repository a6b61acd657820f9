//! What the crate promises, by subject.

#![expect(
    clippy::indexing_slicing,
    clippy::panic,
    clippy::string_slice,
    clippy::unwrap_used,
    reason = "a test may fail"
)]

mod abilities;
mod callers;
mod cases;
mod change;
mod definition;
mod evaluation;
mod exemptions;
mod findings;
mod fix;
mod fuzz;
mod headlines;
mod internet;
mod parse;
mod properties;
mod support;
mod variables;
