//! What is said in the log and counted in metrics.

pub mod line;
pub mod log;
pub mod metrics;
