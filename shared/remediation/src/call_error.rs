//! A call to AWS that did not succeed: what was called, why it failed, whether trying again can help.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use serde_json::{Value, json};

/// Codes by which the services say "not allowed".
const DENIED: [&str; 6] = [
    "AccessDenied",
    "AccessDeniedException",
    "AllAccessDisabled",
    "AuthorizationError",
    "AuthorizationErrorException",
    "UnauthorizedOperation",
];

/// Codes that go away by themselves.
const PASSING: [&str; 14] = [
    "BandwidthLimitExceeded",
    "InternalError",
    "InternalFailure",
    "OperationAborted",
    "PriorRequestNotComplete",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "Unavailable",
];

/// A call to AWS that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum CallError {
    /// The function's role may not do it. Trying again does not help; a person has to.
    #[error("{0}")]
    Denied(Denied),
    /// A throttle, a time-out or an outage, which the SDK's own retries did not outlast.
    #[error("`{action}` did not go through ({code}): {message}")]
    Passing {
        /// The IAM action, as in `s3:PutBucketAcl`.
        action: &'static str,
        /// The service's error code, or the kind of failure before any answer.
        code: String,
        /// What the service said.
        message: String,
    },
    /// The service refused the call for a reason that stays.
    #[error("`{action}` was refused ({code}): {message}")]
    Refused {
        /// The IAM action.
        action: &'static str,
        /// The service's error code.
        code: String,
        /// What the service said.
        message: String,
    },
    /// The service answered, with less than it promises.
    #[error("`{action}` answered without `{field}`")]
    Incomplete {
        /// The IAM action.
        action: &'static str,
        /// The field that is missing from the answer.
        field: &'static str,
    },
}

/// Which action the function's role lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("access denied: the function's role may not call `{action}` here: {message}")]
pub struct Denied {
    /// The missing IAM action.
    pub action: &'static str,
    /// What the service said.
    pub message: String,
}

impl CallError {
    /// Tells an SDK error by its code and message.
    pub fn from_sdk<E>(action: &'static str, error: &SdkError<E, HttpResponse>) -> Self
    where
        E: ProvideErrorMetadata + std::error::Error + 'static,
    {
        let Some(answer) = error.as_service_error() else {
            let code = match error {
                SdkError::TimeoutError(_) => "time-out",
                SdkError::DispatchFailure(_) => "no connection",
                SdkError::ResponseError(_) => "unreadable answer",
                _ => "request not sent",
            };
            return Self::Passing { action, code: code.to_owned(), message: causes(error) };
        };
        let status = error.raw_response().map(|response| response.status().as_u16());
        let message = answer.message().unwrap_or("the answer says no more").to_owned();
        // An answer without a code is not the service's own: a proxy's, or a part of one.
        let Some(code) = answer.code().map(ToOwned::to_owned) else {
            return match status {
                Some(403) => Self::Denied(Denied { action, message }),
                _ => Self::Passing { action, code: "unreadable answer".to_owned(), message: causes(error) },
            };
        };
        if DENIED.contains(&code.as_str()) {
            Self::Denied(Denied { action, message })
        } else if PASSING.contains(&code.as_str()) || status.is_some_and(|s| s >= 500 || s == 429) {
            Self::Passing { action, code, message }
        } else {
            Self::Refused { action, code, message }
        }
    }

    /// The IAM action that was called.
    pub fn action(&self) -> &'static str {
        match self {
            Self::Denied(Denied { action, .. })
            | Self::Passing { action, .. }
            | Self::Refused { action, .. }
            | Self::Incomplete { action, .. } => action,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Passing { .. })
    }

    /// The error for programs: `kind`, `message`, and the IAM `action` that is missing, where one is.
    pub fn facts(&self) -> Value {
        match self {
            Self::Denied(denied) => {
                json!({ "kind": self.kind(), "action": denied.action, "message": self.to_string() })
            }
            _ => json!({ "kind": self.kind(), "message": self.to_string() }),
        }
    }

    /// A stable name for logs and message consumers.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Denied(_) => "access-denied",
            Self::Passing { .. } => "unavailable",
            Self::Refused { .. } => "refused",
            Self::Incomplete { .. } => "incomplete-answer",
        }
    }
}

/// An error and its causes, each in its own words, joined by colons.
fn causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let words = error.to_string();
        if !text.ends_with(&words) {
            text.push_str(": ");
            text.push_str(&words);
        }
        cause = error.source();
    }
    text
}
