//! How conditions are evaluated: segments, variables, keys that belong together.

use serde_json::{Value, json};

use crate::support::{allow, decide, policy_of, statement, verdicts};

const OPEN: (bool, bool) = (true, true);
/// S3 says public, but nobody gets in.
const BY_TEXT: (bool, bool) = (true, false);

/// The verdicts on an Allow for everyone under one condition.
fn under(operator: &str, key: &str, values: Value) -> (bool, bool) {
    verdicts(&allow(json!("*"), json!({ operator: { key: values } })))
}

#[test]
fn arn_operators_compare_segment_by_segment() {
    let spanning = json!("arn:aws:*:111122223333:role/*");
    assert_eq!(under("ArnLike", "aws:PrincipalArn", spanning.clone()), BY_TEXT);
    assert_eq!(under("ArnLike", "aws:PrincipalArn", json!("arn:aws:iam::*:role/111122223333/*")), OPEN);
    // A path may hold colons, and `StringLike` does not care about segments.
    assert_eq!(under("StringLike", "aws:PrincipalArn", spanning), OPEN);
}

#[test]
fn variables_are_not_fixed() {
    assert_eq!(under("StringEquals", "aws:SourceVpc", json!("${aws:PrincipalTag/vpc}")), OPEN);
    assert_eq!(under("StringEquals", "aws:PrincipalOrgID", json!("${aws:ResourceOrgID}")), BY_TEXT);
    assert_eq!(under("StringEquals", "aws:PrincipalAccount", json!("${aws:ResourceAccount}")), BY_TEXT);
    assert_eq!(under("StringEquals", "aws:SourceAccount", json!("${aws:PrincipalAccount}")), OPEN);
    assert_eq!(
        under("StringEquals", "aws:PrincipalTag/team", json!("${aws:PrincipalTag/project, 'none'}")),
        OPEN
    );
    assert_eq!(under("StringLike", "aws:SourceVpc", json!("vpc-${*}")), BY_TEXT);
}

#[test]
fn variables_are_text_in_other_versions() {
    let mut document =
        allow(json!("*"), json!({ "StringEquals": { "aws:SourceVpc": "${aws:PrincipalTag/vpc}" } }));
    document["Version"] = json!("2008-10-17");
    assert_eq!(verdicts(&document), BY_TEXT);
}

#[test]
fn keys_of_one_caller_belong_together() {
    let both = |operator: &str, first: (&str, &str), second: (&str, &str)| {
        verdicts(&allow(json!("*"), json!({ operator: { first.0: first.1, second.0: second.1 } })))
    };
    let ip_and_vpc =
        json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/0" }, "StringLike": { "aws:SourceVpc": "*" } });
    assert_eq!(verdicts(&allow(json!("*"), ip_and_vpc)), BY_TEXT);
    assert_eq!(both("StringLike", ("aws:SourceArn", "*"), ("aws:PrincipalOrgID", "*")), BY_TEXT);
    assert_eq!(
        both("StringLike", ("aws:PrincipalArn", "arn:aws:iam::1*"), ("aws:PrincipalAccount", "2*")),
        BY_TEXT
    );
    assert_eq!(
        both("StringLike", ("aws:PrincipalArn", "arn:aws:iam::1*"), ("aws:PrincipalAccount", "1*")),
        OPEN
    );
    assert_eq!(both("StringLike", ("aws:PrincipalType", "Anonymous"), ("aws:PrincipalArn", "*")), BY_TEXT);
    assert_eq!(both("StringLike", ("aws:PrincipalType", "User"), ("aws:userid", "AROA*")), BY_TEXT);
    assert_eq!(
        both("ArnLike", ("aws:SourceArn", "arn:aws:sns:*:1*:*"), ("aws:SourceAccount", "2*")),
        BY_TEXT
    );
}

#[test]
fn contradictions_let_nobody_in() {
    let years = json!({ "DateLessThan": { "aws:CurrentTime": "2020-01-01" }, "DateGreaterThan": { "aws:CurrentTime": "2021-01-01" } });
    assert_eq!(verdicts(&allow(json!("*"), years)), BY_TEXT);
    let numbers = json!({ "NumericLessThan": { "s3:signatureAge": "5" }, "NumericGreaterThan": { "s3:signatureAge": 5 } });
    assert_eq!(verdicts(&allow(json!("*"), numbers)), BY_TEXT);
    let blocks = json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/1" }, "NotIpAddress": { "aws:SourceIp": ["0.0.0.0/2", "64.0.0.0/2"] } });
    assert_eq!(verdicts(&allow(json!("*"), blocks)), BY_TEXT);
    let globs =
        json!({ "StringLike": { "aws:Referer": "a*z" }, "StringNotLike": { "aws:Referer": ["*z", "a*"] } });
    assert_eq!(verdicts(&allow(json!("*"), globs)), BY_TEXT);
}

