//! What the crate promises, by subject.

mod blocks;
mod sets_of_addresses;
mod span_sets;
