//! `Security Hub Findings - Imported`.

use events::Reading;
use serde_json::{Value, json};

use crate::support::{because, event, fixture, places, reasons, with};

const BUCKET: &str = "s3-bucket acme-reports 210987654321 eu-west-1 aws";
const GROUP: &str = "security-group sg-0a1b2c3d4e5f60718 210987654321 eu-west-1 aws";

fn findings() -> Value {
    fixture("security_hub_two_failed")
}

/// The event with a part of its first finding, which is about the bucket, replaced.
fn with_first(pointer: &str, value: Option<Value>) -> Value {
    with(findings(), &format!("/detail/findings/0{pointer}"), value)
}

#[test]
fn each_resource_of_each_failed_finding_is_a_subject() {
    let reading = event(&findings());
    assert_eq!(places(&reading), [BUCKET, GROUP]);
    let when = "at 2026-11-20T10:02:00Z (event 0d9c1a52-64b5-4f55-9d5f-1c1a7f0a1401)";
    assert_eq!(
        because(&reading.subjects[0]),
        [format!("Security Hub S3.2 {when}"), String::new(), "2026-11-18T08:15:30.250Z".to_owned()]
    );
    assert_eq!(
        because(&reading.subjects[1]),
        [format!("Security Hub PCI.EC2.5 {when}"), String::new(), "2026-11-19T17:40:00.000Z".to_owned()]
    );
}

#[test]
fn what_passed_was_put_aside_or_made_up_gives_no_subject_and_no_error() {
    for (pointer, value) in [
        ("/RecordState", json!("ARCHIVED")),
        ("/Workflow", json!({ "Status": "SUPPRESSED" })),
        ("/Workflow", json!({ "Status": "RESOLVED" })),
        ("/Compliance", json!({ "Status": "PASSED" })),
        ("/Compliance", json!({ "Status": "NOT_AVAILABLE" })),
        ("/Sample", json!(true)),
        ("/ProductFields", json!({ "aws/guardduty/service/additionalInfo/sample": "true" })),
    ] {
        let reading = event(&with_first(pointer, Some(value)));
        assert_eq!((places(&reading), reasons(&reading)), (vec![GROUP.to_owned()], vec![]), "{pointer}");
    }
}

#[test]
fn a_finding_of_another_product_is_looked_at_without_a_compliance() {
    for (pointer, value) in [
        ("/Compliance", None),
        ("/Compliance", Some(json!({ "Status": "WARNING" }))),
        ("/Workflow", Some(json!({ "Status": "NOTIFIED" }))),
        ("/Workflow", None),
        ("/Sample", Some(json!(false))),
    ] {
        assert_eq!(places(&event(&with_first(pointer, value))), [BUCKET, GROUP], "{pointer}");
    }
}

#[test]
fn a_members_finding_is_the_members() {
    assert_eq!(places(&event(&with_first("/AwsAccountId", Some("333333333333".into())))), [GROUP]);
    let members = json!("arn:aws:ec2:eu-west-1:333333333333:security-group/sg-0a1b2c3d4e5f60718");
    let document = with(findings(), "/detail/findings/1/Resources/0/Id", Some(members));
    assert_eq!(event(&document), event(&with(findings(), "/detail/findings/1/Resources", Some(json!([])))));
    let elsewhere = with(findings(), "/account", Some("333333333333".into()));
    assert_eq!(event(&elsewhere), Reading::default());
}

/// The event as it is without its envelope's Region: whoever hands it over has taken that off.
fn from_anywhere(pointer: &str, value: Option<Value>) -> Value {
    with(with_first(pointer, value), "/region", None)
}

#[test]
fn a_region_is_the_resources_or_else_the_findings() {
    let document = with_first("/Resources/0/Region", None);
    assert_eq!(places(&event(&document))[0], BUCKET);
    let elsewhere = from_anywhere("/Resources/0/Region", Some("cn-north-1".into()));
    assert_eq!(
        reasons(&event(&elsewhere)),
        [
            "`detail.findings[0].Resources[0].Id` is `arn:aws:s3:::acme-reports`, which is not in the account, Region \
             and partition of the event"
        ]
    );
    let in_china =
        with(elsewhere, "/detail/findings/0/Resources/0/Id", Some("arn:aws-cn:s3:::acme-reports".into()));
    assert_eq!(places(&event(&in_china))[0], "s3-bucket acme-reports 210987654321 cn-north-1 aws-cn");
}

#[test]
fn what_is_collected_from_another_region_is_that_regions() {
    for (pointer, value) in [
        ("/Resources/0/Region", json!("eu-central-1")),
        // Of a resource that does not say where it is, the finding does.
        ("/Resources", json!([{ "Type": "AwsS3Bucket", "Id": "arn:aws:s3:::acme-reports" }])),
    ] {
        let document = with_first("/Region", Some("eu-central-1".into()));
        let document = with(document, &format!("/detail/findings/0{pointer}"), Some(value));
        let reading = event(&document);
        assert_eq!((places(&reading), reasons(&reading)), (vec![GROUP.to_owned()], vec![]), "{pointer}");
        let there = with(document, "/region", Some("eu-central-1".into()));
        assert_eq!(places(&event(&there)), ["s3-bucket acme-reports 210987654321 eu-central-1 aws"]);
    }
    let group = "arn:aws:ec2:eu-central-1:210987654321:security-group/sg-0a1b2c3d4e5f60718";
    let document = with(findings(), "/detail/findings/1/Resources/0/Id", Some(group.into()));
    assert_eq!(places(&event(&document)), [BUCKET], "an ARN says where it is, whatever else does");
    assert_eq!(places(&event(&from_anywhere("/Resources/0/Region", Some("eu-central-1".into())))).len(), 2);
}

#[test]
fn one_that_cannot_be_read_does_not_hide_the_others() {
    for (pointer, value, reason) in [
        ("/Resources", None, "`detail.findings[0].Resources` is missing"),
        ("/Resources/0/Id", None, "`detail.findings[0].Resources[0].Id` is missing"),
        ("/Resources/0/Type", None, "`detail.findings[0].Resources[0].Type` is missing"),
        (
            "/Resources/0/Id",
            Some(json!("arn:aws:s3:::acme/key")),
            "`detail.findings[0].Resources[0].Id` is `arn:aws:s3:::acme/key`, which is not the name of an S3 bucket",
        ),
        ("/AwsAccountId", None, "`detail.findings[0].AwsAccountId` is missing"),
    ] {
        let reading = event(&with_first(pointer, value));
        assert_eq!((places(&reading), reasons(&reading)), (vec![GROUP.to_owned()], vec![reason.to_owned()]));
    }
    assert_eq!(
        reasons(&event(&with(findings(), "/detail/findings", None))),
        ["`detail.findings` is missing"]
    );
}

#[test]
fn a_resource_is_one_subject_that_is_open_since_its_first_finding() {
    let first = findings()["detail"]["findings"][0].clone();
    let later = with(first.clone(), "/FirstObservedAt", Some("2026-11-20T00:00:00Z".into()));
    let unknown = with(first.clone(), "/FirstObservedAt", None);
    let unknown = with(unknown, "/CreatedAt", None);
    let orders = [[&first, &later, &unknown], [&unknown, &later, &first], [&later, &first, &unknown]];
    for order in orders {
        let reading = event(&with(findings(), "/detail/findings", Some(json!(order))));
        assert_eq!(places(&reading), [BUCKET]);
        assert_eq!(because(&reading.subjects[0])[2], "2026-11-18T08:15:30.250Z");
    }
}
