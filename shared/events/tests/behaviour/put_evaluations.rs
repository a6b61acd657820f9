//! `PutEvaluations` through CloudTrail.

use serde_json::{Value, json};

use crate::support::{event, places, put_evaluations, reasons, with};

#[test]
fn each_non_compliant_evaluation_is_a_subject() {
    let reading = event(&put_evaluations());
    assert_eq!(
        places(&reading),
        [
            "s3-bucket acme-reports 210987654321 eu-west-1 aws",
            "security-group sg-0a1b2c3d4e5f60718 210987654321 eu-west-1 aws",
        ]
    );
    assert!(reading.unreadable.is_empty());
    assert!(reading.subjects[0].cause.to_string().starts_with("AWS Config PutEvaluations at 2026-11-20"));
}

#[test]
fn an_unreadable_evaluation_does_not_hide_the_others() {
    let document = with(
        put_evaluations(),
        "/detail/requestParameters/evaluations",
        Some(json!([
            { "complianceResourceType": "AWS::S3::Bucket", "complianceType": "NON_COMPLIANT" },
            "garbage",
            {
                "complianceResourceType": "AWS::S3::Bucket",
                "complianceResourceId": "acme-reports",
                "complianceType": "NON_COMPLIANT",
            },
        ])),
    );
    let reading = event(&document);
    assert_eq!(reading.subjects.len(), 1);
    assert_eq!(
        reasons(&reading),
        [
            "`detail.requestParameters.evaluations[0].complianceResourceId` is missing",
            "`detail.requestParameters.evaluations[1]` is not a JSON object",
        ]
    );
}

#[test]
fn a_call_that_failed_gives_nothing() {
    let document = with(put_evaluations(), "/detail/errorCode", Some("AccessDenied".into()));
    let document = with(document, "/detail/requestParameters", Some(Value::Null));
    assert_eq!(event(&document), events::Reading::default());
}

#[test]
fn what_is_missing_is_named() {
    for (pointer, value, reason) in [
        ("/detail/eventName", None, "`detail.eventName` is missing"),
        ("/detail/requestParameters", Some(Value::Null), "`detail.requestParameters` is missing"),
        ("/detail/requestParameters/evaluations", None, "`detail.requestParameters.evaluations` is missing"),
        (
            "/detail/requestParameters/evaluations",
            Some(json!({})),
            "`detail.requestParameters.evaluations` is not a list",
        ),
        (
            "/detail/eventName",
            Some(json!("PutConfigRule")),
            "`aws.config` / `AWS API Call via CloudTrail: PutConfigRule` is not a trigger that Curfew reads",
        ),
    ] {
        assert_eq!(reasons(&event(&with(put_evaluations(), pointer, value))), [reason]);
    }
}
