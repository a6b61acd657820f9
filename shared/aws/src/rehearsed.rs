//! What a function rehearses an event with, before there is one.

use aws_smithy_runtime_api::client::orchestrator::HttpRequest;

/// A resource that nobody has, and what its service would answer about it if it were as it should be.
#[derive(Debug, Clone, Copy)]
pub struct Rehearsed {
    /// Its type, as AWS Config calls it.
    pub config_type: &'static str,
    /// Its id.
    pub id: &'static str,
    /// The status and the body for a request.
    pub answer: fn(&HttpRequest) -> (u16, &'static str),
}
