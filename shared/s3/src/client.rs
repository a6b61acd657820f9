//! The S3 client, and what its calls have in common.

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{Builder, Region};
use aws_sdk_s3::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use events::BucketName;
use remediation::{CallError, CountCalls, Denied, Target};

pub(crate) type Bucket<'a> = Target<'a, BucketName>;

/// A client for buckets of any Region: each call goes to its own bucket's.
pub(crate) fn client(sdk: &SdkConfig) -> Client {
    // An endpoint of one's own rarely has a DNS name for each bucket.
    let config = Builder::from(sdk).force_path_style(own_endpoint(sdk, "s3").is_some());
    Client::from_conf(config.interceptor(CountCalls).build())
}

/// A client for what S3 keeps about accounts.
pub(crate) fn account_client(sdk: &SdkConfig) -> aws_sdk_s3control::Client {
    let config = aws_sdk_s3control::config::Builder::from(sdk).interceptor(CountCalls);
    let config = match own_endpoint(sdk, "s3 control") {
        // The SDK would put the account's id before the host's name.
        Some(url) => config.endpoint_resolver(OwnEndpoint(url)),
        None => config,
    };
    aws_sdk_s3control::Client::from_conf(config.build())
}

#[derive(Debug)]
struct OwnEndpoint(String);

impl ResolveEndpoint for OwnEndpoint {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
}

/// The endpoint that the environment names in place of AWS's, for one service or for all.
fn own_endpoint(sdk: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let of_service = key.build().ok().and_then(|key| sdk.service_config()?.load_config(key));
    of_service.or_else(|| sdk.endpoint_url().map(ToOwned::to_owned))
}

/// The bucket's own Region: S3 answers calls to another one with a redirect.
pub(crate) fn in_region_of(bucket: &Bucket<'_>) -> Builder {
    aws_sdk_s3::Config::builder().region(Region::new(bucket.region.as_str().to_owned()))
}

/// The same for what S3 keeps about accounts.
pub(crate) fn control_in_region_of(bucket: &Bucket<'_>) -> aws_sdk_s3control::config::Builder {
    aws_sdk_s3control::Config::builder().region(Region::new(bucket.region.as_str().to_owned()))
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
