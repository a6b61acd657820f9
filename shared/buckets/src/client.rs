//! The S3 client, and what its calls have in common.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use events::BucketName;
use remediation::{CallError, Denied, Target};

pub(crate) type Bucket<'a> = Target<'a, BucketName>;

/// A client for buckets of any Region: each call goes to its own bucket's.
pub(crate) fn client(sdk: &SdkConfig) -> Client {
    // An endpoint of one's own rarely has a DNS name for each bucket.
    let config = Builder::from(sdk).force_path_style(has_own_endpoint(sdk)).build();
    Client::from_conf(config)
}

fn has_own_endpoint(sdk: &SdkConfig) -> bool {
    let key =
        ServiceConfigKey::builder().service_id("s3").env("AWS_ENDPOINT_URL").profile("endpoint_url").build();
    let of_s3 = key.ok().and_then(|key| sdk.service_config()?.load_config(key));
    sdk.endpoint_url().is_some() || of_s3.is_some()
}

/// The bucket's own Region: S3 answers calls to another one with a redirect.
pub(crate) fn in_region_of(bucket: &Bucket<'_>) -> Builder {
    aws_sdk_s3::Config::builder().region(Region::new(bucket.region.as_str().to_owned()))
}

/// The service's error code, where the service answered at all.
pub(crate) fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}

/// An error that says what "access denied" may mean besides a missing permission.
pub(crate) fn explain(error: CallError, bucket: &Bucket<'_>) -> CallError {
    match error {
        CallError::Denied(Denied { action, message }) => CallError::Denied(Denied {
            action,
            message: format!(
                "{message} (S3 answers the same where the bucket is not owned by account {})",
                bucket.account
            ),
        }),
        other => other,
    }
}
