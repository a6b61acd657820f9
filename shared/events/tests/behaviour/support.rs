//! What the tests of this crate share.

use events::{Reading, Trigger, read};
use serde_json::{Value, json};

pub(crate) fn config_rule() -> Value {
    serde_json::from_str(include_str!("fixtures/config_rule_non_compliant_bucket.json")).unwrap()
}

pub(crate) fn put_evaluations() -> Value {
    serde_json::from_str(include_str!("fixtures/put_evaluations_mixed.json")).unwrap()
}

/// The document with the value at `pointer` replaced, or taken out where there is none.
pub(crate) fn with(mut document: Value, pointer: &str, value: Option<Value>) -> Value {
    match value {
        Some(value) => {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            document.pointer_mut(parent).unwrap().as_object_mut().unwrap().insert(key.to_owned(), value);
        }
        None => {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            document.pointer_mut(parent).unwrap().as_object_mut().unwrap().remove(key).unwrap();
        }
    }
    document
}

pub(crate) fn event(document: &Value) -> Reading {
    match read(&document.to_string()) {
        Ok(Trigger::Event(reading)) => reading,
        other => panic!("not an event: {other:?}"),
    }
}

/// `kind id account region partition` of each subject.
pub(crate) fn places(reading: &Reading) -> Vec<String> {
    let place = |subject: &events::Subject| {
        format!(
            "{} {} {} {} {}",
            subject.resource.kind(),
            subject.resource.id(),
            subject.account,
            subject.region,
            subject.partition()
        )
    };
    reading.subjects.iter().map(place).collect()
}

/// Why the event, or a part of it, could not be read.
pub(crate) fn reasons(reading: &Reading) -> Vec<String> {
    reading.unreadable.iter().map(ToString::to_string).collect()
}

pub(crate) fn sqs(bodies: &[String]) -> Value {
    let record = |(index, body): (usize, &String)| {
        json!({
            "messageId": format!("m{index}"),
            "body": body,
            "attributes": { "ApproximateReceiveCount": (index + 1).to_string() },
            "eventSource": "aws:sqs",
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() })
}
