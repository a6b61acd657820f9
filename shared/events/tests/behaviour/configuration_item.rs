//! `Config Configuration Item Change`, and what AWS Config's own topic says.

use serde_json::{Value, json};

use crate::support::{because, config_rule, event, fixture, places, reasons, subject, with};

const BUCKET: &str = "s3-bucket acme-reports 210987654321 eu-west-1 aws";
const GROUP: &str = "security-group sg-0a1b2c3d4e5f60718 210987654321 eu-west-1 aws";

fn bucket() -> Value {
    fixture("configuration_item_bucket")
}

#[test]
fn what_changed_is_a_subject_whole_or_as_a_summary() {
    assert_eq!(places(&event(&bucket())), [BUCKET]);
    assert_eq!(
        because(&subject(&bucket())),
        [
            "AWS Config configuration item at 2026-11-20T10:02:00Z (event 0d9c1a52-64b5-4f55-9d5f-1c1a7f0a1301)",
            "",
            "2026-11-20T09:59:04.512Z",
        ]
    );
    let oversized = fixture("configuration_item_group_oversized");
    assert_eq!(places(&event(&oversized)), [GROUP]);
}

#[test]
fn a_prefix_list_that_changed_is_a_subject() {
    let document =
        with(bucket(), "/detail/configurationItem/resourceType", Some("AWS::EC2::PrefixList".into()));
    let document = with(document, "/detail/configurationItem/resourceId", Some("pl-0c1d2e3f".into()));
    assert_eq!(places(&event(&document)), ["prefix-list pl-0c1d2e3f 210987654321 eu-west-1 aws"]);
}

#[test]
fn what_is_gone_or_of_another_type_gives_no_subject_and_no_error() {
    for status in ["ResourceDeleted", "ResourceDeletedNotRecorded"] {
        let document =
            with(bucket(), "/detail/configurationItem/configurationItemStatus", Some(status.into()));
        assert_eq!(event(&document), events::Reading::default());
    }
    for status in [json!("ResourceDiscovered"), json!("ResourceNotRecorded"), Value::Null] {
        let document = with(bucket(), "/detail/configurationItem/configurationItemStatus", Some(status));
        assert_eq!(places(&event(&document)), [BUCKET]);
    }
    let document = with(bucket(), "/detail/configurationItem/resourceType", Some("AWS::IAM::User".into()));
    assert_eq!(event(&document), events::Reading::default());
}

#[test]
fn a_bucket_is_named_by_id_name_or_arn_and_a_group_never_by_its_name() {
    let arn =
        with(bucket(), "/detail/configurationItem/resourceId", Some("arn:aws:s3:::acme-reports".into()));
    let by_name = with(bucket(), "/detail/configurationItem/resourceId", None);
    let by_arn = with(by_name.clone(), "/detail/configurationItem/resourceName", Some(Value::Null));
    for document in [arn, by_name, by_arn.clone()] {
        assert_eq!(places(&event(&document)), [BUCKET]);
    }
    let nameless = with(by_arn, "/detail/configurationItem/ARN", None);
    assert_eq!(reasons(&event(&nameless)), ["`detail.configurationItem.resourceId` is missing"]);

    let group = fixture("configuration_item_group_oversized");
    let by_arn = with(group, "/detail/configurationItemSummary/resourceId", None);
    let by_arn = with(by_arn, "/detail/configurationItemSummary/resourceName", Some("sg-0ffff".into()));
    assert_eq!(places(&event(&by_arn)), [GROUP]);
}

#[test]
fn the_topics_of_aws_config_say_the_same_without_an_envelope() {
    for document in [bucket(), fixture("configuration_item_group_oversized")] {
        let said = event(&document["detail"]);
        assert_eq!(places(&said), places(&event(&document)));
        assert_eq!(said.subjects[0].cause.open_since(), subject(&document).cause.open_since());
        assert_eq!(said.subjects[0].cause.time(), Some("2026-11-20T10:00:41.118Z"));
    }
    let compliance = event(&config_rule()["detail"]);
    assert_eq!(places(&compliance), places(&event(&config_rule())));
    assert_eq!(
        compliance.subjects[0].cause.to_string(),
        "AWS Config rule securityhub-s3-bucket-public-read-prohibited-1a2b3c4d at 2026-11-20T09:29:59.500Z"
    );
}

#[test]
fn what_is_missing_is_named() {
    for (pointer, reason) in [
        ("/detail/configurationItem", "`detail.configurationItem` is missing"),
        ("/detail/configurationItem/resourceType", "`detail.configurationItem.resourceType` is missing"),
    ] {
        assert_eq!(reasons(&event(&with(bucket(), pointer, None))), [reason]);
    }
    let nowhere = with(bucket(), "/detail/configurationItem/awsAccountId", None);
    let nowhere = with(nowhere, "/account", None);
    assert_eq!(reasons(&event(&nowhere)), ["`detail.configurationItem.awsAccountId` is missing"]);
}
