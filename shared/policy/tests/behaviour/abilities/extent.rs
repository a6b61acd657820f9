//! All of a bucket, or a part of it.

use serde_json::{Value, json};

use super::{analysis, everyone, found, of};
use crate::support::{allow, policy_of, statement};

#[test]
fn every_object_is_all_and_anything_less_is_a_part() {
    let objects = json!("arn:aws:s3:::bucket/*");
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    for (action, resource, what) in [
        (json!("s3:GetObject"), objects.clone(), vec!["read all"]),
        (json!("s3:GetObjectVersion"), objects.clone(), vec!["read all"]),
        (json!("s3:PutObject"), objects.clone(), vec!["write all"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket/public/*"), vec!["read part"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket/index.html"), vec!["read part"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket"), vec![]),
        (json!("s3:GetBucketLocation"), json!("arn:aws:s3:::bucket"), vec![]),
        (json!("s3:ListBucket"), both.clone(), vec!["list all"]),
        (json!("s3:PutObjectAcl"), objects, vec!["permissions all"]),
        (
            json!("s3:*"),
            both.clone(),
            vec!["read all", "write all", "delete all", "list all", "permissions all"],
        ),
        (json!(["s3:Get*", "s3:List*"]), both, vec!["read all", "list all"]),
        (json!("s3:GetObject"), json!("*"), vec!["read all"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket/a/*/b"), vec!["read part"]),
    ] {
        assert_eq!(found(&of(action.clone(), resource.clone())), everyone(&what), "{action} {resource}");
    }
}

#[test]
fn parts_that_together_are_everything_are_all() {
    let mut rest = statement("Allow", json!("*"), json!({}));
    rest.as_object_mut().unwrap().remove("Resource");
    rest["NotResource"] = json!("arn:aws:s3:::bucket/a*");
    let mut some = statement("Allow", json!("*"), json!({}));
    some["Resource"] = json!("arn:aws:s3:::bucket/a*");
    assert_eq!(found(&policy_of(vec![some.clone(), rest.clone()])), everyone(&["read all"]));
    assert_eq!(found(&policy_of(vec![rest])), everyone(&["read part"]));
    let mut versions = some.clone();
    versions["Action"] = json!("s3:GetObjectVersion");
    versions["Resource"] = json!("arn:aws:s3:::bucket/*");
    assert_eq!(found(&policy_of(vec![some, versions])), everyone(&["read all"]));
}

#[test]
fn a_deny_takes_away_all_or_a_part() {
    let both = || {
        let mut both = statement("Allow", json!("*"), json!({}));
        both["Action"] = json!(["s3:GetObject", "s3:PutObject"]);
        both
    };
    let deny = |key: &str, value: Value| {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny[key] = value;
        deny
    };
    let with = |deny: Value| found(&policy_of(vec![both(), deny]));
    assert_eq!(with(deny("Action", json!("s3:PutObject"))), everyone(&["read all"]));
    assert_eq!(
        with(deny("Resource", json!("arn:aws:s3:::bucket/secret/*"))),
        everyone(&["read part", "write all"])
    );
    let tagged = json!({ "StringEquals": { "s3:ExistingObjectTag/secret": "yes" } });
    assert_eq!(with(deny("Condition", tagged)), everyone(&["read part", "write all"]));
    let encrypted = json!({ "Bool": { "aws:SecureTransport": "false" } });
    assert_eq!(with(deny("Condition", encrypted)), everyone(&["read all", "write all"]));
}

#[test]
fn what_the_caller_chooses_takes_nothing_from_all() {
    for condition in [
        json!({ "StringLike": { "aws:Referer": "https://example.com/*" } }),
        json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/1" } }),
        json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }),
    ] {
        let found = found(&allow(json!("*"), condition.clone()));
        assert!(found.contains(&"anonymous read all".to_owned()), "{condition}: {found:?}");
    }
    let tag = json!({ "StringEquals": { "s3:ExistingObjectTag/public": "yes" } });
    assert_eq!(found(&allow(json!("*"), tag)), everyone(&["read part"]));
    let no_tag = json!({ "StringNotEquals": { "s3:ExistingObjectTag/secret": "yes" } });
    assert_eq!(found(&allow(json!("*"), no_tag)), everyone(&["read part"]));
}

#[test]
fn listing_some_prefixes_is_a_part() {
    let list = |condition: Value| {
        let mut document = allow(json!("*"), condition);
        document["Statement"][0]["Action"] = json!("s3:ListBucket");
        document["Statement"][0]["Resource"] = json!("arn:aws:s3:::bucket");
        found(&document)
    };
    assert_eq!(list(json!({ "StringLike": { "s3:prefix": "public/*" } })), everyone(&["list part"]));
    assert_eq!(list(json!({ "StringNotLike": { "s3:prefix": "secret/*" } })), everyone(&["list part"]));
    assert_eq!(list(json!({ "StringLike": { "s3:prefix": "*" } })), everyone(&["list all"]));
    assert_eq!(list(json!({ "NumericLessThan": { "s3:max-keys": "10" } })), everyone(&["list all"]));
}

#[test]
fn keys_and_prefixes_that_hold_a_wildcard_character_exist() {
    let list = |condition: Value| {
        let mut document = of(json!("s3:ListBucket"), json!("arn:aws:s3:::bucket"));
        document["Statement"][0]["Condition"] = condition;
        found(&document)
    };
    for prefix in ["*", "home/*"] {
        let but = json!({ "StringNotEquals": { "s3:prefix": prefix } });
        assert_eq!(list(but), everyone(&["list part"]), "{prefix}");
        let only = json!({ "StringEquals": { "s3:prefix": prefix } });
        assert_eq!(list(only), everyone(&["list part"]), "{prefix}");
    }
    let escaped = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/${*}/*"));
    assert_eq!(found(&escaped), everyone(&["read part"]));
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny["Resource"] = json!("arn:aws:s3:::bucket/${?}");
    let document = policy_of(vec![statement("Allow", json!("*"), json!({})), deny]);
    assert_eq!(found(&document), everyone(&["read part"]));
}

#[test]
fn no_object_has_an_empty_key() {
    let empty = of(json!("s3:*"), json!("arn:aws:s3:::bucket/"));
    assert!(!analysis(&empty).semantic.public);
    let folder = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/*/"));
    assert!(analysis(&folder).semantic.public);
}
