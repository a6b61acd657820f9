//! `s3-policy`: people hear of a bucket policy that lets in whom it should not. Curfew never changes a policy.

mod advice;
mod assess;
mod control;
mod describe;
mod evidence;
mod port;
mod settings;
mod state;

pub use assess::{PolicyAssessment, PolicyFinding};
pub use control::{NoChange, NoPlan, S3Policy};
pub use evidence::WHAT_BLOCKS;
pub use port::{BucketPolicies, PolicyAnswer};
pub use settings::S3PolicySettings;
pub use state::{BucketPolicy, PolicyState};

#[cfg(test)]
mod tests;
