//! `GuardDuty Finding`.

use events::Reading;
use serde_json::{Value, json};

use crate::support::{because, event, fixture, places, reasons, subject, with};

fn finding() -> Value {
    fixture("guardduty_anonymous_access")
}

#[test]
fn each_bucket_that_was_opened_is_a_subject() {
    let bucket = "s3-bucket acme-reports 210987654321 eu-west-1 aws";
    assert_eq!(places(&event(&finding())), [bucket]);
    assert_eq!(
        because(&subject(&finding())),
        [
            "GuardDuty Policy:S3/BucketAnonymousAccessGranted by bea at 2026-11-20T10:02:00Z (event \
             0d9c1a52-64b5-4f55-9d5f-1c1a7f0a1701)",
            "bea",
            "2026-11-20T09:55:10Z",
        ]
    );
    let buckets = json!([{ "name": "acme-reports" }, { "arn": "arn:aws:s3:::acme-feeds" }, {}]);
    let reading = event(&with(finding(), "/detail/resource/s3BucketDetails", Some(buckets)));
    assert_eq!(places(&reading), [bucket, "s3-bucket acme-feeds 210987654321 eu-west-1 aws"]);
    assert_eq!(reasons(&reading), ["`detail.resource.s3BucketDetails[2].name` is missing"]);
}

#[test]
fn samples_archived_findings_and_other_types_give_no_subject_and_no_error() {
    for (pointer, value) in [
        ("/detail/service/archived", json!(true)),
        ("/detail/service/additionalInfo", json!({ "sample": true })),
        ("/detail/service/additionalInfo", json!({ "sample": "true" })),
        ("/detail/service/additionalInfo", json!({ "value": "{\"sample\":true}", "type": "default" })),
        ("/detail/type", json!("Policy:IAMUser/RootCredentialUsage")),
        ("/detail/type", json!("Discovery:S3/MaliciousIPCaller")),
        ("/detail/type", json!("Policy:S3/AccountBlockPublicAccessDisabled")),
    ] {
        assert_eq!(event(&with(finding(), pointer, Some(value))), Reading::default(), "{pointer}");
    }
}

#[test]
fn what_says_nothing_about_being_a_sample_is_none() {
    for value in
        [Value::Null, json!({}), json!({ "value": "no JSON" }), json!({ "value": "[]", "sample": false })]
    {
        let document = with(finding(), "/detail/service/additionalInfo", Some(value));
        assert_eq!(event(&document), event(&finding()));
    }
}

#[test]
fn what_is_missing_is_named() {
    for (pointer, reason) in [
        ("/detail/type", "`detail.type` is missing"),
        ("/detail/resource", "`detail.resource` is missing"),
        ("/detail/resource/s3BucketDetails", "`detail.resource.s3BucketDetails` is missing"),
    ] {
        assert_eq!(reasons(&event(&with(finding(), pointer, None))), [reason]);
    }
}
