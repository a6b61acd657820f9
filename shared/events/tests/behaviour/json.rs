//! Subjects go to JSON and come back.

use events::{AccountId, BucketName, Cause, GroupId, PrefixListId, Region, Resource, Subject};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::{config_rule, event, with};

fn subject() -> Subject {
    event(&config_rule()).subjects.remove(0)
}

#[test]
fn a_subject_is_written_flat_with_its_cause_in_parts() {
    assert_eq!(
        serde_json::to_value(subject()).unwrap(),
        json!({
            "kind": "s3-bucket",
            "id": "acme-reports",
            "account": "210987654321",
            "region": "eu-west-1",
            "cause": {
                "trigger": "AWS Config rule",
                "rule": "securityhub-s3-bucket-public-read-prohibited-1a2b3c4d",
                "time": "2026-11-20T09:30:00Z",
                "event_id": "2f7c1d66-8a2f-4c9e-9b1e-7d0c1f3a5b70",
            },
        })
    );
}

#[test]
fn a_subject_that_was_tampered_with_is_refused() {
    let written = serde_json::to_value(subject()).unwrap();
    for (pointer, value, reason) in [
        ("/kind", json!("s3-object"), "unknown variant `s3-object`, expected"),
        ("/kind", json!("security-group"), "`acme-reports` is not the id of a security group (sg-...)"),
        ("/id", json!("a/b"), "`a/b` is not the name of an S3 bucket"),
        ("/account", json!("1"), "`1` is not a 12-digit account id"),
        ("/region", json!("mars"), "`mars` is not the name of an AWS Region"),
        ("/cause", Value::Null, "invalid type: null, expected struct Cause"),
    ] {
        let tampered = with(written.clone(), pointer, Some(value));
        let error = serde_json::from_value::<Subject>(tampered).unwrap_err().to_string();
        assert!(error.starts_with(reason), "{error}");
    }
}

fn any_resource() -> impl Strategy<Value = Resource> {
    prop_oneof![
        "[A-Za-z0-9._-]{2,254}[a-z]".prop_map(|name| Resource::Bucket(BucketName::new(&name).unwrap())),
        "pl-[a-z0-9]{1,61}".prop_map(|id| Resource::PrefixList(PrefixListId::new(&id).unwrap())),
        "sg-[a-z0-9]{1,61}".prop_map(|id| Resource::SecurityGroup(GroupId::new(&id).unwrap())),
    ]
}

fn any_cause() -> impl Strategy<Value = Cause> {
    let part = || proptest::option::of(any::<String>());
    let since = || proptest::option::of("20[0-9]{2}-0[1-9]-1[0-9]T1[0-9]:00:00Z");
    (any::<String>(), part(), part(), part(), part(), since()).prop_map(
        |(trigger, rule, time, id, who, at)| {
            Cause::new(&trigger)
                .with_rule(rule.as_deref())
                .with_time(time.as_deref())
                .with_event_id(id.as_deref())
                .with_opened_by(who.as_deref())
                .with_open_since(at.as_deref())
        },
    )
}

proptest! {
    #[test]
    fn a_subject_comes_back_equal(
        resource in any_resource(),
        account in "[0-9]{12}",
        region in "[a-z]{2}(-gov|-isob)?-[a-z]{4,9}-[1-9]",
        cause in any_cause(),
    ) {
        let account = AccountId::new(&account).unwrap();
        let region = Region::new(&region).unwrap();
        let subject = Subject { resource, account, region, cause };
        let text = serde_json::to_string(&subject).unwrap();
        prop_assert_eq!(&serde_json::from_str::<Subject>(&text).unwrap(), &subject);
        let value = serde_json::to_value(&subject).unwrap();
        prop_assert_eq!(value["kind"].as_str(), Some(subject.resource.kind()));
        prop_assert_eq!(serde_json::from_value::<Subject>(value).unwrap(), subject);
    }
}
