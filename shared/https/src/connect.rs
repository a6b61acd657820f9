//! How a connection to a service is made: straight, or through the proxy that the environment names; with TLS where the
//! address says `https`; within a limit.

use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use http::Uri;
use http::uri::Scheme;
use hyper_rustls::{HttpsConnector, MaybeHttpsStream};
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::Tunnel;
use hyper_util::client::proxy::matcher::{Intercept, Matcher};
use hyper_util::rt::TokioIo;
use rustls::ClientConfig;
use rustls::crypto::aws_lc_rs;
use tokio::net::TcpStream;
use tokio::time::timeout;
use tower_service::Service;

use crate::failure::{BoxError, ConnectTimeout};
use crate::roots;

/// A connection straight to where the address says.
type Straight = HttpsConnector<HttpConnector>;

/// A connection: to the service itself, or inside one to the proxy.
pub(crate) type Stream = MaybeHttpsStream<MaybeHttpsStream<TokioIo<TcpStream>>>;

/// What every connection is made with. The roots are read once.
#[derive(Debug, Clone)]
pub(crate) struct Means {
    tls: Arc<ClientConfig>,
    proxies: Arc<Matcher>,
}

impl Means {
    /// # Errors
    /// When the cryptography does not offer what TLS asks for: it is linked in, so that only another build has less.
    pub(crate) fn new(proxies: Matcher) -> Result<Self, rustls::Error> {
        let tls = ClientConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
            .with_safe_default_protocol_versions()?
            .with_root_certificates(roots::trusted())
            .with_no_client_auth();
        Ok(Self { tls: Arc::new(tls), proxies: Arc::new(proxies) })
    }
}

/// Makes connections, each within the limit.
#[derive(Debug, Clone)]
pub(crate) struct Connect {
    means: Means,
    straight: Straight,
    limit: Option<Duration>,
}

impl Connect {
    pub(crate) fn new(means: Means, limit: Option<Duration>) -> Self {
        let mut tcp = HttpConnector::new();
        tcp.enforce_http(false);
        tcp.set_nodelay(true);
        let straight = HttpsConnector::from((tcp, Arc::clone(&means.tls)));
        Self { means, straight, limit }
    }

    /// Proxies are for what goes out encrypted; an endpoint without TLS is a stand-in or one of the own network.
    fn proxy(&self, address: &Uri) -> Option<Intercept> {
        (address.scheme() == Some(&Scheme::HTTPS)).then(|| self.means.proxies.intercept(address)).flatten()
    }

    fn through(&self, proxy: &Intercept) -> HttpsConnector<Tunnel<Straight>> {
        let mut tunnel = Tunnel::new(proxy.uri().clone(), self.straight.clone());
        if let Some(auth) = proxy.basic_auth() {
            tunnel = tunnel.with_auth(auth.clone());
        }
        HttpsConnector::from((tunnel, Arc::clone(&self.means.tls)))
    }
}

impl Service<Uri> for Connect {
    type Response = Stream;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Stream, BoxError>> + Send>>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), BoxError>> {
        self.straight.poll_ready(context)
    }

    fn call(&mut self, address: Uri) -> Self::Future {
        let limit = self.limit;
        match self.proxy(&address) {
            Some(proxy) => within(limit, self.through(&proxy).call(address)),
            None => {
                let connecting = self.straight.call(address);
                within(limit, async { connecting.await.map(MaybeHttpsStream::Http) })
            }
        }
    }
}

fn within<F>(limit: Option<Duration>, connecting: F) -> <Connect as Service<Uri>>::Future
where
    F: Future<Output = Result<Stream, BoxError>> + Send + 'static,
{
    Box::pin(async move {
        match limit {
            None => connecting.await,
            Some(limit) => timeout(limit, connecting).await.map_err(|_| ConnectTimeout { limit })?,
        }
    })
}
