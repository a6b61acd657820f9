//! Hands the handler every payload, whatever it is.
//!
//! Lambda's runtime reads the payload as JSON before the handler sees it: what is not JSON would fail there,
//! outside our log, and what is not UTF-8 would stop the process. So the payload is wrapped into a JSON
//! string first, and `events` reads what is in it.

use lambda_runtime::LambdaInvocation;
use lambda_runtime::tower::Layer;
use lambda_runtime::tower::util::MapRequest;

/// A layer that makes the payload one JSON string.
pub(crate) struct AsText;

impl<S> Layer<S> for AsText {
    type Service = MapRequest<S, fn(LambdaInvocation) -> LambdaInvocation>;

    fn layer(&self, inner: S) -> Self::Service {
        MapRequest::new(inner, wrap)
    }
}

fn wrap(mut invocation: LambdaInvocation) -> LambdaInvocation {
    let text = String::from_utf8_lossy(&invocation.body);
    invocation.body = serde_json::Value::from(text).to_string().into();
    invocation
}
