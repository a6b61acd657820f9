//! How many requests to AWS the walk of one subject takes.

use std::cell::Cell;
use std::future::Future;

use aws_smithy_runtime_api::box_error::BoxError;
use aws_smithy_runtime_api::client::interceptors::Intercept;
use aws_smithy_runtime_api::client::interceptors::context::BeforeTransmitInterceptorContextRef;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::config_bag::ConfigBag;

tokio::task_local! {
    static CALLS: Cell<u32>;
}

/// Counts every request that a client sends, retries too; each client of the functions has it as an interceptor.
#[derive(Debug, Clone, Copy, Default)]
pub struct CountCalls;

impl Intercept for CountCalls {
    fn name(&self) -> &'static str {
        "CountCalls"
    }

    fn read_before_attempt(
        &self,
        _: &BeforeTransmitInterceptorContextRef<'_>,
        _: &RuntimeComponents,
        _: &mut ConfigBag,
    ) -> Result<(), BoxError> {
        // What is sent for no subject, such as reading the settings, is nobody's to count.
        CALLS.try_with(|calls| calls.set(calls.get().saturating_add(1))).unwrap_or_default();
        Ok(())
    }
}

/// Does the work, and says how many requests it took.
pub async fn counted<F: Future>(work: F) -> (F::Output, u32) {
    CALLS
        .scope(Cell::new(0), async {
            let output = work.await;
            (output, CALLS.with(Cell::get))
        })
        .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_subject_has_its_own_count_while_others_are_walked() {
        let request = || CALLS.with(|calls| calls.set(calls.get() + 1));
        let work = |requests: usize| {
            counted(async move {
                for _ in 0..requests {
                    request();
                    tokio::task::yield_now().await;
                }
            })
        };
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let (((), one), ((), other)) = runtime.block_on(futures_util::future::join(work(3), work(5)));
        assert_eq!((one, other), (3, 5));
    }
}
