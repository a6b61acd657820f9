//! What is said in the log and counted in metrics.

mod length;
pub mod line;
pub mod log;
pub mod metrics;
mod out;

pub use out::unheard;

/// The target of Curfew's own lines; those of libraries are written from `warn` on only.
pub const TARGET: &str = "curfew";
