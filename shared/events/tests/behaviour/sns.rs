//! SNS envelopes, from a queue, from Lambda, from a person.

use events::{Reading, Trigger};
use serde_json::{Value, json};

use crate::support::{config_rule, event, places, put_evaluations, read, reasons, sqs, with};

/// What a queue without raw delivery gets, or an endpoint.
fn envelope(message: &str) -> Value {
    json!({
        "Type": "Notification",
        "MessageId": "0f4f5b3c-2f5e-5f0a-9c0d-01d6b0a1c2d3",
        "TopicArn": "arn:aws:sns:eu-west-1:210987654321:config",
        "Subject": "a subject",
        "Message": message,
        "Timestamp": "2026-11-20T09:30:01.000Z",
        "SignatureVersion": "1",
        "Signature": "c2lnbmF0dXJl",
        "SigningCertURL": "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0.pem",
        "UnsubscribeURL": "https://sns.eu-west-1.amazonaws.com/?Action=Unsubscribe",
        "MessageAttributes": {},
    })
}

/// What SNS invokes Lambda with.
fn lambda(messages: &[String]) -> Value {
    let record = |message: &String| {
        json!({
            "EventVersion": "1.0",
            "EventSubscriptionArn": "arn:aws:sns:eu-west-1:210987654321:config:1",
            "EventSource": "aws:sns",
            "Sns": envelope(message),
        })
    };
    json!({ "Records": messages.iter().map(record).collect::<Vec<_>>() })
}

/// The reading of the only message of a batch.
fn queued(body: &Value) -> Reading {
    match read(&sqs(&[body.to_string()]).to_string()) {
        Ok(Trigger::Batch(mut messages)) => messages.remove(0).reading,
        other => panic!("not a batch: {other:?}"),
    }
}

#[test]
fn an_event_says_the_same_raw_and_in_an_envelope() {
    for document in [config_rule(), put_evaluations()] {
        let raw = event(&document);
        let text = document.to_string();
        assert_eq!(queued(&document), raw);
        assert_eq!(queued(&envelope(&text)), raw);
        assert_eq!(event(&envelope(&text)), raw);
        assert_eq!(event(&lambda(std::slice::from_ref(&text))), raw);
    }
}

#[test]
fn an_envelope_of_a_fifo_topic_or_with_other_members_is_one_too() {
    let text = config_rule().to_string();
    let raw = event(&config_rule());
    for gone in
        ["Signature", "SigningCertURL", "SignatureVersion", "Subject", "MessageId", "Type", "Timestamp"]
    {
        let document = with(envelope(&text), &format!("/{gone}"), None);
        assert_eq!(queued(&document), raw, "{gone}");
        let record = with(lambda(std::slice::from_ref(&text)), &format!("/Records/0/Sns/{gone}"), None);
        assert_eq!(event(&record), raw, "{gone}");
    }
}

#[test]
fn a_record_that_cannot_be_read_does_not_hide_the_others() {
    let reading =
        event(&lambda(&[config_rule().to_string(), "{garbage".to_owned(), put_evaluations().to_string()]));
    assert_eq!(places(&reading), places(&event(&put_evaluations())), "the bucket of both is there once");
    let [reason] = &reasons(&reading)[..] else { panic!("{reading:?}") };
    assert!(reason.starts_with("not readable JSON: `Records[1].Sns.Message`: "), "{reason}");
}

#[test]
fn what_is_wrong_in_an_envelope_is_named_with_its_place() {
    let message = |pointer: &str, value: Option<Value>| with(config_rule(), pointer, value).to_string();
    let cases = [
        (with(envelope(""), "/Message", None), "`Records[0].body.Message` is missing"),
        (with(envelope(""), "/Message", Some(json!({}))), "`Records[0].body.Message` is not a string"),
        (with(envelope(""), "/Type", Some(json!(7))), "`Records[0].body.Type` is not a string"),
        (envelope("[]"), "`Records[0].body.Message` is not a JSON object"),
        (
            envelope(&message("/detail/resourceId", None)),
            "`Records[0].body.Message.detail.resourceId` is missing",
        ),
        (
            envelope(&message("/detail/resourceId", Some("a b".into()))),
            "`Records[0].body.Message.detail.resourceId` is `a b`, which is not the name of an S3 bucket",
        ),
        (
            with(envelope(""), "/Type", Some("SubscriptionConfirmation".into())),
            "`Records[0].body` is an SNS subscription confirmation, which is not a trigger that Curfew reads",
        ),
        (
            with(envelope(""), "/Type", Some("UnsubscribeConfirmation".into())),
            "`Records[0].body` is an SNS unsubscribe confirmation, which is not a trigger that Curfew reads",
        ),
        (
            envelope(&envelope(&config_rule().to_string()).to_string()),
            "`Records[0].body.Message` is an SNS message in another one, which is not a trigger that Curfew reads",
        ),
    ];
    for (body, reason) in cases {
        assert_eq!(reasons(&queued(&body)), [reason]);
    }
    let reason = reasons(&queued(&envelope("{\"the bucket\"")))[0].clone();
    assert!(reason.starts_with("not readable JSON: `Records[0].body.Message`: "), "{reason}");
    let text = "`Records[0].body.Message` is plain text, which is not a trigger that Curfew reads";
    assert_eq!(reasons(&queued(&envelope("the bucket is public"))), [text]);
    let record = with(lambda(&["{}".to_owned()]), "/Records/0/Sns", None);
    assert_eq!(reasons(&event(&record)), ["`Records[0].Sns` is missing"]);
}
