//! The names that AWS gives to accounts, Regions, partitions and resources.
//!
//! Each kind of name is a type of its own, so that two cannot be swapped. Each is checked once, where it is made
//! or read from JSON, so that nothing odd reaches an API call, a link or a mail.

mod newtypes;
mod partition;

pub use newtypes::*;
pub use partition::Partition;
