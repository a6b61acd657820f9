//! Actions of the bucket, actions of objects, and what a request of each carries.

use serde_json::{Value, json};

use super::{analysis, everyone, found, of};
use crate::support::statement;

#[test]
fn an_action_of_objects_is_about_objects_and_one_of_the_bucket_about_the_bucket() {
    let (bucket, objects) = (json!("arn:aws:s3:::bucket"), json!("arn:aws:s3:::bucket/*"));
    for (action, resource) in [
        (json!("s3:GetObject"), bucket.clone()),
        (json!("s3:GetObject*"), bucket.clone()),
        (json!(["s3:getobject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"]), bucket.clone()),
        (json!("s3:ListBucket"), objects.clone()),
        (json!("s3:ListBucket*"), objects.clone()),
        (json!(["s3:GetBucketAcl", "s3:getbucketlocation", "s3:PutLifecycleConfiguration"]), objects.clone()),
    ] {
        let analysis = analysis(&of(action.clone(), resource.clone()));
        assert!(!analysis.semantic.public, "{action} {resource}: {:?}", analysis.semantic.witness);
        assert_eq!(analysis.abilities, policy::Abilities::default(), "{action} {resource}");
    }
    for (action, resource, asked) in [
        ("s3:Get*", bucket.clone(), "s3:GetBucketAcl"),
        ("s3:List*", objects.clone(), "s3:ListMultipartUploadParts"),
        ("s3:*Tagging", bucket, "s3:GetBucketTagging"),
        // What is not known may be about either.
        ("s3:FrobnicateAnything", objects, "s3:FrobnicateAnything"),
    ] {
        let analysis = analysis(&of(json!(action), resource.clone()));
        let witness = analysis.semantic.witness.unwrap();
        assert_eq!(witness.action, asked, "{resource}");
        assert_eq!(witness.resource.contains('/'), resource != json!("arn:aws:s3:::bucket"));
    }
}

#[test]
fn a_deny_that_leaves_only_an_action_of_objects_on_the_bucket_leaves_nothing() {
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let mut document = of(json!(["s3:GetObject", "s3:ListBucket"]), both);
    let deny = |action: &str, resource: &str| {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny["Action"] = json!(action);
        deny["Resource"] = json!(resource);
        deny
    };
    let statements = document["Statement"].as_array_mut().unwrap();
    statements.push(deny("s3:*", "arn:aws:s3:::bucket/*"));
    assert_eq!(found(&document), everyone(&["list all"]));
    document["Statement"].as_array_mut().unwrap().push(deny("s3:ListBucket", "arn:aws:s3:::bucket"));
    let analysis = analysis(&document);
    assert!(!analysis.semantic.public, "{:?}", analysis.semantic.witness);
    assert_eq!(analysis.abilities, policy::Abilities::default());
    let headline = policy::headline(&analysis, "bucket");
    assert!(headline.starts_with("Only a `Deny` keeps outsiders out"), "{headline}");
}

#[test]
fn what_is_about_the_bucket_or_lists_nothing_lacks_what_only_others_carry() {
    let both = || json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let all = |condition: Value| {
        let mut document = of(json!("s3:*"), both());
        document["Statement"][0]["Condition"] = condition;
        found(&document)
    };
    let prefixed = json!({ "StringLike": { "s3:prefix": "public/*" } });
    assert_eq!(all(prefixed), everyone(&["list part"]));
    assert_eq!(all(json!({ "NumericLessThanEquals": { "s3:max-keys": "10" } })), everyone(&["list all"]));
    let tagged = json!({ "StringEquals": { "s3:ExistingObjectTag/public": "yes" } });
    let parts = ["read part", "write part", "delete part", "permissions part"];
    assert_eq!(all(tagged), everyone(&parts));
    let but = |condition: Value| {
        let mut document = of(json!("s3:*"), both());
        document["Statement"].as_array_mut().unwrap().push(json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both(), "Condition": condition,
        }));
        found(&document)
    };
    assert_eq!(but(json!({ "StringNotLike": { "s3:prefix": "public/*" } })), everyone(&["list part"]));
    let without = json!({ "StringLike": { "s3:prefix": "secret/*" } });
    let rest = ["read all", "write all", "delete all", "list part", "permissions all"];
    assert_eq!(but(without), everyone(&rest));
}
