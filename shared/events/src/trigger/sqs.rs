//! An SQS batch: each message holds one event, and is answered for on its own.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use serde_json::Value;

use crate::TriggerError;
use crate::fields::Fields;
use crate::trigger::{Message, Reading, event, parse};

/// # Errors
/// When a message has no id: it could not be named in the response, and would be lost.
pub(super) fn batch(root: &Fields<'_>) -> Result<Vec<Message>, TriggerError> {
    root.list("Records")?.iter().enumerate().map(|(index, value)| message(value, index)).collect()
}

fn message(value: &Value, index: usize) -> Result<Message, TriggerError> {
    let record = Fields::of(value, format!("Records[{index}]"))?;
    let id = record.text("messageId")?.to_owned();
    Ok(Message {
        id,
        receive_count: receive_count(&record).unwrap_or(1),
        reading: body(&record).unwrap_or_else(Reading::from),
    })
}

fn body(record: &Fields<'_>) -> Result<Reading, TriggerError> {
    let path = record.path("body");
    let document = parse(record.text("body")?).map_err(|error| match error {
        TriggerError::NotJson { reason } => TriggerError::NotJson { reason: format!("`{path}`: {reason}") },
        other => other,
    })?;
    Ok(event(&Fields::of(&document, path)?))
}

/// Only good for deciding when to tell a person, so an odd value counts as the first delivery.
fn receive_count(record: &Fields<'_>) -> Option<u32> {
    let attributes = record.optional_object("attributes").ok()??;
    attributes.optional_text("ApproximateReceiveCount").ok()??.parse().ok()
}
