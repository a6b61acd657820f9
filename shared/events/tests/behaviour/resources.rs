//! What is known of a resource without asking AWS.

use std::time::{Duration, SystemTime};

use events::{AccountId, BucketName, Cause, GroupId, PrefixListId, Region, Resource, Subject};

fn bucket() -> Resource {
    Resource::Bucket(BucketName::new("acme-reports").unwrap())
}

fn group() -> Resource {
    Resource::SecurityGroup(GroupId::new("sg-1d56fc66").unwrap())
}

fn subject(resource: Resource, region: &str) -> Subject {
    Subject {
        resource,
        account: AccountId::new("210987654321").unwrap(),
        region: Region::new(region).unwrap(),
        cause: Cause::new("a test"),
    }
}

#[test]
fn a_resource_is_named_with_its_kind() {
    assert_eq!(bucket().to_string(), "S3 bucket acme-reports");
    assert_eq!(group().to_string(), "security group sg-1d56fc66");
}

#[test]
fn an_arn_says_what_its_kind_needs() {
    assert_eq!(subject(bucket(), "cn-north-1").arn(), "arn:aws-cn:s3:::acme-reports");
    assert_eq!(
        subject(group(), "us-gov-west-1").arn(),
        "arn:aws-us-gov:ec2:us-gov-west-1:210987654321:security-group/sg-1d56fc66"
    );
}

#[test]
fn the_console_shows_each_kind_where_it_has_a_public_address() {
    for (resource, region, url) in [
        (
            bucket(),
            "eu-west-1",
            Some(
                "https://eu-west-1.console.aws.amazon.com/s3/buckets/acme-reports?region=eu-west-1&tab=permissions",
            ),
        ),
        (
            group(),
            "cn-north-1",
            Some("https://console.amazonaws.cn/ec2/home?region=cn-north-1#SecurityGroup:groupId=sg-1d56fc66"),
        ),
        (
            Resource::PrefixList(PrefixListId::new("pl-1d56fc66").unwrap()),
            "us-gov-west-1",
            Some(
                "https://console.amazonaws-us-gov.com/vpcconsole/home?region=us-gov-west-1#ManagedPrefixLists:search=pl-1d56fc66",
            ),
        ),
        (group(), "us-iso-east-1", None),
    ] {
        assert_eq!(subject(resource, region).console_url().as_deref(), url);
    }
}

#[test]
fn a_cause_says_what_is_known() {
    let cause = Cause::new("sweep");
    assert_eq!(cause.to_string(), "sweep");
    let cause = cause.with_rule(Some("open-ssh")).with_time(Some("2026-11-20")).with_event_id(Some("e1"));
    assert_eq!(cause.to_string(), "sweep open-ssh at 2026-11-20 (event e1)");
    let cause = cause.with_opened_by(Some("bea")).with_open_since(Some("1970-01-01T00:01:00.5+00:00"));
    assert_eq!(cause.to_string(), "sweep open-ssh by bea at 2026-11-20 (event e1)");
    assert_eq!(
        (cause.trigger(), cause.rule(), cause.opened_by(), cause.time(), cause.event_id()),
        ("sweep", Some("open-ssh"), Some("bea"), Some("2026-11-20"), Some("e1"))
    );
    assert_eq!(cause.open_since(), Some(SystemTime::UNIX_EPOCH + Duration::from_millis(60_500)));
    assert_eq!(cause.with_open_since(Some("an hour ago")).open_since(), None);
}
