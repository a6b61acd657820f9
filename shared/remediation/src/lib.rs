//! The one walk that every control takes.
//!
//! ```text
//! trigger -> subjects -> [ read -> assess -> plan -> record -> apply -> verify ] -> report -> record
//! ```
//!
//! A [`Judge`] says how its resources are read and judged and what would be done, a [`Control`] also how that is done and
//! put back, each in types of its own; [`walk`](walk::walk) takes any control through the same steps and says in a
//! [`Walked`] what happened. Only then do words come in: a judge [`Describe`]s what it found, a control [`Recount`]s what
//! was done, and the [`Report`] of that goes to a [`Notify`] and to the log.

pub mod clock;
pub mod ledger;
pub mod restore;
#[cfg(feature = "testing")]
pub mod testing;

mod advice;
mod assessment;
mod before;
mod brief;
mod call;
mod carry;
mod control;
mod describe;
mod digest;
mod done;
mod earlier;
mod exempt;
mod fact;
mod finding;
mod inspect;
mod judge;
mod look;
mod mailing;
mod mode;
mod moments;
mod notify;
mod outcome;
mod owner;
mod pace;
mod ports;
mod put_back;
mod report;
mod resume;
mod tell;
mod turn;
mod unwritten;
mod walk;
mod walked;
mod work;

pub use assessment::{Assessment, Left, Remedy};
pub use brief::{Brief, Sentences};
pub use call::{CallError, Denied, Transport};
pub use control::{Applied, Control};
pub use describe::{Describe, Evidence, Recount};
pub use done::Done;
pub use earlier::Earlier;
pub use exempt::{Exempt, Exempting, SOON};
pub use fact::{Fact, Reason, Unknown, Unread};
pub use finding::{Change, Finding, Severity};
pub use inspect::{Inspected, inspect, inspect_sparing};
pub use judge::{Judge, Listed, Place, Survey, Tags, Target};
pub use mailing::{Mailed, NotMailed, mail_briefs};
pub use mode::Mode;
pub use moments::Moments;
pub use notify::{Alert, Notify, Undelivered};
pub use outcome::Outcome;
pub use pace::Pace;
pub use ports::Ports;
pub use report::Report;
pub use tell::Told;
pub use unwritten::{Unnoted, Unwritten};
pub use walk::{Delivery, Ended, Looked, Said, Visit, walk, walk_from};
pub use walked::{Found, Note, Seen, StepError, Walked};
