//! What is behind the ports of the controls over buckets: S3.

mod acls;
mod block;
mod clients;
mod listing;
mod policies;
mod tags;

pub use acls::S3BucketAcls;
pub use policies::S3BucketPolicies;

#[cfg(test)]
mod tests;
