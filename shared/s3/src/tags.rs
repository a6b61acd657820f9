//! Tags of buckets.

use buckets::Bucket;
use remediation::{CallError, Tags};

use crate::clients::{Buckets, explain};

/// The bucket's tags; none where it has none.
pub(crate) async fn read(buckets: &Buckets, bucket: &Bucket<'_>) -> Result<Tags, CallError> {
    const ACTION: &str = "s3:GetBucketTagging";
    let answer = buckets
        .of(bucket.region)
        .get_bucket_tagging()
        .bucket(bucket.id.as_str())
        .expected_bucket_owner(bucket.account.as_str())
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect()),
        Err(error) if aws::code(&error) == Some("NoSuchTagSet") => Ok(Tags::new()),
        Err(error) => Err(explain(aws::failed(ACTION, error), bucket)),
    }
}
