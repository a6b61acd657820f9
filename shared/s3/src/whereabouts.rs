//! Where a bucket is.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::head_bucket::HeadBucketError;
use aws_types::SdkConfig;
use events::{BucketName, Region};
use remediation::CallError;

use crate::clients;

const ACTION: &str = "s3:HeadBucket";

/// What S3 says in each answer about a bucket, a refusal too:
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_HeadBucket.html>
const REGION: &str = "x-amz-bucket-region";

/// The Region of a bucket, whoever owns it; `None` where there is no such bucket. Asked in the Region of the configuration,
/// which it is in where the answer says no other, as that of an emulator.
///
/// # Errors
/// When S3 does not say.
pub async fn region_of(sdk: &SdkConfig, bucket: &BucketName) -> Result<Option<Region>, CallError> {
    let own = sdk.region().cloned();
    let client = clients::bucket_client(sdk, own.clone());
    ask(&client, own.as_ref().map(AsRef::as_ref), bucket).await
}

pub(crate) async fn ask(
    client: &Client,
    own: Option<&str>,
    bucket: &BucketName,
) -> Result<Option<Region>, CallError> {
    let error = match client.head_bucket().bucket(bucket.as_str()).send().await {
        Ok(answer) => {
            let named = answer.bucket_region().or(own).and_then(Region::new);
            return named.map(Some).ok_or(CallError::Incomplete { action: ACTION, field: REGION });
        }
        Err(error) => error,
    };
    if let Some(HeadBucketError::NotFound(_)) = error.as_service_error() {
        return Ok(None);
    }
    let named = error.raw_response().and_then(|answer| answer.headers().get(REGION)).and_then(Region::new);
    named.map(Some).ok_or_else(|| aws::failed(ACTION, error))
}
