//! What a sweep found.

use events::{AccountId, Region, SweepFound, Trigger};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::hostile::{any_json, damage};
use crate::support::{because, event, fixture, places, read, reasons, with};

#[test]
fn each_resource_that_a_sweep_found_is_a_subject_with_the_sweep_as_its_cause() {
    let reading = event(&fixture("sweep_found"));
    assert_eq!(
        places(&reading),
        [
            "security-group sg-0a1b2c3d4e5f60718 111122223333 eu-central-1 aws",
            "s3-bucket acme-open 111122223333 eu-central-1 aws",
            "security-group sg-0a1b2c3d4e5f60719 111122223333 eu-central-1 aws",
        ]
    );
    assert!(reading.unreadable.is_empty() && !reading.is_tick);
    let sweep = "sweep at 2026-11-22T04:00:03.120Z (event 059f36b4-87a3-44ab-83d2-661975830a7d)";
    assert_eq!(because(&reading.subjects[0]), [sweep, "", ""]);
}

#[test]
fn account_region_and_the_list_have_to_be_there_and_right() {
    for (pointer, value, reason) in [
        ("/account", None, "`account` is missing"),
        ("/account", Some(json!("12")), "`account` is `12`, which is not a 12-digit account id"),
        ("/region", None, "`region` is missing"),
        ("/region", Some(json!("nowhere")), "`region` is `nowhere`, which is not the name of an AWS Region"),
        ("/detail", None, "`detail` is missing"),
        ("/detail/resources", None, "`detail.resources` is missing"),
        ("/detail/resources", Some(json!("sg-0a1b2c3d4e5f60718")), "`detail.resources` is not a list"),
    ] {
        let reading = event(&with(fixture("sweep_found"), pointer, value));
        assert_eq!((reasons(&reading), reading.subjects.len()), (vec![reason.to_owned()], 0), "{pointer}");
    }
}

#[test]
fn a_resource_that_cannot_be_read_is_named_and_hides_no_other() {
    let place = "detail.resources[0]";
    for (name, value, reason) in [
        ("resourceType", None, format!("`{place}.resourceType` is missing")),
        (
            "resourceType",
            Some(json!("AWS::EC2::Instance")),
            format!(
                "`{place}.resourceType` is `AWS::EC2::Instance`, which is not a type of resource that Curfew looks at"
            ),
        ),
        ("resourceId", None, format!("`{place}.resourceId` is missing")),
        (
            "resourceId",
            Some(json!("acme open")),
            format!("`{place}.resourceId` is `acme open`, which is not the id of a security group (sg-...)"),
        ),
        (
            "resourceId",
            Some(json!("arn:aws:ec2:eu-central-1:444455556666:security-group/sg-0a1b2c3d4e5f60718")),
            format!(
                "`{place}.resourceId` is `arn:aws:ec2:eu-central-1:444455556666:security-group/sg-0a1b2c3d4e5f60718`, \
                 which is not in the account, Region and partition of the event"
            ),
        ),
    ] {
        let reading = event(&with(fixture("sweep_found"), &format!("/detail/resources/0/{name}"), value));
        assert_eq!((reasons(&reading), reading.subjects.len()), (vec![reason], 2));
    }
}

proptest! {
    #[test]
    fn what_is_written_is_what_is_read(
        groups in proptest::collection::btree_set("sg-[0-9a-f]{17}", 0..6),
        buckets in proptest::collection::btree_set("[a-z0-9]{3,20}", 0..6),
        account in "[0-9]{12}",
        sweep in "[0-9a-f-]{1,36}",
    ) {
        let kind = |kind: &'static str| move |id: String| (kind, id);
        let named: Vec<(&str, String)> = groups.into_iter().map(kind("AWS::EC2::SecurityGroup"))
            .chain(buckets.into_iter().map(kind("AWS::S3::Bucket"))).collect();
        let resource = |(kind, id): &(&str, String)| match *kind {
            "AWS::S3::Bucket" => events::BucketName::new(id).unwrap().into(),
            _ => events::GroupId::new(id).unwrap().into(),
        };
        let resources: Vec<events::Resource> = named.iter().map(resource).collect();
        let (account, region) = (AccountId::new(&account).unwrap(), Region::new("eu-central-1").unwrap());
        let began = "2026-11-22T04:00:03.120Z";
        let found = SweepFound { sweep: &sweep, began, account: &account, region: &region, resources: &resources };
        let written: Value = found.to_json();
        let reading = event(&written);
        prop_assert!(reading.unreadable.is_empty());
        let read: Vec<events::Resource> = reading.subjects.iter().map(|subject| subject.resource.clone()).collect();
        prop_assert_eq!(read, resources);
        for subject in &reading.subjects {
            prop_assert_eq!((&subject.account, &subject.region), (&account, &region));
            prop_assert_eq!((subject.cause.trigger(), subject.cause.event_id()), ("sweep", Some(sweep.as_str())));
        }
    }
}

proptest! {
    #[test]
    fn what_a_sweep_found_and_is_damaged_is_read_or_refused_and_names_nothing_new(
        path in proptest::collection::vec(0_usize..12, 0..6),
        with in any_json(),
    ) {
        let mut document = fixture("sweep_found");
        damage(&mut document, &path, with);
        let text = document.to_string();
        let Ok(Trigger::Event(reading)) = read(&text) else { return Ok(()) };
        for subject in &reading.subjects {
            prop_assert!(text.contains(subject.resource.id()), "{subject:?} is not in {text}");
        }
        prop_assert!(reading.subjects.len() <= 3);
    }
}
