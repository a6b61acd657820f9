//! What else may come in, by the members that give it away: Curfew does not read it, and says what it is.

use document::Node;

use crate::TriggerError;
use crate::error::quoted;

/// What a document is that has all of these members.
const KINDS: [(&[&str], &str); 11] = [
    (&["invokingEvent"], "the invocation of an AWS Config custom rule"),
    (&["configurationItemVersion"], "a configuration item of AWS Config"),
    (&["configurationItemStatus", "resourceType"], "a configuration item of AWS Config"),
    (&["AlarmName", "NewStateValue"], "a CloudWatch alarm"),
    (&["awslogs"], "a batch of CloudWatch Logs"),
    (&["control", "headline", "outcome"], "an alert of Curfew's own"),
    (&["default", "email", "sqs"], "an alert as it is handed to SNS"),
    (&["SchemaVersion", "ProductArn"], "a finding of Security Hub without its event"),
    (&["class_uid"], "a finding of Security Hub without its event"),
    (&["requestContext"], "an HTTP request"),
    (&["eventVersion", "eventName"], "a CloudTrail record without its event"),
];

/// The records that a service invokes Lambda with, by their `eventSource`.
const RECORDS: [(&str, &str); 5] = [
    ("aws:s3", "an S3 notification"),
    ("aws:sqs", "an SQS batch inside a message"),
    ("aws:sns", "an SNS event inside a message"),
    ("aws:dynamodb", "a batch of a DynamoDB stream"),
    ("aws:kinesis", "a batch of a Kinesis stream"),
];

/// Why something without a `source` is not read: what it is, or else what it lacks.
pub(super) fn foreign(root: &Node<'_>) -> Result<TriggerError, TriggerError> {
    if let Some(kind) = root.text_of("messageType")? {
        return Ok(not_read(root, &format!("an AWS Config notification of type {kind}")));
    }
    if root.text_of("Event")? == Some("s3:TestEvent") {
        return Ok(not_read(root, "an S3 notification (s3:TestEvent)"));
    }
    if let Some(first) = root.items_of("Records")?.first() {
        return records(root, first);
    }
    for (members, kind) in KINDS {
        let mut has_all = true;
        for member in members {
            has_all &= root.field(member)?.is_some();
        }
        if has_all {
            return Ok(not_read(root, kind));
        }
    }
    Ok(root.missing("source").into())
}

/// Why records are not read, of which this is the first.
pub(super) fn records(root: &Node<'_>, first: &Node<'_>) -> Result<TriggerError, TriggerError> {
    let Some(source) = source(first)? else { return Ok(root.missing("source").into()) };
    let kind = match RECORDS.into_iter().find(|(known, _)| *known == source) {
        Some((_, kind)) => match first.text_of("eventName")? {
            Some(name) => format!("{kind} ({name})"),
            None => kind.to_owned(),
        },
        None => format!("a batch of records of {source}"),
    };
    Ok(not_read(root, &kind))
}

/// Which service a record is of. SNS spells the member's name in its own way.
pub(super) fn source<'a>(record: &Node<'a>) -> Result<Option<&'a str>, TriggerError> {
    Ok(match record.text_of("eventSource")? {
        Some(source) => Some(source),
        None => record.text_of("EventSource")?,
    })
}

/// This is known, and is no trigger.
pub(super) fn not_read(root: &Node<'_>, kind: &str) -> TriggerError {
    TriggerError::NotRead { place: root.place().clone(), kind: quoted(kind) }
}
