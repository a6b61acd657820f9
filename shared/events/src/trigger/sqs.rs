//! An SQS batch: each message holds one event, and is answered for on its own.
//!
//! <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html>

use document::Node;

use crate::trigger::{Message, Reading, event, parse_inside};
use crate::{OwnRoles, TriggerError};

/// # Errors
/// When a message has no id: it could not be named in the response, and would be lost.
pub(super) fn batch(records: &[Node<'_>], own: &OwnRoles) -> Result<Vec<Message>, TriggerError> {
    records.iter().map(|record| message(record, own)).collect()
}

fn message(record: &Node<'_>, own: &OwnRoles) -> Result<Message, TriggerError> {
    Ok(Message {
        id: record.required("messageId")?.text()?.to_owned(),
        receive_count: receive_count(record).unwrap_or(1),
        reading: body(record, own).unwrap_or_else(Reading::from),
    })
}

fn body(record: &Node<'_>, own: &OwnRoles) -> Result<Reading, TriggerError> {
    let body = record.required("body")?;
    let document = parse_inside(&body)?;
    Ok(event(&Node::at(&document, body.place().clone()), own))
}

/// Only good for deciding when to tell a person, so an odd value counts as the first delivery.
fn receive_count(record: &Node<'_>) -> Option<u32> {
    let attributes = record.field("attributes").ok()??;
    attributes.text_of("ApproximateReceiveCount").ok()??.parse().ok()
}
