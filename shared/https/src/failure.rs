//! What a call that did not go through was: the SDK repeats time-outs and broken connections, and nothing else.

use std::error::Error;
use std::time::Duration;

use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_types::retry::ErrorKind;

pub(crate) type BoxError = Box<dyn Error + Send + Sync>;

/// No connection within the limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no connection within {limit:?}")]
pub(crate) struct ConnectTimeout {
    pub limit: Duration,
}

/// No answer within the limit.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no answer within {limit:?}")]
pub(crate) struct ReadTimeout {
    pub limit: Duration,
}

/// The kind of a failure of hyper's client.
pub(crate) fn kind(error: hyper_util::client::legacy::Error) -> ConnectorError {
    if among_causes::<ConnectTimeout>(&error).is_some() {
        return ConnectorError::timeout(error.into());
    }
    let of_hyper = among_causes::<hyper::Error>(&error);
    if of_hyper.is_some_and(hyper::Error::is_timeout) {
        ConnectorError::timeout(error.into())
    } else if of_hyper.is_some_and(hyper::Error::is_user) {
        ConnectorError::user(error.into())
    } else if error.is_connect()
        || of_hyper.is_some_and(|error| error.is_closed() || error.is_canceled())
        || among_causes::<std::io::Error>(&error).is_some()
    {
        ConnectorError::io(error.into())
    } else {
        // S3 ends a connection in the middle of an answer now and then.
        let cut_off = of_hyper.is_some_and(hyper::Error::is_incomplete_message);
        ConnectorError::other(error.into(), cut_off.then_some(ErrorKind::TransientError))
    }
}

fn among_causes<'a, E: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a E> {
    std::iter::successors(Some(error), |&error| error.source()).find_map(|error| error.downcast_ref())
}
