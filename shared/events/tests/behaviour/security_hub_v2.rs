//! `Findings Imported V2`.

use events::Reading;
use serde_json::{Value, json};

use crate::support::{because, event, fixture, places, reasons, subject, with};

const BUCKET: &str = "s3-bucket acme-reports 210987654321 eu-west-1 aws";
const GROUP: &str = "security-group sg-0a1b2c3d4e5f60718 210987654321 eu-west-1 aws";

fn failed() -> Value {
    fixture("security_hub_v2_failed_bucket")
}

fn detected() -> Value {
    fixture("security_hub_v2_detected_group")
}

fn with_finding(event: Value, pointer: &str, value: Option<Value>) -> Value {
    with(event, &format!("/detail/findings/0{pointer}"), value)
}

#[test]
fn compliance_and_detection_findings_give_subjects() {
    assert_eq!(places(&event(&failed())), [BUCKET]);
    let words = "Security Hub S3.2 at 2026-11-20T10:02:00Z (event 0d9c1a52-64b5-4f55-9d5f-1c1a7f0a1501)";
    assert_eq!(because(&subject(&failed())), [words, "", "2026-11-20T08:45:37.473Z"]);
    assert_eq!(places(&event(&detected())), [GROUP]);
    let [_, _, open_since] = because(&subject(&detected()));
    assert_eq!(open_since, "2026-11-20T08:45:37.473Z", "milliseconds since 1970 are a time too");
}

#[test]
fn a_resource_is_named_by_either_uid() {
    let arn = "arn:aws:ec2:eu-west-1:210987654321:security-group/sg-0a1b2c3d4e5f60718";
    for (uid, uid_alt) in [
        (json!(arn), Value::Null),
        (json!(arn), json!("sg-0a1b2c3d4e5f60718")),
        (json!("sg-0a1b2c3d4e5f60718"), Value::Null),
        (json!("https://console.aws.amazon.com/somewhere"), json!(arn)),
    ] {
        let document = with_finding(detected(), "/resources/0/uid", Some(uid));
        let document = with_finding(document, "/resources/0/uid_alt", Some(uid_alt));
        assert_eq!(places(&event(&document)), [GROUP]);
    }
    let named = with_finding(detected(), "/resources/0/type", Some("AwsEc2SecurityGroup".into()));
    assert_eq!(places(&event(&named)), [GROUP]);
}

#[test]
fn what_passed_was_put_aside_or_made_up_gives_no_subject_and_no_error() {
    for (pointer, value) in [
        ("/compliance", json!({ "status": "Pass", "status_id": 1 })),
        ("/compliance", json!({ "status": "Unknown", "status_id": 0 })),
        ("/status_id", json!(3)),
        ("/status_id", json!(4)),
        ("/status_id", json!(5)),
        ("/status_id", json!(6)),
        ("/status", json!("Suppressed")),
        ("/status", json!("Resolved")),
        ("/activity_id", json!(3)),
        ("/finding_info", json!({ "title": "[SAMPLE] A bucket is public" })),
        ("/class_uid", json!(2002)),
        ("/cloud", json!({ "provider": "Azure", "account": { "uid": "a-tenant" } })),
    ] {
        let document = with_finding(failed(), pointer, Some(value));
        assert_eq!(event(&document), Reading::default(), "{pointer}");
    }
}

#[test]
fn other_accounts_and_other_clouds_are_not_ours() {
    let members =
        with_finding(failed(), "/resources/0/owner", Some(json!({ "account": { "uid": "333333333333" } })));
    assert_eq!(event(&members), Reading::default());
    let unknown =
        with_finding(failed(), "/resources/0/type", Some("Microsoft.Storage/storageAccounts".into()));
    assert_eq!(event(&unknown), Reading::default());
    let ownerless = with_finding(failed(), "/resources/0/owner", None);
    assert_eq!(places(&event(&ownerless)), [BUCKET], "then it is the account that the finding is about");
    let members = with_finding(ownerless, "/cloud/account/uid", Some("333333333333".into()));
    assert_eq!(event(&members), Reading::default());
}

#[test]
fn what_is_collected_from_another_region_is_that_regions() {
    let document = with_finding(failed(), "/resources/0/region", Some("eu-central-1".into()));
    assert_eq!(event(&document), Reading::default());
    let there = with(document, "/region", Some("eu-central-1".into()));
    assert_eq!(places(&event(&there)), ["s3-bucket acme-reports 210987654321 eu-central-1 aws"]);
    let silent = with_finding(failed(), "/resources/0/region", None);
    let silent = with_finding(silent, "/cloud/region", Some("eu-central-1".into()));
    assert_eq!(event(&silent), Reading::default(), "then it is where the finding is");
    let group = with_finding(detected(), "/cloud/region", Some("eu-central-1".into()));
    let named = with_finding(group, "/resources/0/region", Some("eu-central-1".into()));
    assert_eq!(places(&event(&named)), [GROUP], "an ARN says where it is, whatever else does");
}

#[test]
fn a_warning_is_looked_at_and_what_says_nothing_of_a_check_is_not() {
    let warning = json!({ "status": "Warning", "status_id": 2 });
    assert_eq!(places(&event(&with_finding(failed(), "/compliance", Some(warning)))), [BUCKET]);
    assert_eq!(event(&with_finding(failed(), "/compliance", None)), Reading::default());
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    for (pointer, value, reason) in [
        ("/class_uid", None, "`detail.findings[0].class_uid` is missing"),
        ("/resources", None, "`detail.findings[0].resources` is missing"),
        ("/resources/0/uid", None, "`detail.findings[0].resources[0].uid` is missing"),
        (
            "/resources/0/owner/account/uid",
            None,
            "`detail.findings[0].resources[0].owner.account.uid` is missing",
        ),
        (
            "/resources/0/region",
            Some(json!("mars")),
            "`detail.findings[0].resources[0].region` is `mars`, which is not the name of an AWS Region",
        ),
    ] {
        let reading = event(&with_finding(failed(), pointer, value));
        assert_eq!((reasons(&reading), reading.subjects.len()), (vec![reason.to_owned()], 0));
    }
    assert_eq!(reasons(&event(&with(failed(), "/detail/findings", None))), ["`detail.findings` is missing"]);
}
