//! What a custom rule answers AWS Config, with the controls' own judgement.
//!
//! - [`chosen`]: which control a rule's parameters name.
//! - [`Verdict`]: what a [`Report`](remediation::Report) of a look comes to, as AWS Config takes it.
//! - [`Item`], [`OrItem`]: the configuration item stands in for what the function's role may not read live. What it wraps
//!   reads only, whatever else that could do: no change is possible through it.
//! - [`Evaluations`], [`deliver`]: the port to AWS Config, and how everything gets there that it takes.
//!
//! No SDK comes in here: the crate `config` has what is behind the port.

mod annotation;
mod delivery;
mod item;
mod parameters;
mod port;
mod verdict;

pub use annotation::Annotation;
pub use delivery::{NotTaken, deliver};
pub use item::{Item, OrItem};
pub use parameters::{ParametersError, chosen};
pub use port::{Evaluation, Evaluations, Token};
pub use verdict::{Compliance, Verdict};

#[cfg(test)]
mod tests;
