//! What the tests of this crate share.

use events::{OwnRoles, Reading, RuleInvocation, Subject, Trigger, TriggerError};
use serde_json::{Value, json};

/// Reads a payload as the functions do that work with roles `curfew-...`.
pub(crate) fn read(payload: &str) -> Result<Trigger, TriggerError> {
    events::read(payload, &OwnRoles::beginning(["curfew-"]))
}

macro_rules! fixtures {
    ($($name:literal)+) => {
        /// Every event that AWS may send, by the name of its file.
        pub(crate) const FIXTURES: &[(&str, &str)] =
            &[$(($name, include_str!(concat!("fixtures/", $name, ".json")))),+];
    };
}

fixtures! {
    "access_analyzer_public_bucket"
    "config_rule_non_compliant_bucket"
    "configuration_item_bucket"
    "configuration_item_group_oversized"
    "custom_rule_change"
    "custom_rule_oversized"
    "custom_rule_scheduled"
    "ec2_call_associate_vpc"
    "ec2_call_authorize_by_id"
    "ec2_call_authorize_by_name"
    "ec2_call_create_group"
    "ec2_call_modify_prefix_list"
    "ec2_call_modify_rules"
    "guardduty_anonymous_access"
    "put_evaluations_mixed"
    "s3_call_create_bucket_by_root"
    "s3_call_put_bucket_acl_canned"
    "s3_call_put_bucket_acl_tree"
    "s3_call_put_object_acl"
    "security_hub_two_failed"
    "security_hub_v2_detected_group"
    "security_hub_v2_failed_bucket"
    "sweep_found"
}

/// The event in the file of this name.
pub(crate) fn fixture(name: &str) -> Value {
    let (_, text) = FIXTURES.iter().find(|(known, _)| *known == name).unwrap();
    serde_json::from_str(text).unwrap()
}

/// The events that come through EventBridge.
pub(crate) fn bare_events() -> impl Iterator<Item = Value> {
    FIXTURES.iter().map(|(name, _)| fixture(name)).filter(|event| event.get("source").is_some())
}

pub(crate) fn config_rule() -> Value {
    fixture("config_rule_non_compliant_bucket")
}

pub(crate) fn put_evaluations() -> Value {
    fixture("put_evaluations_mixed")
}

/// The only subject of an event that is read without a complaint.
pub(crate) fn subject(document: &Value) -> Subject {
    let Reading { mut subjects, unreadable, .. } = event(document);
    assert_eq!((subjects.len(), unreadable), (1, Vec::new()), "{document}");
    subjects.remove(0)
}

/// Why a subject is looked at: the words, who opened it, and since when it is open.
pub(crate) fn because(subject: &Subject) -> [String; 3] {
    let cause = serde_json::to_value(&subject.cause).unwrap();
    let part = |name: &str| cause.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    [subject.cause.to_string(), part("opened_by"), part("open_since")]
}

/// What a payload asks about, if it is a question of AWS Config.
pub(crate) fn invocation(document: &Value) -> RuleInvocation {
    match read(&document.to_string()) {
        Ok(Trigger::Rule(invocation)) => *invocation,
        other => panic!("not a question: {other:?}"),
    }
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
