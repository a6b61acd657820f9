//! Input that nobody should send.

use events::{Trigger, TriggerError};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{config_rule, event, put_evaluations, read, reasons, sqs};

#[test]
fn what_is_no_json_is_a_clear_error() {
    for text in ["", " ", "\u{0}", "nonsense", "{", "[1,2", "{\"a\":}", "\u{feff}{}"] {
        let error = read(text).unwrap_err();
        assert!(matches!(error, TriggerError::NotJson { .. }), "{text:?}: {error}");
    }
}

#[test]
fn json_that_is_no_object_is_a_clear_error() {
    for text in ["null", "7", "\"text\"", "[]", "true"] {
        assert_eq!(read(text).unwrap_err().to_string(), "not a JSON object");
    }
}

#[test]
fn deep_nesting_is_a_clear_error() {
    for (open, close) in [("[", "]"), ("{\"a\":", "}")] {
        let text = format!("{}1{}", open.repeat(100_000), close.repeat(100_000));
        let error = read(&text).unwrap_err().to_string();
        assert!(error.contains("recursion limit exceeded"), "{error}");
    }
}

#[test]
fn a_trigger_of_another_kind_is_refused_by_name() {
    for (source, detail_type) in [
        ("aws.access-analyzer", "Internal Access Finding"),
        ("aws.config", "Config Snapshot Delivery Status"),
        ("aws.ec2", "EC2 Instance State-change Notification"),
        ("aws.guardduty", "GuardDuty Malware Protection Object Scan Result"),
        ("aws.iam", "AWS API Call via CloudTrail"),
        ("aws.s3", "Object Created"),
        ("aws.securityhub", "Security Hub Insight Results"),
    ] {
        let document = json!({ "source": source, "detail-type": detail_type, "detail": {} });
        assert_eq!(
            reasons(&event(&document)),
            [format!("`{source}` / `{detail_type}` is not a trigger that Curfew reads")]
        );
    }
}

/// Any JSON value, often with the keys that triggers have.
pub(crate) fn any_json() -> impl Strategy<Value = Value> {
    let key = prop_oneof![
        Just("detail".to_owned()),
        Just("source".to_owned()),
        Just("detail-type".to_owned()),
        Just("Records".to_owned()),
        Just("body".to_owned()),
        Just("messageId".to_owned()),
        Just("requestParameters".to_owned()),
        Just("evaluations".to_owned()),
        Just("resourceType".to_owned()),
        "[a-z]{0,4}",
    ];
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        Just(Value::from("aws.config")),
        Just(Value::from("AWS::S3::Bucket")),
    ];
    leaf.prop_recursive(5, 40, 6, move |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            proptest::collection::vec((key.clone(), inner), 0..6)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// Replaces one value somewhere in the document.
pub(crate) fn damage(document: &mut Value, path: &[usize], with: Value) {
    let children: Vec<&mut Value> = match document {
        Value::Array(items) => items.iter_mut().collect(),
        Value::Object(members) => members.values_mut().collect(),
        _ => Vec::new(),
    };
    let count = children.len();
    match path.split_first() {
        Some((step, rest)) if count > 0 => {
            damage(children.into_iter().nth(step % count).unwrap(), rest, with)
        }
        _ => *document = with,
    }
}

fn subjects_and_errors(trigger: Result<Trigger, TriggerError>) -> (usize, usize) {
    match trigger {
        Err(_) => (0, 1),
        Ok(Trigger::Rule(invocation)) => (invocation.subject().iter().count(), 0),
        Ok(Trigger::Event(reading)) => (reading.subjects.len(), reading.unreadable.len()),
        Ok(Trigger::Batch(messages)) => messages.iter().fold((0, 0), |(subjects, errors), message| {
            (subjects + message.reading.subjects.len(), errors + message.reading.unreadable.len())
        }),
    }
}

proptest! {
    #[test]
    fn any_text_is_read_or_refused(text in ".*") {
        let _ = read(&text);
    }

    #[test]
    fn any_json_is_read_or_refused(document in any_json()) {
        let _ = read(&document.to_string());
    }

    #[test]
    fn a_damaged_trigger_never_gives_more_subjects_than_the_whole_one(
        path in proptest::collection::vec(0_usize..12, 0..5),
        with in any_json(),
        batch in any::<bool>(),
    ) {
        let mut document = put_evaluations();
        if batch {
            document = sqs(&[config_rule().to_string(), put_evaluations().to_string()]);
        }
        let (whole, _) = subjects_and_errors(read(&document.to_string()));
        damage(&mut document, &path, with);
        let (left, _) = subjects_and_errors(read(&document.to_string()));
        prop_assert!(left <= whole, "{left} subjects out of {document}");
    }
}
