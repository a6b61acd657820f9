//! Where services are reached, and endpoints in place of AWS's.

use aws_smithy_runtime_api::client::endpoint::EndpointFuture;
use aws_types::SdkConfig;
use aws_types::service_config::ServiceConfigKey;
use futures_util::FutureExt;

/// The endpoint that the environment names in place of AWS's, for one service (as in `s3 control`) or for all.
#[must_use]
pub fn own_endpoint(sdk: &SdkConfig, service: &str) -> Option<String> {
    let key = ServiceConfigKey::builder().service_id(service).env("AWS_ENDPOINT_URL").profile("endpoint_url");
    let of_service = key.build().ok().and_then(|key| sdk.service_config()?.load_config(key));
    of_service.or_else(|| sdk.endpoint_url().map(ToOwned::to_owned))
}

/// The address of an endpoint that the SDK has found by itself, as it does without asking anybody.
#[must_use]
pub fn endpoint(found: EndpointFuture<'_>) -> Option<String> {
    Some(found.now_or_never()?.ok()?.url().to_owned())
}
