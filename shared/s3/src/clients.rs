//! The clients, one a Region, and what their calls have in common.

use aws::{OfAWalk, PerRegion, own_endpoint};
use aws_sdk_s3control::config::endpoint::{Endpoint, EndpointFuture, Params, ResolveEndpoint};
use aws_types::SdkConfig;
use aws_types::region::Region;
use buckets::Bucket;
use remediation::{CallError, Denied};

/// Clients for buckets: S3 answers a call to another Region than the bucket's with a redirect.
pub(crate) type Buckets = PerRegion<aws_sdk_s3::Client>;

/// Clients for what S3 keeps about accounts.
pub(crate) type Accounts = PerRegion<aws_sdk_s3control::Client>;

/// What every port to S3 reaches it with.
#[derive(Debug, Clone)]
pub(crate) struct Clients {
    pub(crate) buckets: Buckets,
    pub(crate) accounts: Accounts,
}

impl Clients {
    /// Clients with this configuration.
    pub(crate) fn new(sdk: &SdkConfig) -> Self {
        Self { buckets: buckets(sdk), accounts: accounts(sdk) }
    }

    #[cfg(test)]
    pub(crate) fn of(buckets: aws_sdk_s3::Client, accounts: aws_sdk_s3control::Client) -> Self {
        Self { buckets: Buckets::always(buckets), accounts: Accounts::always(accounts) }
    }
}

fn buckets(sdk: &SdkConfig) -> Buckets {
    let sdk = sdk.clone();
    PerRegion::new(move |region| bucket_client(&sdk, Some(region)))
}

/// A client for the buckets of one Region.
pub(crate) fn bucket_client(sdk: &SdkConfig, region: Option<Region>) -> aws_sdk_s3::Client {
    // Buckets are named in the path: one connection serves all buckets of a Region, where each would have a host of its own
    // and want a handshake. S3 takes that for all general purpose buckets. Directory buckets need hosts of their own; they have
    // no ACLs, and no trigger names them.
    // <https://docs.aws.amazon.com/AmazonS3/latest/userguide/VirtualHosting.html#path-style-access>
    let config = aws_sdk_s3::config::Builder::from(sdk).force_path_style(true);
    aws_sdk_s3::Client::from_conf(config.region(region).interceptor(OfAWalk).build())
}

fn accounts(sdk: &SdkConfig) -> Accounts {
    let sdk = sdk.clone();
    PerRegion::new(move |region| {
        let config = aws_sdk_s3control::config::Builder::from(&sdk).region(region).interceptor(OfAWalk);
        let config = match own_endpoint(&sdk, "s3 control") {
            // The SDK would put the account's id before the host's name.
            Some(url) => config.endpoint_resolver(OwnEndpoint(url)),
            None => config,
        };
        aws_sdk_s3control::Client::from_conf(config.build())
    })
}

#[derive(Debug)]
struct OwnEndpoint(String);

impl ResolveEndpoint for OwnEndpoint {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.0.clone()).build()))
    }
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
