//! What an operator reads about a subject, and the SNS topic that carries it.
//!
//! [`mail`](mail::mail) writes for people, [`message`](message::message) adds the same facts as JSON for
//! programs and keeps the whole within what SNS takes, [`digest`](digest::digest) does both for several subjects at once,
//! [`Topic`] publishes it.

pub mod digest;
pub mod mail;
pub mod message;

mod cut;
mod exempt;
mod restored;
mod text;
mod topic;

pub use topic::{Topic, TopicArn, TopicArnError};
