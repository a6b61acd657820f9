//! Hyper's client behind the SDK's port for HTTP.

use std::collections::HashMap;
use std::sync::{Mutex, OnceLock, PoisonError};
use std::time::Duration;

use aws_smithy_runtime_api::client::connection::{CaptureSmithyConnection, ConnectionMetadata};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use hyper_util::client::legacy;
use hyper_util::client::legacy::connect::{CaptureConnection, capture_connection};
use hyper_util::client::proxy::matcher::Matcher;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use tokio::time::timeout;

use crate::connect::{Connect, Means};
use crate::failure::{self, ReadTimeout};
use crate::rehearsal;

/// What all clients of AWS ask through. Those with the same limit for connecting share their connections.
#[derive(Debug, Default)]
pub(crate) struct Client {
    means: OnceLock<Result<Means, rustls::Error>>,
    pools: Mutex<HashMap<Option<Duration>, Pool>>,
}

type Pool = legacy::Client<Connect, SdkBody>;

impl Client {
    #[cfg(test)]
    pub(crate) fn with(means: Means) -> Self {
        Self { means: OnceLock::from(Ok(means)), pools: Mutex::default() }
    }

    fn pool(&self, limit: Option<Duration>) -> Result<Pool, rustls::Error> {
        let means = self.means.get_or_init(|| Means::new(Matcher::from_env())).clone()?;
        let mut pools = self.pools.lock().unwrap_or_else(PoisonError::into_inner);
        let new = || {
            legacy::Builder::new(TokioExecutor::new())
                .pool_timer(TokioTimer::new())
                .build(Connect::new(means, limit))
        };
        Ok(pools.entry(limit).or_insert_with(new).clone())
    }
}

impl HttpClient for Client {
    fn http_connector(&self, limits: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Connector {
            pool: self.pool(limits.connect_timeout()),
            answer_within: limits.read_timeout(),
        })
    }
}

/// Asks with the limits of one client of AWS.
#[derive(Debug)]
struct Connector {
    pool: Result<Pool, rustls::Error>,
    answer_within: Option<Duration>,
}

impl HttpConnector for Connector {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if let Some(answer) = rehearsal::answered(&request) {
            return HttpConnectorFuture::ready(answer);
        }
        match (&self.pool, request.try_into_http1x()) {
            (Ok(pool), Ok(request)) => {
                HttpConnectorFuture::new(ask(pool.clone(), request, self.answer_within))
            }
            (Err(error), _) => HttpConnectorFuture::ready(Err(ConnectorError::user(error.clone().into()))),
            (_, Err(error)) => HttpConnectorFuture::ready(Err(ConnectorError::user(error.into()))),
        }
    }
}

async fn ask(
    pool: Pool,
    mut request: http::Request<SdkBody>,
    limit: Option<Duration>,
) -> Result<HttpResponse, ConnectorError> {
    let used = capture_connection(&mut request);
    if let Some(tell) = request.extensions().get::<CaptureSmithyConnection>() {
        tell.set_connection_retriever(move || metadata(used.clone()));
    }
    let asked = pool.request(request);
    let answer = match limit {
        None => asked.await,
        Some(limit) => {
            timeout(limit, asked).await.map_err(|_| ConnectorError::timeout(ReadTimeout { limit }.into()))?
        }
    };
    HttpResponse::try_from(answer.map_err(failure::kind)?.map(SdkBody::from_body_1_x))
        .map_err(|error| ConnectorError::other(error.into(), None))
}

/// The connection that a call went through. The SDK has it closed where the service did not do well on it, so that the next
/// try takes another.
fn metadata(used: CaptureConnection) -> Option<ConnectionMetadata> {
    let proxied = used.connection_metadata().as_ref()?.is_proxied();
    let close = move || {
        if let Some(connection) = used.connection_metadata().as_ref() {
            connection.poison();
        }
    };
    Some(ConnectionMetadata::builder().proxied(proxied).poison_fn(close).build())
}
