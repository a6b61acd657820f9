//! Telling the SDK's errors apart by the service's code and status.

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use remediation::{CallError, Denied, Transport};

use crate::doubt;

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
const PASSING: [&str; 17] = [
    "BandwidthLimitExceeded",
    "InternalError",
    "InternalFailure",
    "OperationAborted",
    "PriorRequestNotComplete",
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "RequestThrottled",
    "RequestTimeout",
    "ServiceUnavailable",
    "SlowDown",
    "Throttled",
    "Throttling",
    "ThrottlingException",
    "TransactionConflictException",
    "TransactionInProgressException",
    "Unavailable",
];

/// Tells an SDK error by its code and message. Of a call that changes something, what the last attempt was answered counts
/// only where each earlier one was answered too.
pub fn failed<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> CallError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    let is_in_doubt = is_in_doubt(&error) && !CallError::only_reads(action);
    let last = last_attempt(action, error);
    if is_in_doubt && !last.may_be_done() {
        let (failure, cause) = ("at an earlier attempt", Transport::new(last));
        return CallError::Unanswered { action, failure, cause };
    }
    last
}

/// Whether an earlier attempt of the same call was never answered, and may be done whatever this error says.
pub fn is_in_doubt<E>(error: &SdkError<E, HttpResponse>) -> bool {
    error.raw_response().is_some_and(doubt::is_marked)
}

/// What the last attempt came to.
fn last_attempt<E>(action: &'static str, error: SdkError<E, HttpResponse>) -> CallError
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

#[cfg(test)]
mod tests {
    use std::error::Error;

    use aws_smithy_runtime_api::client::result::ConnectorError;
    use aws_smithy_runtime_api::http::StatusCode;
    use aws_smithy_types::body::SdkBody;
    use aws_smithy_types::error::ErrorMetadata;

    use super::*;

    const ACTION: &str = "s3:GetBucketAcl";

    fn answered(status: u16, code: Option<&str>) -> CallError {
        let mut metadata = ErrorMetadata::builder().message("these words");
        if let Some(code) = code {
            metadata = metadata.code(code);
        }
        let response = HttpResponse::new(StatusCode::try_from(status).unwrap(), SdkBody::empty());
        failed(ACTION, SdkError::service_error(metadata.build(), response))
    }

    #[test]
    fn a_service_error_is_told_by_its_code_and_then_by_its_status() {
        let kinds = [
            (403, Some("AccessDenied"), "access-denied"),
            (403, Some("UnauthorizedOperation"), "access-denied"),
            (503, Some("SlowDown"), "unavailable"),
            (400, Some("RequestLimitExceeded"), "unavailable"),
            (500, Some("SomethingNew"), "unavailable"),
            (429, Some("SomethingNew"), "unavailable"),
            (404, Some("NoSuchBucket"), "refused"),
            // A proxy's answer has no code.
            (403, None, "access-denied"),
            (502, None, "unavailable"),
        ];
        for (status, code, kind) in kinds {
            assert_eq!(answered(status, code).kind(), kind, "{status} {code:?}");
        }
        assert_eq!(
            answered(404, Some("NoSuchBucket")).to_string(),
            "`s3:GetBucketAcl` was refused (NoSuchBucket): these words"
        );
    }

    #[test]
    fn what_went_wrong_on_the_way_is_kept_with_its_causes() {
        let refused = std::io::Error::new(std::io::ErrorKind::ConnectionRefused, "connection refused");
        let error: SdkError<ErrorMetadata, HttpResponse> =
            SdkError::dispatch_failure(ConnectorError::io(Box::new(refused)));
        let error = failed(ACTION, error);
        assert!(error.is_passing());
        let words = error.to_string();
        assert!(words.starts_with("`s3:GetBucketAcl` got no answer (no connection): "), "{words}");
        assert!(words.ends_with(": connection refused"), "{words}");

        let mut cause = error.source();
        let mut last = None;
        while let Some(error) = cause {
            last = Some(error);
            cause = error.source();
        }
        let last = last.and_then(|error| error.downcast_ref::<std::io::Error>()).unwrap();
        assert_eq!(last.kind(), std::io::ErrorKind::ConnectionRefused);
    }

    #[test]
    fn a_time_out_may_pass() {
        let error: SdkError<ErrorMetadata, HttpResponse> = SdkError::timeout_error("no answer within 5 s");
        let error = failed(ACTION, error);
        assert!(error.is_passing() && error.to_string().contains("(time-out)"), "{error}");
    }
}
