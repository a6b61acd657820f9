//! Calls that write something as a whole, without a condition: tried again, each would overwrite what others wrote since.

use std::time::Duration;

use remediation::clock::{Clock, SystemClock};
use remediation::{CallError, Transport};
use tokio::time::Instant;

use crate::calls::{left, once};

/// The waits between the tries: as many as the SDK makes, and for as long.
const WAITS: [Duration; 5] = [
    Duration::from_millis(250),
    Duration::from_millis(500),
    Duration::from_secs(1),
    Duration::from_secs(2),
    Duration::from_secs(3),
];

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
    with_waits(&WAITS, call, is_as_it_was).await
}

async fn with_waits<T>(
    waits: &[Duration],
    call: impl AsyncFn() -> Result<T, CallError>,
    is_as_it_was: impl AsyncFn() -> Result<bool, CallError>,
) -> Result<T, CallError> {
    let gives_up = left().map(|left| Instant::now() + left / 2);
    let (mut waits, mut is_in_doubt) = (waits.iter(), false);
    loop {
        let error = match once(call()).await {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let in_time = |wait: &&Duration| gives_up.is_none_or(|gives_up| Instant::now() + **wait <= gives_up);
        let Some(wait) = waits.next().filter(in_time).filter(|_| error.is_passing()) else {
            return Err(told(error, is_in_doubt));
        };
        SystemClock.sleep(*wait).await;
        // That it cannot be read is no reason to write.
        if !is_as_it_was().await.unwrap_or(false) {
            return Err(told(error, is_in_doubt));
        }
        is_in_doubt = is_in_doubt || error.may_be_done();
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use super::*;

    fn passing(code: &str) -> CallError {
        CallError::Passing { action: "s3:PutBucketAcl", code: code.to_owned(), message: String::new() }
    }

    fn denied() -> CallError {
        let (code, message) = ("MalformedACLError".to_owned(), String::new());
        CallError::Refused { action: "s3:PutBucketAcl", code, message }
    }

    /// The answer, how often the call was made, and how often was looked.
    async fn made(
        answers: &[Result<(), CallError>],
        looks: &[Result<bool, CallError>],
    ) -> (Result<(), CallError>, usize, usize) {
        let (calls, looked) = (Cell::new(0), Cell::new(0));
        let next = |counter: &Cell<usize>| counter.replace(counter.get() + 1);
        let call = async || answers[next(&calls).min(answers.len() - 1)].clone();
        let look = async || looks[next(&looked).min(looks.len() - 1)].clone();
        let answer = with_waits(&[Duration::ZERO; 5], call, look).await;
        (answer, calls.get(), looked.get())
    }

    fn run<T>(work: impl Future<Output = T>) -> T {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
        runtime.unwrap().block_on(work)
    }

    #[test]
    fn what_passes_is_made_again_and_looked_at_before() {
        let (slow, lost) = (passing("SlowDown"), passing("InternalError"));
        assert_eq!(run(made(&[Ok(())], &[])), (Ok(()), 1, 0));
        assert_eq!(run(made(&[Err(slow.clone()), Err(lost), Ok(())], &[Ok(true)])), (Ok(()), 3, 2));
        assert_eq!(run(made(&[Err(denied())], &[])), (Err(denied()), 1, 0));
        assert_eq!(run(made(&[Err(slow.clone())], &[Ok(true)])), (Err(slow), 6, 5));
    }

    #[test]
    fn what_others_changed_or_nobody_can_read_is_not_written_over() {
        let slow = passing("SlowDown");
        for look in [Ok(false), Err(denied())] {
            assert_eq!(run(made(&[Err(slow.clone()), Ok(())], &[look])), (Err(slow.clone()), 1, 1));
        }
    }

    #[test]
    fn a_try_without_an_answer_stays_in_doubt_whatever_the_next_is_answered() {
        let (slow, lost) = (passing("SlowDown"), passing("InternalError"));
        for last in [slow.clone(), denied()] {
            let (answer, calls, _) = run(made(&[Err(lost.clone()), Err(last)], &[Ok(true)]));
            assert!(answer.unwrap_err().may_be_done() && calls > 1);
        }
        let (answer, ..) = run(made(&[Err(slow), Err(denied())], &[Ok(true)]));
        assert!(!answer.unwrap_err().may_be_done());
    }

    #[test]
    fn it_is_not_begun_again_once_half_of_the_time_is_over() {
        let calls = Cell::new(0);
        let call = async || {
            calls.set(calls.get() + 1);
            Err::<(), _>(passing("SlowDown"))
        };
        let waits = [Duration::ZERO, Duration::from_secs(20), Duration::ZERO];
        let work = with_waits(&waits, call, async || Ok(true));
        let (answer, _) = run(crate::within(Some(Duration::from_secs(30)), work));
        assert!(answer.is_err() && calls.get() == 2);
    }

    #[test]
    fn it_is_tried_as_often_as_the_sdk_tries_any_other_call() {
        assert_eq!(WAITS.len() + 1, usize::try_from(crate::retries().max_attempts()).unwrap());
        assert_eq!(WAITS.last(), Some(&crate::retries().max_backoff()));
    }
}
