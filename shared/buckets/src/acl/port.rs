//! What the control `s3-acl` may do in S3, call by call.

use std::future::Future;

use remediation::{CallError, Tags};
use serde::{Deserialize, Serialize};

use super::plan::{AclWrite, BlockChange};
use super::state::Acl;
use crate::{Bucket, PublicAccessBlock};

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum NewAcl {
    /// This list of grants.
    Grants(Acl),
    /// The canned ACL `private`.
    Private,
}

/// How writing went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// S3 took it.
    Done,
    /// The bucket has ACLs disabled (`BucketOwnerEnforced`): no grant in it has any effect.
    AclsDisabled,
    /// The bucket does not exist any more.
    NoBucket,
}

/// Bucket ACLs, and what decides about their effect, to read. Each method is one call.
pub trait ReadBucketAcls {
    /// The bucket's ACL, or `None` where the bucket does not exist.
    ///
    /// # Errors
    /// When S3 does not say.
    fn acl(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<Option<Acl>, CallError>>;

    /// The bucket's Block Public Access; `None` where it has none.
    ///
    /// # Errors
    /// When S3 does not say.
    fn public_access_block(
        &self,
        bucket: &Bucket<'_>,
    ) -> impl Future<Output = Result<Option<PublicAccessBlock>, CallError>>;

    /// The Block Public Access of the account that owns the bucket; where it has none, all switches are off.
    ///
    /// # Errors
    /// When S3 does not say.
    fn account_block(
        &self,
        bucket: &Bucket<'_>,
    ) -> impl Future<Output = Result<PublicAccessBlock, CallError>>;

    /// Whether the bucket serves a website.
    ///
    /// # Errors
    /// When S3 does not say.
    fn serves_website(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<bool, CallError>>;

    /// Whether the bucket's Object Ownership disables ACLs (`BucketOwnerEnforced`).
    ///
    /// # Errors
    /// When S3 does not say.
    fn acls_disabled(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<bool, CallError>>;

    /// The bucket's tags; none where it has none.
    ///
    /// # Errors
    /// When S3 does not say.
    fn tags(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<Tags, CallError>>;
}

/// Bucket ACLs, to change. Each method is one call.
pub trait BucketAcls: ReadBucketAcls {
    /// Replaces the bucket's ACL. Where it is tried again, it is [looked at](AclWrite::is_of) before.
    ///
    /// # Errors
    /// When S3 does not take it, or somebody changed it between two tries.
    fn write(
        &self,
        bucket: &Bucket<'_>,
        write: &AclWrite,
    ) -> impl Future<Output = Result<Written, CallError>>;

    /// Replaces the bucket's Block Public Access, or takes it away, so that it has none. Where it is tried again, it is
    /// looked at before.
    ///
    /// # Errors
    /// When S3 does not take it, or somebody changed it between two tries.
    fn block(&self, bucket: &Bucket<'_>, change: BlockChange) -> impl Future<Output = Result<(), CallError>>;
}
