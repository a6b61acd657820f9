//! What a custom rule answers AWS Config, with the controls' own judgement.
//!
//! - [`chosen`]: which control a rule's parameters name.
//! - [`Verdict`]: what a [`Report`](remediation::Report) of a look comes to, as AWS Config takes it.
//! - [`Item`], [`OrItem`]: the configuration item stands in for what the function's role may not read live. What it wraps
//!   reads only, whatever else that could do: no change is possible through it.
//! - [`Evaluations`], [`deliver`]: the port to AWS Config, and how everything gets there that it takes.
//!
//! - [`to_ask_again`], [`evaluate_again`]: which rules of others AWS Config evaluates again, once what they had found is
//!   closed.
//!
//! No SDK comes in here: the crate `config` has what is behind the port.

mod again;
mod annotation;
mod delivery;
mod item;
mod parameters;
mod port;
mod verdict;

pub use again::{
    AT_MOST_EVERY, ConfigRule, Fires, LOOK_BACK, Leaves, RECORDED_WITHIN, Reevaluations, evaluate_again,
    to_ask_again,
};
pub use annotation::Annotation;
pub use delivery::{NotTaken, deliver};
pub use item::{Item, OrItem};
pub use parameters::{ParametersError, chosen};
pub use port::{Evaluation, Evaluations, Token};
pub use verdict::{Compliance, Verdict};

#[cfg(test)]
mod tests;
