//! What a sweep may do besides reading what it judges.

use std::future::Future;
use std::time::Duration;

use events::{Queue, Subject};
use remediation::CallError;
use remediation::ledger::Ledger;

/// Sends messages into queues.
pub trait Post {
    /// `SendMessageBatch`, in as many calls as it takes: the messages are handed out once `delay` is over.
    ///
    /// # Errors
    /// When one of them was not taken. Others may have been.
    fn send(
        &self,
        queue: &Queue,
        bodies: &[String],
        delay: Duration,
    ) -> impl Future<Output = Result<(), CallError>>;
}

/// What is known of work that waits.
pub trait Waiting {
    /// The resources of a control that wait.
    ///
    /// # Errors
    /// When they cannot be listed.
    fn waiting(&self, control: &str) -> impl Future<Output = Result<Vec<Subject>, CallError>>;
}

impl<L: Ledger> Waiting for L {
    async fn waiting(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        Ledger::waiting(self, control).await
    }
}

impl<P: Post> Post for &P {
    async fn send(&self, queue: &Queue, bodies: &[String], delay: Duration) -> Result<(), CallError> {
        (*self).send(queue, bodies, delay).await
    }
}
