//! Where DynamoDB is.

use aws_sdk_dynamodb::config::endpoint::{DefaultResolver, Params, ResolveEndpoint};
use aws_types::SdkConfig;

/// Where DynamoDB is reached in the Region of the configuration; `None` where nobody can say.
#[must_use]
pub fn endpoint(sdk: &SdkConfig) -> Option<String> {
    let params = Params::builder()
        .region(sdk.region()?.to_string())
        .set_use_fips(sdk.use_fips())
        .set_use_dual_stack(sdk.use_dual_stack())
        .set_endpoint(aws::own_endpoint(sdk, "dynamodb"))
        .build();
    aws::endpoint(DefaultResolver::new().resolve_endpoint(&params.ok()?))
}
