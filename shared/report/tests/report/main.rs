//! What a report says, from records and lines made by hand.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

mod cap;
mod forms;
mod made;
mod numbers;
mod reading;
