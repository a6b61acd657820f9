//! Calls of S3 through CloudTrail.

use serde_json::{Value, json};

use crate::support::{because, event, fixture, places, reasons, subject, with};

fn canned() -> Value {
    fixture("s3_call_put_bucket_acl_canned")
}

#[test]
fn a_call_after_which_a_bucket_may_be_open_is_a_subject_whatever_it_says() {
    for call in [
        "CreateBucket",
        "DeleteBucketOwnershipControls",
        "DeleteBucketPublicAccessBlock",
        "PutBucketAcl",
        "PutBucketOwnershipControls",
        "PutBucketPolicy",
        "PutBucketPublicAccessBlock",
        "PutObjectAcl",
    ] {
        let document = with(canned(), "/detail/eventName", Some(call.into()));
        let document =
            with(document, "/detail/requestParameters", Some(json!({ "bucketName": "acme-reports" })));
        assert_eq!(places(&event(&document)), ["s3-bucket acme-reports 210987654321 eu-west-1 aws"]);
        assert!(
            subject(&document).cause.to_string().starts_with(&format!("CloudTrail {call} by arn:aws:sts:"))
        );
    }
}

#[test]
fn an_acl_is_looked_at_in_each_of_its_forms() {
    let by_session = subject(&canned());
    assert_eq!(
        because(&by_session),
        [
            "CloudTrail PutBucketAcl by arn:aws:sts::210987654321:assumed-role/deploy/ci-4711 at \
             2026-11-20T10:02:00Z (event 0d9c1a52-64b5-4f55-9d5f-1c1a7f0a1101)",
            "arn:aws:sts::210987654321:assumed-role/deploy/ci-4711",
            "2026-11-20T10:01:37Z",
        ]
    );
    let by_user = subject(&fixture("s3_call_put_bucket_acl_tree"));
    assert!(by_user.same_resource(&by_session));
    assert_eq!(by_user.cause.opened_by(), Some("arn:aws:iam::210987654321:user/staff/bea"));
}

#[test]
fn a_bucket_is_in_the_region_that_it_was_created_in() {
    let created = fixture("s3_call_create_bucket_by_root");
    assert_eq!(places(&event(&created)), ["s3-bucket acme-new 210987654321 eu-central-1 aws"]);
    assert_eq!(subject(&created).cause.opened_by(), Some("arn:aws:iam::210987654321:root"));
    let location = "/detail/requestParameters/CreateBucketConfiguration/LocationConstraint";
    for (written, region) in [
        (json!("EU"), "eu-west-1"),
        (json!(""), "eu-west-1"),
        (Value::Null, "eu-west-1"),
        (json!("us-west-2"), "us-west-2"),
    ] {
        let document = with(created.clone(), location, Some(written));
        assert_eq!(subject(&document).region.as_str(), region);
    }
    let odd = with(created, location, Some(json!("mars")));
    assert_eq!(
        reasons(&event(&odd)),
        [
            "`detail.requestParameters.CreateBucketConfiguration.LocationConstraint` is `mars`, which is not the name \
             of an AWS Region"
        ]
    );
}

#[test]
fn an_access_point_stands_for_its_bucket() {
    let document = fixture("s3_call_put_object_acl");
    assert_eq!(places(&event(&document)), ["s3-bucket acme-reports 210987654321 eu-west-1 aws"]);
    assert_eq!(subject(&document).cause.opened_by(), Some("AIDAZXCVBNMASDFGHJKL"));
    let arn = "arn:aws:s3:eu-west-1:210987654321:accesspoint/acme-ap";
    let by_arn = with(document, "/detail/requestParameters/bucketName", Some(arn.into()));
    assert_eq!(places(&event(&by_arn)), ["s3-bucket acme-reports 210987654321 eu-west-1 aws"]);
    let alone = with(by_arn, "/detail/resources", None);
    assert_eq!(
        reasons(&event(&alone)),
        [format!("`detail.requestParameters.bucketName` is `{arn}`, which is not the name of an S3 bucket")]
    );
}

#[test]
fn a_bucket_is_its_owners_who_ever_called() {
    let resources = json!([
        { "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::other", "accountId": "333333333333" },
        { "type": "AWS::S3::Bucket", "ARN": "arn:aws:s3:::acme-reports", "accountId": "444444444444" },
    ]);
    let document = with(canned(), "/detail/resources", Some(resources));
    assert_eq!(places(&event(&document)), ["s3-bucket acme-reports 444444444444 eu-west-1 aws"]);
}

#[test]
fn account_and_region_are_kept_as_the_record_has_them() {
    let document = with(canned(), "/detail/resources", None);
    let document = with(document, "/detail/recipientAccountId", Some("111122223333".into()));
    let document = with(document, "/detail/awsRegion", Some("cn-north-1".into()));
    assert_eq!(places(&event(&document)), ["s3-bucket acme-reports 111122223333 cn-north-1 aws-cn"]);
    assert_eq!(subject(&document).arn(), "arn:aws-cn:s3:::acme-reports");
}

#[test]
fn what_is_missing_or_of_another_kind_is_named() {
    for (pointer, value, reason) in [
        ("/detail/requestParameters", Some(Value::Null), "`detail.requestParameters` is missing"),
        ("/detail/requestParameters/bucketName", None, "`detail.requestParameters.bucketName` is missing"),
        (
            "/detail/requestParameters/bucketName",
            Some(json!(["acme"])),
            "`detail.requestParameters.bucketName` is not a string",
        ),
        ("/detail/eventName", None, "`detail.eventName` is missing"),
        (
            "/detail/eventName",
            Some(json!("GetBucketAcl")),
            "`aws.s3` / `AWS API Call via CloudTrail: GetBucketAcl` is not a trigger that Curfew reads",
        ),
    ] {
        let reading = event(&with(canned(), pointer, value));
        assert_eq!(reasons(&reading), [reason]);
        assert!(reading.subjects.is_empty());
    }
}
