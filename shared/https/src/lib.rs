//! The HTTPS client that all clients of AWS share: one set of trusted roots, one pool of connections.
//!
//! It is hyper's client with rustls and aws-lc's cryptography, put behind the SDK's port for HTTP. The SDK brings one of its
//! own that is made of the same parts; that one speaks HTTP/2 too, which no service asked here needs, and reads the trusted
//! roots in five times the time.

mod client;
mod connect;
mod failure;
mod rehearsal;
mod roots;
#[cfg(test)]
mod tests;

use std::convert::Infallible;
use std::time::Duration;

use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::error::display::DisplayErrorContext;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use futures_util::future::join_all;

pub use rehearsal::{Answer, rehearse};

/// How long a service that does not answer holds up who opens connections.
const OPENING: Duration = Duration::from_secs(1);

/// The client. It reads the trusted roots when it is first used.
#[must_use]
pub fn client() -> SharedHttpClient {
    SharedHttpClient::new(client::Client::default())
}

/// Opens a connection for each of these addresses, for the calls that come: each is asked for its root page, without a
/// signature, and whatever it answers is right. Where one cannot be reached, the first call says so.
pub async fn open(sdk: &SdkConfig, urls: &[String]) {
    let Some(client) = sdk.http_client() else { return };
    join_all(urls.iter().map(|url| open_one(sdk, client.clone(), url))).await;
}

async fn open_one(sdk: &SdkConfig, client: SharedHttpClient, url: &str) {
    // Connections are shared by who has the same limits for connecting and reading.
    let mut timeouts = TimeoutConfig::builder().operation_timeout(OPENING);
    if let Some(of_clients) = sdk.timeout_config() {
        timeouts.set_connect_timeout(of_clients.connect_timeout());
        timeouts.set_read_timeout(of_clients.read_timeout());
    }
    let mut ask = Operation::builder()
        .service_name("any")
        .operation_name("open")
        .http_client(client)
        .endpoint_url(url)
        .no_auth()
        .no_retry()
        .timeout_config(timeouts.build())
        .serializer(|()| Ok(HttpRequest::get("/")?))
        .deserializer::<(), Infallible>(|_| Ok(()));
    if let Some(sleep) = sdk.sleep_impl() {
        ask = ask.sleep_impl(sleep);
    }
    if let Err(error) = ask.build().invoke(()).await {
        tracing::debug!("no connection to {url} yet: {}", DisplayErrorContext(&error));
    }
}
