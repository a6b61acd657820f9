//! All buckets of an account in a Region, for either control.

use std::future::Future;

use events::BucketName;
use remediation::clock::Clock;
use remediation::{CallError, Listed, Place, Survey};

use crate::{BucketPolicies, ReadBucketAcls, S3Acl, S3Policy};

/// S3 says of no limit for what it keeps about buckets. A bucket with nothing to say takes one to three of these calls, so
/// that this is about a hundred in a second: an account's own programs read objects by the thousand.
const READS_A_SECOND: u32 = 40;

/// The list of buckets. S3 shows no more of a bucket than its name and its Region.
pub trait ListBuckets {
    /// `ListBuckets`: those of the caller's account in this Region, page by page.
    ///
    /// # Errors
    /// When S3 does not answer, or not in full.
    fn buckets(&self, place: &Place<'_>) -> impl Future<Output = Result<Vec<BucketName>, CallError>>;
}

impl<P: ReadBucketAcls + ListBuckets, T: Clock> Survey for S3Acl<P, T> {
    const READS_A_SECOND: u32 = READS_A_SECOND;

    async fn survey(&self, place: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        let names = self.acls.buckets(place).await?;
        Ok(names.into_iter().map(|id| Listed { id, state: None }).collect())
    }
}

impl<P: BucketPolicies + ListBuckets> Survey for S3Policy<P> {
    const READS_A_SECOND: u32 = READS_A_SECOND;

    async fn survey(&self, place: &Place<'_>) -> Result<Vec<Listed<Self>>, CallError> {
        let names = self.policies.buckets(place).await?;
        Ok(names.into_iter().map(|id| Listed { id, state: None }).collect())
    }
}
