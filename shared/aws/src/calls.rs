//! The calls that the walk of one subject takes: how many requests they are, and how long each may last.

use std::cell::Cell;
use std::future::Future;
use std::time::Duration;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::{
    BeforeDeserializationInterceptorContextMut, BeforeSerializationInterceptorContextRef,
    BeforeTransmitInterceptorContextRef, FinalizerInterceptorContextRef,
};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use tokio::time::Instant;

use crate::behavior::ATTEMPT;
use crate::doubt;

tokio::task_local! {
    static WALK: Walk;
    /// There where a call is to be tried no more than once.
    static ONCE: ();
}

/// The walk of one subject.
struct Walk {
    sent: Cell<u32>,
    /// When Lambda ends it, where somebody says so.
    ends: Option<Instant>,
}

/// Counts every request that a client sends, retries too, gives each call its share of the time that is left, and marks an
/// answer before which another one of the same call is missing; each client of the functions has it as an interceptor.
#[derive(Debug, Clone, Copy, Default)]
pub struct OfAWalk;

impl Intercept for OfAWalk {
    fn name(&self) -> &'static str {
        "OfAWalk"
    }

    fn read_before_execution(
        &self,
        _: &BeforeSerializationInterceptorContextRef<'_>,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        let mut retries = config.load::<RetryConfig>().cloned();
        // Of what is called for no subject, such as reading the settings, the client's own limits hold.
        if let Some(left) = left() {
            retries = retries.map(|retries| within_a_call(&retries, left));
            config.interceptor_state().store_put(timeouts(left));
        }
        if ONCE.try_with(|()| ()).is_ok() {
            retries = retries.map(|retries| retries.with_max_attempts(1));
        }
        if let Some(retries) = retries {
            config.interceptor_state().store_put(retries);
        }
        Ok(())
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // What is sent for no subject is nobody's to count.
        WALK.try_with(|walk| walk.sent.set(walk.sent.get().saturating_add(1))).unwrap_or_default();
        doubt::begin(config);
        Ok(())
    }

    fn modify_before_deserialization(
        &self,
        answered: &mut BeforeDeserializationInterceptorContextMut<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        doubt::mark(answered.response_mut(), config);
        Ok(())
    }

    fn read_after_attempt(
        &self,
        ended: &FinalizerInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        config: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        doubt::end(ended.response(), config);
        Ok(())
    }
}

/// How long a call may take in all of the time that is `left`: half of it, so that there is always some for what comes
/// after, the mail and the record; and of that half of it an attempt, so that one that hangs is not the last.
fn timeouts(left: Duration) -> TimeoutConfig {
    let call = left / 2;
    TimeoutConfig::builder().operation_timeout(call).operation_attempt_timeout(ATTEMPT.min(call / 2)).build()
}

/// Waits that fit into the time of a call all together, so that it ends with what AWS answered last, and not with a
/// time-out that hides it.
fn within_a_call(retries: &RetryConfig, left: Duration) -> RetryConfig {
    let wait = left / 2 / retries.max_attempts().max(1);
    retries.clone().with_max_backoff(retries.max_backoff().min(wait))
}

/// Does the work of one subject, for which so much time is left, and says how many requests it took.
pub async fn within<F: Future>(left: Option<Duration>, work: F) -> (F::Output, u32) {
    let ends = left.and_then(|left| Instant::now().checked_add(left));
    WALK.scope(Walk { sent: Cell::new(0), ends }, async {
        let output = work.await;
        (output, sent())
    })
    .await
}

/// Makes a call that the SDK tries once.
pub(crate) async fn once<F: Future>(call: F) -> F::Output {
    ONCE.scope((), call).await
}

/// How much time the walk of this subject has left, where somebody says so.
pub(crate) fn left() -> Option<Duration> {
    let ends = WALK.try_with(|walk| walk.ends).ok().flatten()?;
    Some(ends.saturating_duration_since(Instant::now()))
}

/// How many requests the walk of this subject has sent so far, retries too.
#[must_use]
pub fn sent() -> u32 {
    WALK.try_with(|walk| walk.sent.get()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subject_has_its_own_count_while_others_are_walked() {
        assert_eq!(sent(), 0);
        let request = || WALK.with(|walk| walk.sent.set(walk.sent.get() + 1));
        let work = |requests: u32| {
            within(None, async move {
                for before in 0..requests {
                    assert_eq!(sent(), before);
                    request();
                    tokio::task::yield_now().await;
                }
            })
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (((), one), ((), other)) = runtime.block_on(futures_util::future::join(work(3), work(5)));
        assert_eq!((one, other), (3, 5));
    }

    #[test]
    fn the_waits_between_attempts_fit_into_the_time_of_a_call() {
        for left in [60_000, 10_000, 4_000, 500, 0].map(Duration::from_millis) {
            let retries = within_a_call(&crate::retries(), left);
            let waits = retries.max_backoff() * (retries.max_attempts() - 1);
            assert!(waits <= timeouts(left).operation_timeout().unwrap(), "{left:?}: {retries:?}");
            assert_eq!(retries.max_attempts(), crate::retries().max_attempts());
        }
        assert_eq!(
            within_a_call(&crate::retries(), Duration::from_secs(60)).max_backoff(),
            crate::retries().max_backoff()
        );
    }

    #[test]
    fn however_many_calls_take_all_their_time_some_is_left() {
        let mut left = Duration::from_secs(60);
        for _ in 0..8 {
            let timeouts = timeouts(left);
            let (call, attempt) =
                (timeouts.operation_timeout().unwrap(), timeouts.operation_attempt_timeout().unwrap());
            assert!(attempt * 2 <= call && attempt <= ATTEMPT, "{attempt:?} of {call:?}");
            left -= call;
        }
        assert!(left > Duration::from_millis(200), "{left:?}");
    }
}
