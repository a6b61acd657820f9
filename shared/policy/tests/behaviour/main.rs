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
mod hard;
mod headlines;
mod internet;
mod likeness;
mod parse;
mod parties;
mod place;
mod properties;
mod real;
mod support;
mod variables;
mod ways;
