//! What the control `s3-policy` may do in S3, call by call: read. It has no way to change anything.

use std::future::Future;

use remediation::{CallError, Tags};

use crate::{Bucket, PublicAccessBlock};

/// What S3 answers about a bucket's policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PolicyAnswer<T> {
    /// This.
    Is(T),
    /// The bucket has no policy.
    NoPolicy,
    /// There is no such bucket (any more).
    NoBucket,
}

/// Bucket policies, and what decides about their effect. Each method is one call.
pub trait BucketPolicies {
    /// The policy's document, as S3 gives it.
    ///
    /// # Errors
    /// When S3 does not say.
    fn document(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<PolicyAnswer<String>, CallError>>;

    /// Whether S3 calls the policy public.
    ///
    /// # Errors
    /// When S3 does not say.
    fn is_public(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<PolicyAnswer<bool>, CallError>>;

    /// The bucket's Block Public Access; where it has none, all switches are off.
    ///
    /// # Errors
    /// When S3 does not say.
    fn public_access_block(
        &self,
        bucket: &Bucket<'_>,
    ) -> impl Future<Output = Result<PolicyAnswer<PublicAccessBlock>, CallError>>;

    /// The Block Public Access of the account that owns the bucket; where it has none, all switches are off.
    ///
    /// # Errors
    /// When S3 does not say.
    fn account_block(
        &self,
        bucket: &Bucket<'_>,
    ) -> impl Future<Output = Result<PublicAccessBlock, CallError>>;

    /// The bucket's tags; none where it has none.
    ///
    /// # Errors
    /// When S3 does not say.
    fn tags(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<Tags, CallError>>;
}
