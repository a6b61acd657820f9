//! Reads JSON documents by path, so that whatever cannot be read is named by its place.
//!
//! A [`Node`] is a value and its [`Place`]. What it is asked for and does not hold becomes a [`Fault`], out of
//! which each crate makes its own words. [`strict`] reads a text that says everything once.

mod fault;
mod kind;
mod node;
mod place;
mod strict;

pub use fault::{Expected, Fault};
pub use kind::kind;
pub use node::Node;
pub use place::Place;
pub use strict::strict;
