use buckets::{S3Policy, S3PolicySettings};
use remediation::testing::{NOTHING_EXEMPT, bucket};
use serde_json::{Value, json};

use super::aws::Aws;
use super::{compliance, judged, throttled, words};
use crate::{Compliance, Item, OrItem, Verdict};

const PUBLIC: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":"*","Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*"}]}"#;
const OWN: &str = r#"{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Principal":{"AWS":"210987654321"},"Action":"s3:GetObject","Resource":"arn:aws:s3:::acme/*"}]}"#;

fn verdict(aws: Aws, item: Value) -> Option<Verdict> {
    let item = Item::new(item);
    let judge = S3Policy::new(OrItem::new(aws, Some(item.clone())), S3PolicySettings::default());
    judged(&judge, &item, bucket("acme").resource, &NOTHING_EXEMPT)
}

fn item(policy_text: Value) -> Value {
    json!({ "supplementaryConfiguration": { "BucketPolicy": { "policyText": policy_text } } })
}

fn live(policy: &'static str) -> Aws {
    Aws { policy: Some(policy), ..Aws::default() }
}

#[test]
fn the_live_policy_counts_whatever_the_item_says() {
    assert_eq!(compliance(verdict(live(OWN), item(PUBLIC.into()))), Some(Compliance::Compliant));
    assert_eq!(compliance(verdict(live(PUBLIC), item(Value::Null))), Some(Compliance::NonCompliant));
}

#[test]
fn where_the_live_policy_is_denied_the_item_is_judged() {
    // Without a document nothing else is asked for.
    let none = verdict(Aws::default(), item(Value::Null)).unwrap();
    assert_eq!(none.compliance, Compliance::Compliant);
    assert!(words(&none).contains("record: s3:GetBucketPolicy"), "{none:?}");
    let public = verdict(Aws::default(), item(PUBLIC.into())).unwrap();
    assert_eq!(public.compliance, Compliance::NonCompliant);
    assert!(words(&public).contains("record: s3:GetBucketPolicy"), "{public:?}");
}

#[test]
fn that_s3_says_nothing_of_a_policy_curfew_would_mail_and_no_item_has_its_verdict() {
    assert_eq!(compliance(verdict(Aws::default(), item(OWN.into()))), Some(Compliance::NonCompliant));
}

#[test]
fn an_item_that_does_not_say_whether_there_is_a_policy_is_none_that_complies() {
    let without = json!({ "supplementaryConfiguration": { "BucketPolicy": {} } });
    for item in [without, json!({ "supplementaryConfiguration": {} }), item(json!(7))] {
        assert_eq!(verdict(Aws::default(), item.clone()), None, "{item}");
    }
    let outage = Aws { says: Some(throttled()), ..Aws::default() };
    assert_eq!(verdict(outage, item(Value::Null)), None);
}
