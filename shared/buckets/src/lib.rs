//! The controls over S3 buckets.
//!
//! | control | reads | changes |
//! | --- | --- | --- |
//! | [`S3Acl`] (`s3-acl`) | the bucket's ACL; where it is public, also what limits and what depends on it | the bucket's ACL; by setting, its Block Public Access |
//! | [`S3Policy`] (`s3-policy`) | the policy, S3's verdict on it, Block Public Access | nothing |
//!
//! Each control has a port with exactly these calls (`port.rs` in its folder) and is handed nothing else.

mod account;
mod acl;
mod client;
mod policy;
mod public_access_block;

pub use account::AccountBlock;
pub use acl::{
    Acl, AclPlan, AclState, BucketAcls, Fact, Grant, Grantee, NewAcl, Owner, S3Acl, S3BucketAcls,
    Surroundings, Written,
};
pub use policy::{BucketPolicies, BucketPolicy, PolicyState, S3BucketPolicies, S3Policy};
pub use public_access_block::PublicAccessBlock;

#[cfg(test)]
mod tests;
