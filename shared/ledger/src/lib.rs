//! Records in DynamoDB, behind the walk's port.
//!
//! One table. Its partition key `resource` is a resource's ARN, its sort key `record` one of
//!
//! ```text
//! 2026-11-22T05:41:07.120Z.s3-acl.5f2c9a1e    a record, under its own key
//! part 2026-11-22T05:41:...5f2c9a1e 7b0d... 0  a part of a record that is too large for one item
//! standing s3-acl                              what is known of the resource and a control between two pieces of work
//! ```
//!
//! In the partition `brake s3-acl` there are the hours in which the control changed something, and in `digest s3-acl` what
//! waits for the next mail about several resources:
//!
//! ```text
//! 2026-11-22T05:41:...5f2c9a1e@arn:aws:s3:::b  what that mail says of a record, written with its end
//! turn                                         who sends the mail
//! ```
//!
//! What takes turns has a partition too, such as `network-interfaces`, with whose `turn` it is.
//!
//! INVARIANTS, each kept by the condition of every write:
//! - A record that is over is never written again.
//! - A record and the standing of its subject are written in one transaction, so that they always agree.
//! - What may be done is said by [`Standing`](remediation::ledger::Standing) alone. A condition here is never wider than
//!   that; where it fails, the standing is read and asked.
//!
//! <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>

mod begin;
mod body;
mod brake;
mod briefs;
mod endpoint;
mod finish;
mod item;
mod pages;
mod parts;
mod read;
mod standings;
mod table;
mod turns;
mod write;

#[cfg(test)]
mod tests;

pub use endpoint::endpoint;
pub use pages::{Listing, Next, Page, Unreadable};
pub use table::Table;
