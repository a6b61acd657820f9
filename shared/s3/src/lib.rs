//! What is behind the ports of the controls over buckets: S3.

mod acls;
mod block;
mod clients;
mod endpoint;
mod listing;
mod policies;
mod rehearsed;
mod tags;
mod whereabouts;

pub use acls::S3BucketAcls;
pub use endpoint::endpoint;
pub use policies::S3BucketPolicies;
pub use rehearsed::REHEARSED_BUCKET;
pub use whereabouts::region_of;

#[cfg(test)]
mod tests;
