//! The topic's ARN and the call to SNS.

use aws_sdk_sns::error::ErrorMetadata;
use aws_sdk_sns::operation::publish::{PublishError, PublishOutput};
use aws_smithy_mocks::{mock, mock_client};
use remediation::Outcome;
use remediation::ledger::RecordId;
use remediation::testing::{self, run};

use super::*;

const ARN: &str = "arn:aws:sns:eu-west-1:210987654321:curfew-alerts";

fn report() -> Report {
    testing::report("s3-acl", testing::bucket("acme"), Mode::Enforce, Outcome::Remediated)
}

#[test]
fn the_arn_of_a_standard_topic_is_taken_in_any_partition() {
    for arn in [
        ARN,
        "arn:aws-cn:sns:cn-north-1:210987654321:a",
        "arn:aws-us-gov:sns:us-gov-west-1:210987654321:A_b-9",
        "arn:aws-eusc:sns:eusc-de-east-1:210987654321:a",
        "arn:aws-iso:sns:us-iso-east-1:210987654321:a",
        "arn:aws-iso-b:sns:us-isob-east-1:210987654321:a",
        "arn:aws-iso-e:sns:eu-isoe-west-1:210987654321:a",
        "arn:aws-iso-f:sns:us-isof-south-1:210987654321:a",
    ] {
        assert_eq!(TopicArn::parse(Some(arn)).unwrap().arn, arn);
    }
    assert_eq!(TopicArn::parse(Some(ARN)).unwrap().region, "eu-west-1");
}

#[test]
fn anything_else_is_refused_with_its_name() {
    assert_eq!(TopicArn::parse(None), Err(TopicArnError::Absent));
    for arn in [
        "curfew-alerts",
        "arn:aws:sqs:eu-west-1:210987654321:curfew",
        "arn:aws:sns:eu-west-1:210987654321:curfew:6b7c",
        "arn:aws:sns:eu-west-1:21098765432:curfew",
        "arn:aws:sns::210987654321:curfew",
        "arn:aws:sns:eu-west-1:210987654321:",
    ] {
        let error = TopicArn::parse(Some(arn)).unwrap_err();
        assert!(error.to_string().starts_with(&format!("TOPIC_ARN is `{arn}`")), "{error}");
    }
    let fifo = "arn:aws:sns:eu-west-1:210987654321:curfew.fifo";
    assert!(TopicArn::parse(Some(fifo)).unwrap_err().to_string().contains("FIFO"));
}

#[test]
fn an_alert_is_published_with_a_message_a_protocol_and_its_attributes() {
    let rule = mock!(aws_sdk_sns::Client::publish)
        .match_requests(|request| {
            let attributes = request.message_attributes().unwrap();
            let value = |name: &str| attributes.get(name).and_then(|value| value.string_value());
            request.topic_arn() == Some(ARN)
                && request.message_structure() == Some("json")
                && request.subject() == Some("[Curfew] remediated, low: S3 bucket acme (eu-west-1)")
                && value("control") == Some("s3-acl")
                && value("outcome") == Some("remediated")
                && value("severity") == Some("low")
                && value("account") == Some("210987654321")
                && value("region") == Some("eu-west-1")
        })
        .then_output(|| PublishOutput::builder().message_id("m").build());
    let topic = Topic::with_client(mock_client!(aws_sdk_sns, [&rule]), TopicArn::parse(Some(ARN)).unwrap());
    assert_eq!(run(topic.notify(&report())), Ok(()));
    assert_eq!(rule.num_calls(), 1);
}

#[test]
fn a_digest_is_published_the_same_way() {
    let rule = mock!(aws_sdk_sns::Client::publish)
        .match_requests(|request| {
            let attributes = request.message_attributes().unwrap();
            let outcome = attributes.get("outcome").and_then(|value| value.string_value());
            request.topic_arn() == Some(ARN)
                && request.message_structure() == Some("json")
                && request.subject() == Some("[Curfew] digest, low: s3-acl: 1 resource closed (eu-west-1)")
                && outcome == Some("digest")
        })
        .then_output(|| PublishOutput::builder().message_id("m").build());
    let topic = Topic::with_client(mock_client!(aws_sdk_sns, [&rule]), TopicArn::parse(Some(ARN)).unwrap());
    let (report, now) = (report(), std::time::SystemTime::UNIX_EPOCH);
    let record = RecordId::new(&report.subject, "s3-acl", now, "r1");
    assert_eq!(run(topic.notify_together("s3-acl", &[Brief::of(&report, &record, now)])), Ok(()));
    assert_eq!(rule.num_calls(), 1);
}

#[test]
fn a_refused_alert_comes_back_whole() {
    let rule = mock!(aws_sdk_sns::Client::publish).then_error(|| {
        PublishError::generic(ErrorMetadata::builder().code("NotFound").message("no such topic").build())
    });
    let topic = Topic::with_client(mock_client!(aws_sdk_sns, [&rule]), TopicArn::parse(Some(ARN)).unwrap());
    let undelivered = run(topic.notify(&report())).unwrap_err();
    assert_eq!(
        undelivered.to_string(),
        "the alert was not delivered: `sns:Publish` was refused (NotFound): no such topic"
    );
    assert!(undelivered.alert.text.contains("S3 bucket acme"));
}

#[test]
fn a_test_is_marked_as_one_and_says_what_the_mode_means() {
    for (mode, does) in [(Mode::Enforce, "closes what is open"), (Mode::Observe, "changes nothing")] {
        let rule = mock!(aws_sdk_sns::Client::publish)
            .match_requests(move |request| {
                request.topic_arn() == Some(ARN)
                    && request.subject() == Some("[Curfew] test: mails reach you")
                    && request
                        .message()
                        .is_some_and(|text| text.starts_with("This is a test") && text.contains(does))
            })
            .then_output(|| PublishOutput::builder().message_id("m").build());
        let topic =
            Topic::with_client(mock_client!(aws_sdk_sns, [&rule]), TopicArn::parse(Some(ARN)).unwrap());
        run(topic.test("s3-acl", mode)).unwrap();
        assert_eq!(rule.num_calls(), 1);
    }
}
