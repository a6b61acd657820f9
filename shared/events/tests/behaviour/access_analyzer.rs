//! `Access Analyzer Finding`.

use events::Reading;
use serde_json::{Value, json};

use crate::support::{because, event, fixture, places, reasons, subject, with};

fn finding() -> Value {
    fixture("access_analyzer_public_bucket")
}

#[test]
fn a_bucket_that_somebody_outside_may_reach_is_a_subject() {
    assert_eq!(places(&event(&finding())), ["s3-bucket acme-reports 210987654321 eu-west-1 aws"]);
    let words = "IAM Access Analyzer at 2026-11-20T10:02:00Z (event 0d9c1a52-64b5-4f55-9d5f-1c1a7f0a1601)";
    assert_eq!(because(&subject(&finding())), [words, "", "2026-11-20T09:57:01Z"]);
    // Another account is outside too, and what the analyzer could not read is worth a look.
    let document = with(finding(), "/detail/isPublic", Some(false.into()));
    assert_eq!(places(&event(&document)).len(), 1);
    let document = with(finding(), "/detail/error", Some("ACCESS_DENIED".into()));
    assert_eq!(places(&event(&document)).len(), 1);
}

#[test]
fn what_is_over_or_about_something_else_gives_no_subject_and_no_error() {
    for (pointer, value) in [
        ("/detail/status", json!("ARCHIVED")),
        ("/detail/status", json!("RESOLVED")),
        ("/detail/isDeleted", json!(true)),
        ("/detail/findingType", json!("InternalAccess")),
        ("/detail/findingType", json!("UnusedIAMRole")),
        ("/detail/resourceType", json!("AWS::KMS::Key")),
    ] {
        assert_eq!(event(&with(finding(), pointer, Some(value))), Reading::default(), "{pointer}");
    }
}

#[test]
fn internal_and_unused_access_are_not_read() {
    for kind in ["Internal Access Finding", "Unused Access Finding for IAM entities"] {
        let reading = event(&with(finding(), "/detail-type", Some(kind.into())));
        let reason = format!("`aws.access-analyzer` / `{kind}` is not a trigger that Curfew reads");
        assert_eq!((places(&reading).len(), reasons(&reading)), (0, vec![reason]));
    }
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    for (pointer, value, reason) in [
        ("/detail/status", None, "`detail.status` is missing"),
        (
            "/detail/status",
            Some(json!("MAYBE")),
            "`detail.status` is `MAYBE`, which is not the status of a finding",
        ),
        ("/detail/resource", None, "`detail.resource` is missing"),
        ("/detail/isDeleted", Some(json!("no")), "`detail.isDeleted` is not true or false"),
    ] {
        assert_eq!(reasons(&event(&with(finding(), pointer, value))), [reason]);
    }
}
