//! Telling the SDK's errors apart by the service's code and status.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use remediation::{CallError, Denied, Transport};

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

/// Tells an SDK error by its code and message.
pub fn failed<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let unanswered = |failure, error| CallError::Unanswered { action, failure, cause: Transport::new(error) };
    let Some(answer) = error.as_service_error() else {
        let failure = match error {
            SdkError::TimeoutError(_) => "time-out",
            SdkError::DispatchFailure(_) => "no connection",
            SdkError::ResponseError(_) => "unreadable answer",
            _ => "request not sent",
        };
        return unanswered(failure, error);
    };
    let status = error.raw_response().map(|response| response.status().as_u16());
    let message = answer.message().unwrap_or("the answer says no more").to_owned();
    // An answer without a code is not the service's own: a proxy's, or a part of one.
    let Some(code) = answer.code().map(ToOwned::to_owned) else {
        return match status {
            Some(403) => CallError::Denied(Denied { action, message }),
            _ => unanswered("unreadable answer", error),
        };
    };
    if DENIED.contains(&code.as_str()) {
        CallError::Denied(Denied { action, message })
    } else if PASSING.contains(&code.as_str()) || status.is_some_and(|status| status >= 500 || status == 429)
    {
        CallError::Passing { action, code, message }
    } else {
        CallError::Refused { action, code, message }
    }
}

/// The service's error code, where the service answered at all.
pub fn code<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> Option<&str> {
    error.as_service_error().and_then(ProvideErrorMetadata::code)
}
