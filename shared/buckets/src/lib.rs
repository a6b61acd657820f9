//! The controls over S3 buckets.
//!
//! | control | reads | changes |
//! | --- | --- | --- |
//! | [`S3Acl`] (`s3-acl`) | the bucket's ACL; where it is public, also what limits and what depends on it | the bucket's ACL; by setting, its Block Public Access |
//! | [`S3Policy`] (`s3-policy`) | the policy, S3's verdict on it, Block Public Access | nothing |
//!
//! Each control has a port with exactly the calls that it may make (`port.rs` in its folder) and is handed nothing
//! else. No SDK comes in here: the crate `s3` has what is behind the ports.

mod acl;
mod block;
mod commands;
mod listing;
mod policy;
mod read_only;
mod remembering;

pub use acl::{
    Acl, AclAssessment, AclChange, AclFinding, AclPlan, AclState, AclStep, AclStyle, AclWrite, Around,
    BlockChange, BucketAcls, Grant, Grantee, NewAcl, Owner, PublicGrant, PublicGroup, ReadBucketAcls, S3Acl,
    S3AclSettings, Written,
};
pub use block::PublicAccessBlock;
pub use listing::ListBuckets;
pub use policy::{
    BucketPolicies, BucketPolicy, NoChange, NoPlan, PolicyAnswer, PolicyAssessment, PolicyFinding,
    PolicyState, S3Policy, S3PolicySettings, WHAT_BLOCKS,
};
pub use read_only::ReadOnly;
pub use remembering::Remembering;

use events::BucketName;
use remediation::Target;

/// A bucket, as a control sees it.
pub type Bucket<'a> = Target<'a, BucketName>;
