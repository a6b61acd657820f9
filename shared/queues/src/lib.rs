//! The functions' queues, to send into.
//!
//! <https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessageBatch.html>

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use aws::{OfAWalk, PerRegion};
use aws_sdk_sqs::Client;
use aws_sdk_sqs::config::Builder;
use aws_sdk_sqs::types::{BatchResultErrorEntry, SendMessageBatchRequestEntry};
use aws_types::SdkConfig;
use events::Queue;
use remediation::CallError;
use sweeping::Post;

const SEND: &str = "sqs:SendMessage";
const FIND: &str = "sqs:GetQueueUrl";

/// How many messages one call takes.
const A_CALL: usize = 10;

/// Queues in SQS, each in its own Region.
#[derive(Debug, Clone)]
pub struct SqsQueues {
    clients: PerRegion<Client>,
    /// The addresses of queues by Region and name, which stay as long as a queue is there.
    urls: Arc<Mutex<HashMap<(String, String), String>>>,
}

impl SqsQueues {
    /// Queues, reached with this configuration.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        let sdk = sdk.clone();
        let clients = PerRegion::new(move |region| {
            Client::from_conf(Builder::from(&sdk).region(region).interceptor(OfAWalk).build())
        });
        Self { clients, urls: Arc::default() }
    }

    #[cfg(test)]
    fn with_client(client: Client) -> Self {
        Self { clients: PerRegion::always(client), urls: Arc::default() }
    }

    /// Where the queue is. Its own account asks, so that a name suffices.
    async fn url(&self, client: &Client, queue: &Queue) -> Result<String, CallError> {
        let key = (queue.region.as_str().to_owned(), queue.name.clone());
        let known = self.urls.lock().unwrap_or_else(PoisonError::into_inner).get(&key).cloned();
        if let Some(url) = known {
            return Ok(url);
        }
        let answer = client.get_queue_url().queue_name(&queue.name);
        let answer = answer.queue_owner_aws_account_id(queue.account.as_str()).send().await;
        let answer = answer.map_err(|error| aws::failed(FIND, error))?;
        let url = answer.queue_url.ok_or(CallError::Incomplete { action: FIND, field: "QueueUrl" })?;
        self.urls.lock().unwrap_or_else(PoisonError::into_inner).insert(key, url.clone());
        Ok(url)
    }
}

impl Post for SqsQueues {
    async fn send(&self, queue: &Queue, bodies: &[String], delay: Duration) -> Result<(), CallError> {
        let client = self.clients.of(&queue.region);
        let url = self.url(&client, queue).await?;
        let delay = i32::try_from(delay.as_secs()).unwrap_or(i32::MAX);
        for some in bodies.chunks(A_CALL) {
            let entry = |(index, body): (usize, &String)| {
                let entry = SendMessageBatchRequestEntry::builder().id(index.to_string()).message_body(body);
                entry.delay_seconds(delay).build()
            };
            let entries: Result<Vec<_>, _> = some.iter().enumerate().map(entry).collect();
            let entries = entries.map_err(|_| CallError::Incomplete { action: SEND, field: "Entries" })?;
            let answer = client.send_message_batch().queue_url(&url).set_entries(Some(entries)).send().await;
            let answer = answer.map_err(|error| aws::failed(SEND, error))?;
            if let Some(entry) = answer.failed.first() {
                return Err(not_taken(entry));
            }
            if answer.successful.len() != some.len() {
                return Err(CallError::Incomplete { action: SEND, field: "Successful" });
            }
        }
        Ok(())
    }
}

/// A call that goes through may leave some messages out, and says whose fault that is.
fn not_taken(entry: &BatchResultErrorEntry) -> CallError {
    let (action, code) = (SEND, entry.code.clone());
    let message = entry.message.clone().unwrap_or_else(|| "no reason is given".to_owned());
    if entry.sender_fault {
        CallError::Refused { action, code, message }
    } else {
        CallError::Passing { action, code, message }
    }
}

#[cfg(test)]
mod tests;
