//! The HTTPS client that all clients of AWS share: one set of trusted roots, one pool of connections.
//!
//! It is the SDK's own default, with aws-lc's cryptography and the proxy that the environment names. The SDK crates would
//! bring it themselves with their feature `default-https-client`, each client with a pool of its own.

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::{Builder, ConnectorBuilder};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

/// The client. It reads the trusted roots when it is first used.
///
/// The SDK makes its default with the same function, which its pages leave out: no other one lets a client heed the
/// environment's proxy.
#[must_use]
pub fn client() -> SharedHttpClient {
    Builder::new().build_with_connector_fn(|settings, components| {
        let mut connector = ConnectorBuilder::default().tls_provider(Provider::Rustls(CryptoMode::AwsLc));
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector.set_proxy_config(Some(ProxyConfig::from_env()));
        connector.build()
    })
}