#[test]
fn actions_of_other_services_are_granted_like_those_of_s3() {
    let mut other = statement("Allow", json!("*"), json!({}));
    other["Action"] = json!("ec2:*");
    assert_eq!(verdicts(&policy_of(vec![other])), OPEN);
}

#[test]
fn a_bucket_is_asked_for_nothing_but_actions_of_s3() {
    let all = |name: &str, value: &str| {
        let mut allow = statement("Allow", json!("*"), json!({}));
        let actions = allow.as_object_mut().unwrap();
        actions.remove("Action");
        actions.insert(name.to_owned(), json!(value));
        allow
    };
    assert_eq!(verdicts(&policy_of(vec![all("NotAction", "s3:*")])), BY_TEXT);
    assert_eq!(verdicts(&policy_of(vec![all("NotAction", "ec2:*")])), OPEN);
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny["Action"] = json!("s3:*");
    assert_eq!(verdicts(&policy_of(vec![all("Action", "*"), deny.clone()])), BY_TEXT);
    deny["Action"] = json!("s3:Get*");
    assert_eq!(verdicts(&policy_of(vec![all("Action", "*"), deny])), OPEN);
}

/// A Deny of everything in a bucket and its objects, and an Allow on these resources.
fn beside_a_deny(name: &str, resources: Value) -> Value {
    let mut allow = statement("Allow", json!("*"), json!({}));
    allow.as_object_mut().unwrap().remove("Resource");
    allow[name] = resources;
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny["Action"] = json!("s3:*");
    deny["Resource"] = json!(["arn:aws-us-gov:s3:::b", "arn:aws-us-gov:s3:::b/*"]);
    policy_of(vec![allow, deny])
}

#[test]
fn the_bucket_is_the_one_that_the_resources_name() {
    for resources in [json!("*"), json!("arn:aws-us-gov:s3:::b*"), json!(["arn:aws-us-gov:s3:::*/*", "*"])] {
        assert_eq!(verdicts(&beside_a_deny("Resource", resources.clone())), BY_TEXT, "{resources}");
    }
    let private = json!("arn:aws-us-gov:s3:::b/private/*");
    assert_eq!(verdicts(&beside_a_deny("NotResource", private)), BY_TEXT);
    // Which of two buckets it is, nobody knows.
    for other in ["arn:aws-us-gov:s3:::c/*", "arn:aws:s3:::b/*", "arn:aws:sqs:eu-west-1:111122223333:q"] {
        assert_eq!(verdicts(&beside_a_deny("Resource", json!(["*", other]))), OPEN, "{other}");
    }
}

#[test]
fn a_witness_is_about_the_bucket_that_the_resources_name() {
    let mut document = beside_a_deny("Resource", json!("*"));
    document["Statement"][1]["Condition"] = json!({ "StringEquals": { "aws:UserAgent": "x" } });
    document["Statement"][0]["Action"] = json!("s3:GetObjectAcl");
    let witness = decide(&document).witness.unwrap();
    assert_eq!(
        (witness.action.as_str(), witness.resource.as_str()),
        ("s3:GetObjectAcl", "arn:aws-us-gov:s3:::b/object")
    );
}

#[test]
fn that_a_key_is_there_makes_nothing_intricate() {
    let there = |key: &str| json!({ "Null": { key: "false" } });
    let only = |operator: &str, key: &str, value: Value| {
        let deny = statement("Deny", json!("*"), json!({ operator: { key: value } }));
        verdicts(&policy_of(vec![statement("Allow", json!("*"), there(key)), deny]))
    };
    assert_eq!(only("NotIpAddress", "aws:SourceIp", json!("203.0.114.0/24")), BY_TEXT);
    assert_eq!(only("NotIpAddress", "aws:SourceIp", json!("8.0.0.0/6")), OPEN);
    assert_eq!(only("NotIpAddress", "aws:SourceIp", json!("10.0.0.0/8")), BY_TEXT);
    assert_eq!(only("NumericGreaterThan", "aws:MultiFactorAuthAge", json!("60")), OPEN);
    assert_eq!(only("DateGreaterThan", "aws:CurrentTime", json!("2020-01-01T00:00:00Z")), BY_TEXT);
}
