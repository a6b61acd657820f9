//! `Config Rules Compliance Change`.

use serde_json::{Value, json};

use crate::support::{config_rule, event, places, put_evaluations, reasons, with};

#[test]
fn a_non_compliant_bucket_is_a_subject() {
    let reading = event(&config_rule());
    assert_eq!(places(&reading), ["s3-bucket acme-reports 210987654321 eu-west-1 aws"]);
    assert_eq!(
        reading.subjects[0].cause.to_string(),
        "AWS Config rule securityhub-s3-bucket-public-read-prohibited-1a2b3c4d at 2026-11-20T09:30:00Z \
         (event 2f7c1d66-8a2f-4c9e-9b1e-7d0c1f3a5b70)"
    );
    assert_eq!(reading.subjects[0].arn(), "arn:aws:s3:::acme-reports");
}

#[test]
fn a_non_compliant_security_group_is_a_subject() {
    let document = with(config_rule(), "/detail/resourceType", Some("AWS::EC2::SecurityGroup".into()));
    let document = with(document, "/detail/resourceId", Some("sg-1d56fc66".into()));
    let reading = event(&document);
    assert_eq!(places(&reading), ["security-group sg-1d56fc66 210987654321 eu-west-1 aws"]);
    assert_eq!(reading.subjects[0].arn(), "arn:aws:ec2:eu-west-1:210987654321:security-group/sg-1d56fc66");
}

#[test]
fn other_verdicts_and_other_resources_give_no_subject_and_no_error() {
    for verdict in ["COMPLIANT", "NOT_APPLICABLE", "INSUFFICIENT_DATA"] {
        let document =
            with(config_rule(), "/detail/newEvaluationResult/complianceType", Some(verdict.into()));
        assert_eq!(event(&document), events::Reading::default(), "{verdict}");
    }
    for foreign in ["AWS::IAM::User", "AWS::S3::AccountPublicAccessBlock", "AWS::EC2::VPC"] {
        let document = with(config_rule(), "/detail/resourceType", Some(foreign.into()));
        assert_eq!(event(&document), events::Reading::default(), "{foreign}");
    }
}

