//! What is no trigger, called what it is.

use serde_json::{Value, json};

use crate::support::{event, read, reasons, sqs};

/// What a document is called.
fn kind(document: &Value) -> String {
    let mut reasons = reasons(&event(document));
    assert_eq!(reasons.len(), 1, "{document}");
    reasons.remove(0)
}

#[test]
fn what_is_known_is_called_what_it_is() {
    let s3 = json!({ "eventSource": "aws:s3", "eventName": "ObjectCreated:Put", "s3": {} });
    for (document, what) in [
        (
            json!({ "messageType": "ConfigurationHistoryDeliveryCompleted", "s3Bucket": "b", "recordVersion": "1.1" }),
            "an AWS Config notification of type ConfigurationHistoryDeliveryCompleted",
        ),
        (
            json!({ "messageType": "ConfigurationSnapshotDeliveryCompleted", "configSnapshotId": "c" }),
            "an AWS Config notification of type ConfigurationSnapshotDeliveryCompleted",
        ),
        (
            json!({ "Type": "SubscriptionConfirmation", "Token": "t", "TopicArn": "arn:aws:sns:eu-west-1:210987654321:t" }),
            "an SNS subscription confirmation",
        ),
        (
            json!({ "Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b" }),
            "an S3 notification (s3:TestEvent)",
        ),
        (
            json!({ "configurationItemVersion": "1.3", "resourceId": "b" }),
            "a configuration item of AWS Config",
        ),
        (
            json!({ "configurationItemStatus": "OK", "resourceType": "AWS::S3::Bucket", "resourceId": "b" }),
            "a configuration item of AWS Config",
        ),
        (json!({ "AlarmName": "a", "NewStateValue": "ALARM" }), "a CloudWatch alarm"),
        (json!({ "awslogs": { "data": "H4sI" } }), "a batch of CloudWatch Logs"),
        (
            json!({ "version": 1, "headline": "h", "control": "s3-acl", "outcome": "remediated" }),
            "an alert of Curfew's own",
        ),
        (
            json!({ "eventVersion": "1.08", "eventName": "PutBucketAcl", "eventSource": "s3.amazonaws.com" }),
            "a CloudTrail record without its event",
        ),
    ] {
        assert_eq!(kind(&document), format!("this is {what}, which is not a trigger that Curfew reads"));
        // Its place is said where it is a part of something.
        let batch = sqs(&[document.to_string()]).to_string();
        let Ok(events::Trigger::Batch(messages)) = read(&batch) else { panic!("not a batch") };
        assert_eq!(
            reasons(&messages[0].reading),
            [format!("`Records[0].body` is {what}, which is not a trigger that Curfew reads")]
        );
    }
    for (document, what) in [
        (json!({ "Records": [s3] }), "an S3 notification (ObjectCreated:Put)"),
        (json!({ "Records": [{ "eventSource": "aws:kinesis" }] }), "a batch of a Kinesis stream"),
        (json!({ "Records": [{ "eventSource": "aws:codecommit" }] }), "a batch of records of aws:codecommit"),
        (
            json!({ "Records": [{ "eventSource": "aws:dynamodb", "eventName": "INSERT" }] }),
            "a batch of a DynamoDB stream (INSERT)",
        ),
    ] {
        let reason = format!("this is {what}, which is not a trigger that Curfew reads");
        assert_eq!(read(&document.to_string()).unwrap_err().to_string(), reason);
        let Ok(events::Trigger::Batch(messages)) = read(&sqs(&[document.to_string()]).to_string()) else {
            panic!("not a batch")
        };
        assert!(reasons(&messages[0].reading)[0].contains(what));
    }
}

#[test]
fn what_nobody_knows_lacks_its_source() {
    for document in [json!({}), json!({ "detail-type": "x" }), json!({ "hello": "world" })] {
        assert_eq!(kind(&document), "`source` is missing");
    }
}

#[test]
fn a_kind_is_shortened_and_kept_on_one_line() {
    let reason = kind(&json!({ "messageType": "a\n".repeat(500) }));
    assert!(reason.len() < 200 && !reason.contains('\n'), "{reason}");
    assert_eq!(kind(&json!({ "messageType": 7 })), "`messageType` is not a string");
}

#[test]
fn text_is_called_text_wherever_it_stands() {
    let mail = "Anyone on the internet may list the bucket's objects.\n\nWHAT WAS OPEN\n";
    for text in [mail, "42", "true"] {
        let says =
            |place: &str| [format!("`{place}` is plain text, which is not a trigger that Curfew reads")];
        let enveloped = json!({ "Type": "Notification", "TopicArn": "arn:aws:sns:eu-west-1:210987654321:t", "Message": text });
        assert_eq!(reasons(&event(&enveloped)), says("Message"));
        let batch = sqs(&[text.to_owned(), enveloped.to_string()]).to_string();
        let Ok(events::Trigger::Batch(messages)) = read(&batch) else { panic!("not a batch") };
        assert_eq!(reasons(&messages[0].reading), says("Records[0].body"));
        assert_eq!(reasons(&messages[1].reading), says("Records[1].body.Message"));
    }
}

#[test]
fn an_alert_is_called_one_however_it_comes() {
    let facts =
        json!({ "version": 1, "headline": "h", "control": "s3-acl", "outcome": "remediated" }).to_string();
    let enveloped = json!({ "Type": "Notification", "Message": facts });
    assert_eq!(
        kind(&enveloped),
        "`Message` is an alert of Curfew's own, which is not a trigger that Curfew reads"
    );
    let by_protocol = json!({ "default": "h", "email": "mail", "sqs": facts, "lambda": facts });
    assert!(kind(&by_protocol).starts_with("this is an alert as it is handed to SNS, "));
}
