//! What a person asks, and what is answered.

mod properties_of_reading;
mod questions;
mod reading;
mod reports;
