//! Calls that write something as a whole, without a condition: tried again, each would overwrite what others wrote since.

use std::time::Duration;

use remediation::clock::{Clock, SystemClock};
use remediation::{CallError, Transport};
use tokio::time::Instant;

use crate::behavior::{ATTEMPTS, LONGEST_WAIT};
use crate::calls::{left, once};

/// The wait before the second try; each later one is twice as long.
const FIRST_WAIT: Duration = Duration::from_millis(250);

/// Makes such a call, and makes it again where it may pass, as often as the SDK tries any other call. Before each new try
/// `is_as_it_was` looks whether what it overwrites is what it was made of still; where it is not, or nobody knows, the call is
/// not made again.
///
/// # Errors
/// The last answer, or that there was none to an earlier try, which may be done.
pub async fn write_whole<T>(
    call: impl AsyncFn() -> Result<T, CallError>,
    is_as_it_was: impl AsyncFn() -> Result<bool, CallError>,
) -> Result<T, CallError> {
    let gives_up = left().map(|left| Instant::now() + left / 2);
    let (mut tries, mut wait, mut is_in_doubt) = (1, FIRST_WAIT, false);
    loop {
        let error = match once(call()).await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let is_late = gives_up.is_some_and(|gives_up| Instant::now() + wait > gives_up);
        if !error.is_passing() || tries == ATTEMPTS || is_late {
            return Err(told(error, is_in_doubt));
        }
        SystemClock.sleep(wait).await;
        // That it cannot be read is no reason to write.
        if !is_as_it_was().await.unwrap_or(false) {
            return Err(told(error, is_in_doubt));
        }
        is_in_doubt = is_in_doubt || error.may_be_done();
        tries += 1;
        wait = (wait * 2).min(LONGEST_WAIT);
    }
}

/// The last answer counts only where each earlier try was answered too.
fn told(last: CallError, is_in_doubt: bool) -> CallError {
    if !is_in_doubt || last.may_be_done() {
        return last;
    }
    let action = last.action();
    CallError::Unanswered { action, failure: "at an earlier attempt", cause: Transport::new(last) }
}
