//! The reading half of a port, for those who only look.

use events::BucketName;
use remediation::{CallError, Place, Tags};

use crate::{Acl, Bucket, ListBuckets, PublicAccessBlock, ReadBucketAcls};

/// A port that only reads, whatever else the port in it may do.
///
/// ```
/// fn reads<P: buckets::ReadBucketAcls>() {}
/// fn all_that_it_may<P: buckets::BucketAcls>() {
///     reads::<buckets::ReadOnly<P>>();
/// }
/// ```
///
/// ```compile_fail
/// fn changes<P: buckets::BucketAcls>() {}
/// fn all_that_it_may<P: buckets::BucketAcls>() {
///     changes::<buckets::ReadOnly<P>>();
/// }
/// ```
#[derive(Debug, Clone)]
pub struct ReadOnly<P>(P);

impl<P> ReadOnly<P> {
    /// The reading half of `port`.
    pub fn of(port: P) -> Self {
        Self(port)
    }
}

impl<P: ListBuckets> ListBuckets for ReadOnly<P> {
    async fn buckets(&self, place: &Place<'_>) -> Result<Vec<BucketName>, CallError> {
        self.0.buckets(place).await
    }
}

impl<P: ReadBucketAcls> ReadBucketAcls for ReadOnly<P> {
    async fn acl(&self, bucket: &Bucket<'_>) -> Result<Option<Acl>, CallError> {
        self.0.acl(bucket).await
    }

    async fn public_access_block(&self, bucket: &Bucket<'_>) -> Result<Option<PublicAccessBlock>, CallError> {
        self.0.public_access_block(bucket).await
    }

    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        self.0.account_block(bucket).await
    }

    async fn serves_website(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        self.0.serves_website(bucket).await
    }

    async fn acls_disabled(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        self.0.acls_disabled(bucket).await
    }

    async fn tags(&self, bucket: &Bucket<'_>) -> Result<Tags, CallError> {
        self.0.tags(bucket).await
    }
}
