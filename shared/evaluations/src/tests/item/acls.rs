use buckets::{Acl, Grant, Grantee, Owner, S3Acl, S3AclSettings};
use exemptions::Exemptions;
use remediation::Mode;
use remediation::testing::{NOTHING_EXEMPT, bucket};
use serde_json::{Value, json};

use super::aws::Aws;
use super::{compliance, judged, throttled, words};
use crate::{Compliance, Item, OrItem, Verdict};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";

fn verdict_by(aws: Aws, item: Value, exemptions: &Exemptions) -> Option<Verdict> {
    let item = Item::new(item);
    let judge = S3Acl::new(OrItem::new(aws, Some(item.clone())), S3AclSettings::default(), Mode::Observe);
    judged(&judge, &item, bucket("acme").resource, exemptions)
}

fn verdict(aws: Aws, item: Value) -> Option<Verdict> {
    verdict_by(aws, item, &NOTHING_EXEMPT)
}

/// The item, with the ACL as AWS Config writes it: JSON inside text, groups by their bare names.
pub(super) fn item(grants: &[Value]) -> Value {
    let own = json!({ "grantee": { "id": "owner", "displayName": null }, "permission": "FullControl" });
    let grants: Vec<&Value> = [&own].into_iter().chain(grants).collect();
    let owner = json!({ "displayName": null, "id": "owner" });
    let acl = json!({ "grantSet": null, "grantList": grants, "owner": owner, "isRequesterCharged": false });
    json!({
        "resourceType": "AWS::S3::Bucket",
        "resourceId": "acme",
        "tags": {},
        "supplementaryConfiguration": { "AccessControlList": acl.to_string() },
    })
}

fn to_group(group: &str, permission: &str) -> Value {
    json!({ "grantee": group, "permission": permission })
}

fn live(uri: Option<&str>) -> Aws {
    let grantee = |uri: &str| Grantee {
        kind: "Group".into(),
        id: None,
        display_name: None,
        email_address: None,
        uri: Some(uri.to_owned()),
    };
    let grants = uri.map(|uri| Grant { grantee: grantee(uri), permission: "READ".into() });
    let owner = Owner { id: Some("owner".into()), display_name: None };
    Aws { acl: Some(Acl { owner, grants: grants.into_iter().collect() }), ..Aws::default() }
}

#[test]
fn the_live_acl_counts_whatever_the_item_says() {
    let closed = verdict(live(None), item(&[to_group("AllUsers", "Read")])).unwrap();
    assert_eq!(closed, Verdict { compliance: Compliance::Compliant, annotation: None });
    let open = verdict(live(Some(ALL_USERS)), item(&[]));
    assert_eq!(compliance(open), Some(Compliance::NonCompliant));
}

#[test]
fn where_the_live_acl_is_denied_the_item_is_judged_and_that_is_said() {
    for (grant, expected) in [
        (None, Compliance::Compliant),
        (Some(to_group("LogDelivery", "Write")), Compliance::Compliant),
        (Some(json!({ "grantee": { "id": "a friend" }, "permission": "ReadAcp" })), Compliance::Compliant),
        (Some(to_group("AllUsers", "Read")), Compliance::NonCompliant),
        (Some(to_group("AuthenticatedUsers", "WriteAcp")), Compliance::NonCompliant),
    ] {
        let verdict = verdict(Aws::default(), item(grant.as_slice())).unwrap();
        assert_eq!(verdict.compliance, expected, "{grant:?}");
        let note = "judged by AWS Config's record: s3:GetBucketAcl";
        assert!(words(&verdict).contains(note), "{verdict:?}");
    }
}

#[test]
fn an_outage_is_no_reason_to_believe_the_item() {
    let aws = Aws { says: Some(throttled()), ..Aws::default() };
    assert_eq!(verdict(aws, item(&[])), None);
}

#[test]
fn what_the_item_does_not_say_or_says_in_unknown_words_is_not_evaluated() {
    let of_acl = |acl: Value| json!({ "supplementaryConfiguration": { "AccessControlList": acl } });
    for item in [
        json!({}),
        json!([]),
        json!({ "supplementaryConfiguration": {} }),
        of_acl("{".into()),
        of_acl(r#"{"owner":null}"#.into()),
        item(&[to_group("Everybody", "Read")]),
        item(&[to_group("LogDelivery", "Everything")]),
        item(&[json!({ "grantee": {}, "permission": "Read" })]),
    ] {
        assert_eq!(verdict(Aws::default(), item.clone()), None, "{item}");
    }
}

#[test]
fn tags_of_the_item_exempt_where_the_live_ones_are_denied() {
    let mut item = item(&[]);
    item["tags"] = json!({
        "curfew:exempt": "all",
        "curfew:exempt-reason": "our website",
        "curfew:exempt-until": "2026-12-31",
    });
    let verdict = verdict_by(live(Some(ALL_USERS)), item, &Exemptions::default()).unwrap();
    assert_eq!(verdict.compliance, Compliance::Compliant);
    let words = words(&verdict);
    assert!(words.starts_with("exempt: everything, until the end of 2026-12-31 (UTC)"), "{words}");
    assert!(words.contains("record: s3:GetBucketTagging is denied"), "{words}");
}
