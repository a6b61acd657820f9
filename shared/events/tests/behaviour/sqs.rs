//! SQS batches.

use events::Trigger;
use serde_json::{Value, json};

use crate::support::{config_rule, places, put_evaluations, read, reasons, sqs, with};

fn batch(document: &Value) -> Vec<events::Message> {
    match read(&document.to_string()) {
        Ok(Trigger::Batch(messages)) => messages,
        other => panic!("not a batch: {other:?}"),
    }
}

#[test]
fn each_message_is_read_on_its_own() {
    let bodies = [config_rule().to_string(), "{garbage".to_owned(), put_evaluations().to_string()];
    let messages = batch(&sqs(&bodies));
    let ids: Vec<&str> = messages.iter().map(|message| message.id.as_str()).collect();
    assert_eq!(ids, ["m0", "m1", "m2"]);
    assert_eq!(messages.iter().map(|message| message.receive_count).collect::<Vec<_>>(), [1, 2, 3]);
    assert_eq!(places(&messages[0].reading).len(), 1);
    assert_eq!(places(&messages[2].reading).len(), 2);
    let reason = &reasons(&messages[1].reading)[0];
    assert!(reason.starts_with("not readable JSON: `Records[1].body`: "), "{reason}");
}

#[test]
fn a_missing_field_in_a_body_is_named_with_its_message() {
    let body = with(config_rule(), "/detail/resourceId", None).to_string();
    let messages = batch(&sqs(&[body]));
    assert_eq!(reasons(&messages[0].reading), ["`Records[0].body.detail.resourceId` is missing"]);
}

#[test]
fn a_body_that_is_a_batch_itself_is_foreign() {
    let inner = sqs(&[config_rule().to_string()]).to_string();
    let messages = batch(&sqs(&[inner]));
    assert!(messages[0].reading.subjects.is_empty());
    assert_eq!(
        reasons(&messages[0].reading),
        ["`Records[0].body` is an SQS batch inside a message, which is not a trigger that Curfew reads"]
    );
}

#[test]
fn an_odd_receive_count_counts_as_the_first() {
    for count in [json!("many"), json!(3), Value::Null] {
        let mut document = sqs(&[config_rule().to_string()]);
        document["Records"][0]["attributes"]["ApproximateReceiveCount"] = count;
        assert_eq!(batch(&document)[0].receive_count, 1);
    }
}

#[test]
fn a_message_without_an_id_fails_the_batch_because_it_could_not_be_named() {
    let mut document = sqs(&[config_rule().to_string(), config_rule().to_string()]);
    document["Records"][1].as_object_mut().unwrap().remove("messageId");
    assert_eq!(read(&document.to_string()).unwrap_err().to_string(), "`Records[1].messageId` is missing");
}

#[test]
fn an_empty_batch_is_no_error() {
    assert!(batch(&json!({ "Records": [] })).is_empty());
}
