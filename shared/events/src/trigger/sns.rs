//! What comes through an SNS topic: the envelope around a message, as a queue without raw delivery gets it, and the
//! event that Lambda makes of it. With raw delivery there is no envelope, and nothing to read here.
//!
//! <https://docs.aws.amazon.com/sns/latest/dg/sns-message-and-json-formats.html>
//! <https://docs.aws.amazon.com/lambda/latest/dg/with-sns.html>

use document::Node;

use crate::trigger::{Reading, inner_event, kinds, parse_inside};
use crate::{OwnRoles, TriggerError};

/// Whether this is an envelope, whatever is in it.
pub(super) fn is_envelope(root: &Node<'_>) -> Result<bool, TriggerError> {
    Ok(root.field("Type")?.is_some() || root.field("TopicArn")?.is_some())
}

/// Reads the event in an envelope.
pub(super) fn envelope(root: &Node<'_>, own: &OwnRoles) -> Result<Reading, TriggerError> {
    match root.text_of("Type")? {
        None | Some("Notification") => {}
        Some("SubscriptionConfirmation") => {
            return Err(kinds::not_read(root, "an SNS subscription confirmation"));
        }
        Some("UnsubscribeConfirmation") => {
            return Err(kinds::not_read(root, "an SNS unsubscribe confirmation"));
        }
        Some(other) => return Err(kinds::not_read(root, &format!("an SNS message of type {other}"))),
    }
    let message = root.required("Message")?;
    let document = parse_inside(&message)?;
    let inner = Node::at(&document, message.place().clone());
    if inner.field("source")?.is_none() && is_envelope(&inner)? {
        return Err(kinds::not_read(&inner, "an SNS message in another one"));
    }
    inner_event(&inner, own)
}

/// Reads the records that SNS invokes Lambda with. One that cannot be read does not hide the others.
pub(super) fn records(records: &[Node<'_>], own: &OwnRoles) -> Reading {
    let read = |record: &Node<'_>| envelope(&record.required("Sns")?, own);
    Reading::together(records.iter().map(|record| read(record).unwrap_or_else(Reading::from)))
}
