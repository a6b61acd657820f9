//! All buckets of an account in a Region, for either control.

use std::future::Future;

use events::BucketName;
use remediation::clock::Clock;
use remediation::{CallError, Listed, Place, Survey};

use crate::{BucketPolicies, ReadBucketAcls, S3Acl, S3Policy};

/// The list of buckets. S3 shows no more of a bucket than its name and its Region.
pub trait ListBuckets {
    /// `ListBuckets`: those of the caller's account in this Region, page by page.
    ///
    /// # Errors
    /// When S3 does not answer, or not in full.
    fn buckets(&self, place: &Place<'_>) -> impl Future<Output = Result<Vec<BucketName>, CallError>>;
}

impl<P: ReadBucketAcls + ListBuckets, T: Clock> Survey for S3Acl<P, T> {
    async fn survey(&self, place: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        let names = self.acls.buckets(place).await?;
        Ok(names.into_iter().map(|id| Listed { id, state: None }).collect())
    }
}

impl<P: BucketPolicies + ListBuckets> Survey for S3Policy<P> {
    async fn survey(&self, place: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        let names = self.policies.buckets(place).await?;
        Ok(names.into_iter().map(|id| Listed { id, state: None }).collect())
    }
}