#[test]
fn the_partition_follows_the_region() {
    for (region, partition) in [
        ("us-east-1", "aws"),
        ("ap-southeast-7", "aws"),
        ("mx-central-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
        ("eusc-de-east-1", "aws-eusc"),
    ] {
        let reading = event(&with(config_rule(), "/detail/awsRegion", Some(region.into())));
        assert_eq!(places(&reading), [format!("s3-bucket acme-reports 210987654321 {region} {partition}")]);
    }
}

#[test]
fn annotation_rule_name_and_envelope_decide_nothing() {
    let document = with(config_rule(), "/detail/newEvaluationResult/annotation", None);
    let document = with(document, "/detail/configRuleName", None);
    let document = with(document, "/resources", None);
    let document = with(document, "/time", Some(Value::Null));
    assert_eq!(places(&event(&document)), places(&event(&config_rule())));
}

#[test]
fn account_and_region_fall_back_to_the_envelope() {
    let document = with(config_rule(), "/detail/awsAccountId", None);
    let document = with(document, "/detail/awsRegion", Some(Value::Null));
    let document = with(document, "/account", Some("111122223333".into()));
    let document = with(document, "/region", Some("ca-west-1".into()));
    assert_eq!(places(&event(&document)), ["s3-bucket acme-reports 111122223333 ca-west-1 aws"]);
}

#[test]
fn what_is_missing_or_wrong_is_named() {
    let cases: [(&str, Option<Value>, &str); 14] = [
        ("/source", None, "`source` is missing"),
        ("/detail-type", Some(json!(7)), "`detail-type` is not a string"),
        ("/detail", Some(Value::Null), "`detail` is missing"),
        ("/detail", Some(json!([])), "`detail` is not a JSON object"),
        ("/detail/resourceType", None, "`detail.resourceType` is missing"),
        ("/detail/resourceId", None, "`detail.resourceId` is missing"),
        ("/detail/resourceId", Some(json!(["x"])), "`detail.resourceId` is not a string"),
        (
            "/detail/resourceId",
            Some(json!("arn:aws:s3:::acme/key")),
            "`detail.resourceId` is `arn:aws:s3:::acme/key`, which is not the name of an S3 bucket",
        ),
        ("/detail/newEvaluationResult", None, "`detail.newEvaluationResult` is missing"),
        (
            "/detail/newEvaluationResult/complianceType",
            None,
            "`detail.newEvaluationResult.complianceType` is missing",
        ),
        (
            "/detail/newEvaluationResult/complianceType",
            Some(json!("MAYBE")),
            "`detail.newEvaluationResult.complianceType` is `MAYBE`, which is not a compliance type",
        ),
        (
            "/detail/awsAccountId",
            Some(json!("0123456789012")),
            "`detail.awsAccountId` is `0123456789012`, which is not a 12-digit account id",
        ),
        (
            "/detail/awsRegion",
            Some(json!("evil.example/eu-west-1")),
            "`detail.awsRegion` is `evil.example/eu-west-1`, which is not the name of an AWS Region",
        ),
        (
            "/source",
            Some(json!("aws.ec2")),
            "`aws.ec2` / `Config Rules Compliance Change` is not a trigger that Curfew reads",
        ),
    ];
    for (pointer, value, reason) in cases {
        let reading = event(&with(config_rule(), pointer, value));
        assert_eq!(reasons(&reading), [reason]);
        assert!(reading.subjects.is_empty(), "{reason}");
    }
}

#[test]
fn names_at_their_limits_are_read_and_beyond_them_refused() {
    let bucket = |name: String| event(&with(config_rule(), "/detail/resourceId", Some(name.into())));
    for good in ["abc".to_owned(), "a".repeat(63), "Old_Style.Name".to_owned(), "x".repeat(255)] {
        assert_eq!(bucket(good.clone()).subjects.len(), 1, "{good}");
    }
    for bad in ["ab".to_owned(), "x".repeat(256), "a/b".to_owned(), "a b c".to_owned(), "...".to_owned()] {
        assert_eq!(bucket(bad.clone()).unreadable.len(), 1, "{bad}");
    }
}

#[test]
fn a_long_foreign_text_is_shortened_and_kept_on_one_line() {
    let reading = event(&with(config_rule(), "/detail/resourceId", Some("a\n".repeat(500).into())));
    let reason = &reasons(&reading)[0];
    assert!(reason.len() < 200, "{reason}");
    assert!(!reason.contains('\n'));
}

/// The trigger about a resource that is named so.
fn named(config_type: &str, id: &str, region: &str) -> events::Reading {
    let document = with(config_rule(), "/detail/resourceType", Some(config_type.into()));
    let document = with(document, "/detail/awsRegion", Some(region.into()));
    event(&with(document, "/detail/resourceId", Some(id.into())))
}

#[test]
fn an_arn_names_its_resource_in_every_partition() {
    for (region, partition) in [
        ("eu-west-1", "aws"),
        ("cn-north-1", "aws-cn"),
        ("us-gov-west-1", "aws-us-gov"),
        ("eusc-de-east-1", "aws-eusc"),
        ("us-iso-east-1", "aws-iso"),
        ("us-isob-east-1", "aws-iso-b"),
        ("eu-isoe-west-1", "aws-iso-e"),
        ("us-isof-south-1", "aws-iso-f"),
    ] {
        for (config_type, id) in
            [("AWS::S3::Bucket", "acme-reports"), ("AWS::EC2::SecurityGroup", "sg-1d56fc66")]
        {
            let by_id = named(config_type, id, region);
            let arn = by_id.subjects[0].arn();
            assert!(arn.starts_with(&format!("arn:{partition}:")), "{arn}");
            assert_eq!(named(config_type, &arn, region), by_id);
        }
    }
}

#[test]
fn an_arn_in_an_evaluation_names_its_resource_too() {
    let pointer = "/detail/requestParameters/evaluations/1/complianceResourceId";
    let call = with(put_evaluations(), pointer, Some("arn:aws:s3:::acme-reports".into()));
    assert_eq!(event(&call), event(&put_evaluations()));
}

#[test]
fn an_arn_of_something_else_or_from_elsewhere_is_refused() {
    const BUCKET: &str = "AWS::S3::Bucket";
    const GROUP: &str = "AWS::EC2::SecurityGroup";
    let no_bucket = "which is not the name of an S3 bucket";
    let no_group = "which is not the id of a security group (sg-...)";
    let elsewhere = "which is not in the account, Region and partition of the event";
    for (config_type, arn, why) in [
        (BUCKET, "arn:aws:s3:::", no_bucket),
        (BUCKET, "arn:aws:s3:::acme/key", no_bucket),
        (BUCKET, "arn:aws:s3:eu-west-1::acme", no_bucket),
        (BUCKET, "arn:aws:s3::210987654321:acme", no_bucket),
        (BUCKET, "arn:aws:sqs:::acme", no_bucket),
        (BUCKET, "arn:aws-mars:s3:::acme", no_bucket),
        (BUCKET, "arn:aws:s3", no_bucket),
        (BUCKET, "arn:aws:ec2:eu-west-1:210987654321:security-group/sg-1d56fc66", no_bucket),
        (GROUP, "arn:aws:s3:::acme", no_group),
        (GROUP, "arn:aws:ec2:eu-west-1:210987654321:security-group/", no_group),
        (GROUP, "arn:aws:ec2:eu-west-1:210987654321:sg-1d56fc66", no_group),
        (GROUP, "arn:aws:ec2:eu-west-1:210987654321:vpc/vpc-1d56fc66", no_group),
        (GROUP, "arn:aws:ec2:eu-west-1::security-group/sg-1d56fc66", no_group),
        (GROUP, "arn:aws:ec2:us-east-1:210987654321:security-group/sg-1d56fc66", elsewhere),
        (GROUP, "arn:aws:ec2:eu-west-1:111122223333:security-group/sg-1d56fc66", elsewhere),
        (GROUP, "arn:aws-cn:ec2:eu-west-1:210987654321:security-group/sg-1d56fc66", elsewhere),
        (BUCKET, "arn:aws-us-gov:s3:::acme", elsewhere),
    ] {
        let reading = named(config_type, arn, "eu-west-1");
        assert_eq!(reasons(&reading), [format!("`detail.resourceId` is `{arn}`, {why}")]);
        assert!(reading.subjects.is_empty());
    }
}
