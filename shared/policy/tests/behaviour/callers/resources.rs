//! What a request about the bucket carries, and what one about an object does.

use super::*;

#[test]
fn only_what_lists_has_a_prefix_a_delimiter_and_a_number_of_keys() {
    let only = |action: &str, condition: Value| verdicts(&policy_of(vec![listing(action, condition)]));
    let but = |action: &str, condition: Value| {
        let deny = json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition,
        });
        verdicts(&policy_of(vec![listing(action, json!({})), deny]))
    };
    for (key, value) in [("s3:prefix", "public/"), ("s3:delimiter", "/"), ("s3:max-keys", "7")] {
        let there = || json!({ "Null": { key: "false" } });
        let equal = || json!({ "StringEquals": { key: value } });
        let differs = || json!({ "StringNotEquals": { key: value } });
        for action in ["s3:GetObject", "s3:PutObject", "s3:PutBucketPolicy", "s3:ListBucketMultipartUploads"]
        {
            assert_eq!(only(action, there()), BY_TEXT, "{action} {key}");
            assert_eq!(only(action, equal()), BY_TEXT, "{action} {key}");
            assert_eq!(only(action, differs()), OPEN, "{action} {key}");
            assert_eq!(but(action, differs()), BY_TEXT, "{action} {key}");
            assert_eq!(but(action, equal()), OPEN, "{action} {key}");
        }
        for action in ["s3:ListBucket", "s3:ListBucketVersions", "s3:List*", "s3:*", "s3:ListBucketsNewly"] {
            assert_eq!(only(action, there()), OPEN, "{action} {key}");
            assert_eq!(only(action, equal()), OPEN, "{action} {key}");
            assert_eq!(but(action, differs()), OPEN, "{action} {key}");
        }
    }
}

#[test]
fn nobody_asks_for_fewer_keys_than_none() {
    let only = |operator: &str, number: &str| {
        verdicts(&policy_of(vec![listing("s3:ListBucket", json!({ operator: { "s3:max-keys": number } }))]))
    };
    assert_eq!(only("NumericLessThan", "0"), BY_TEXT);
    assert_eq!(only("NumericEquals", "-1"), BY_TEXT);
    assert_eq!(only("NumericLessThanEquals", "0"), OPEN);
    assert_eq!(only("NumericGreaterThan", "-5"), OPEN);
    assert_eq!(only("NumericNotEquals", "-1"), OPEN);
}

#[test]
fn the_bucket_has_no_tags_of_an_object() {
    let tagged = || json!({ "StringEquals": { "s3:ExistingObjectTag/public": "yes" } });
    for action in ["s3:ListBucket", "s3:GetBucketLocation", "s3:PutBucketPolicy", "s3:DeleteBucket"] {
        assert_eq!(verdicts(&policy_of(vec![listing(action, tagged())])), BY_TEXT, "{action}");
    }
    assert_eq!(verdicts(&policy_of(vec![listing("s3:*", tagged())])), OPEN);
}

#[test]
fn what_is_shown_is_a_request_that_somebody_can_send() {
    let mut own = statement("Allow", json!("*"), json!({}));
    own["Action"] = json!("s3:*");
    own["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    for denied in [json!("s3:PutObject"), json!(["s3:Put*", "s3:Delete*"]), json!("s3:Get*")] {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny["Action"] = denied;
        deny["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
        let document = policy_of(vec![own.clone(), deny]);
        let witness = analyse(&parse(&document), crate::support::asking()).semantic.witness.unwrap();
        let is_of_object = witness.action.contains("Object");
        assert_eq!(
            witness.resource.contains('/'),
            is_of_object,
            "{} on {}",
            witness.action,
            witness.resource
        );
    }
}
