//! The one walk that every function takes, and what is said about it.
//!
//! ```text
//! trigger -> subjects -> [ read -> assess -> exempt? -> plan -> record -> apply -> verify ] -> report
//! ```
//!
//! A [`Control`] says how its resources are read, judged and changed; [`walk`](walk::walk) takes any
//! control through the same steps; [`Service`] does it for everything that one invocation holds, writes one
//! log line a subject, and hands what a person should know to a [`Notify`].

pub mod clock;
pub mod log;
pub mod metrics;
pub mod settings;

mod call_error;
mod calls;
mod control;
mod failure;
mod finding;
mod notify;
mod outcome;
mod recent;
mod report;
mod service;
mod walk;

pub use call_error::{CallError, Denied};
pub use calls::CountCalls;
pub use control::{Applied, Change, Control, Evidence, Target};
pub use finding::{Finding, Remedy, Severity};
pub use notify::{Alert, Notify, Undelivered};
pub use outcome::Outcome;
pub use report::Report;
pub use service::{HandleError, Invocation, Service};
pub use settings::{Mode, Settings};
pub use walk::walk;
