//! How much of a bucket outsiders reach where a variable stands for something of the object, the list or the caller.

use serde_json::{Value, json};

use super::{everyone, found, of};
use crate::support::{allow, policy_of, statement};

const TAG: &str = "${s3:ExistingObjectTag/owner}";

fn deny(condition: Value) -> Value {
    let mut deny = statement("Deny", json!("*"), condition);
    deny["Action"] = json!("s3:*");
    policy_of(vec![statement("Allow", json!("*"), json!({})), deny])
}

#[test]
fn an_object_without_the_tag_that_a_variable_stands_for_is_closed() {
    for (key, expected) in [
        ("aws:PrincipalAccount", everyone(&["read part"])),
        ("aws:Referer", everyone(&["read part"])),
        ("aws:PrincipalTag/owner", vec!["account read part".to_owned()]),
        ("aws:SourceAccount", vec!["service read part".to_owned()]),
        ("aws:SourceVpc", vec!["anonymous read part".to_owned(), "account read part".to_owned()]),
    ] {
        assert_eq!(found(&allow(json!("*"), json!({ "StringEquals": { key: TAG } }))), expected, "{key}");
    }
    let but = json!({ "StringNotEquals": { "aws:Referer": TAG } });
    assert_eq!(found(&deny(but)), everyone(&["read part"]));
    // The caller leaves the header out, whatever the tag.
    let same = json!({ "StringEquals": { "aws:Referer": TAG } });
    assert_eq!(found(&deny(same)), everyone(&["read all"]));
    let if_exists = json!({ "StringEqualsIfExists": { "aws:Referer": TAG } });
    assert_eq!(found(&allow(json!("*"), if_exists)), everyone(&["read all"]));
    let differs = json!({ "StringNotEquals": { "aws:Referer": TAG } });
    assert_eq!(found(&allow(json!("*"), differs)), everyone(&["read all"]));
}

#[test]
fn a_variable_for_a_tag_takes_nothing_from_what_another_statement_allows() {
    let tagged = statement("Allow", json!("*"), json!({ "StringEquals": { "aws:Referer": TAG } }));
    let all = statement("Allow", json!("*"), json!({}));
    assert_eq!(found(&policy_of(vec![tagged.clone(), all])), everyone(&["read all"]));
    let untagged = json!({ "Null": { "s3:ExistingObjectTag/owner": "true" } });
    let untagged = statement("Allow", json!("*"), untagged);
    assert_eq!(found(&policy_of(vec![tagged, untagged])), everyone(&["read part"]));
}

#[test]
fn a_tag_is_what_was_written_with_the_object_wherever_it_is_asked_for() {
    let tagged = json!({ "StringEquals": { "s3:ExistingObjectTag/public": "y*" } });
    assert_eq!(found(&allow(json!("*"), tagged.clone())), everyone(&["read part"]));
    assert_eq!(found(&deny(tagged)), everyone(&["read part"]));
}

#[test]
fn a_prefix_as_a_variable_elsewhere_takes_nothing_from_the_list() {
    let list = of(json!("s3:ListBucket"), json!("arn:aws:s3:::bucket"))["Statement"][0].clone();
    let mut other = statement("Allow", json!({ "AWS": "444455556666" }), json!({}));
    other["Resource"] = json!("arn:aws:s3:::bucket/${s3:prefix}*");
    assert_eq!(found(&policy_of(vec![list.clone(), other])), everyone(&["list all"]));
    let mut own = list;
    own["Condition"] = json!({ "StringLike": { "s3:prefix": "${aws:PrincipalTag/team}/*" } });
    assert_eq!(found(&policy_of(vec![own])), ["account list part"]);
}

#[test]
fn a_caller_chooses_the_tag_that_reaches_an_object() {
    let of_team = |resource: &str| {
        let mut statement = statement("Allow", json!("*"), json!({}));
        statement["Resource"] = json!(resource);
        statement
    };
    let mut rest = statement("Allow", json!("*"), json!({}));
    rest.as_object_mut().unwrap().remove("Resource");
    rest["NotResource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/p*"]);
    let start = of_team("arn:aws:s3:::bucket/${aws:PrincipalTag/team}*");
    assert_eq!(
        found(&policy_of(vec![start.clone(), rest.clone()])),
        ["anonymous read part", "account read all", "service read part"]
    );
    assert_eq!(found(&policy_of(vec![start])), ["account read part"]);
    // What is written at will may be empty.
    assert_eq!(
        found(&policy_of(vec![of_team("arn:aws:s3:::bucket/${aws:referer}*")])),
        everyone(&["read all"])
    );
    // A request for an object has no prefix.
    assert_eq!(found(&policy_of(vec![of_team("arn:aws:s3:::bucket/${s3:prefix}*")])), [""; 0]);
    let folder = of_team("arn:aws:s3:::bucket/${aws:PrincipalTag/team}/*");
    assert_eq!(
        found(&policy_of(vec![folder, rest])),
        ["anonymous read part", "account read part", "service read part"]
    );
}

#[test]
fn a_home_of_ones_own_is_a_part() {
    let home = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/home/${aws:username}/*"));
    assert_eq!(found(&home), ["account read part"]);
}

#[test]
fn a_deny_for_the_folder_of_each_user_takes_nothing_from_an_account() {
    let but = |folder: &str| {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny["Action"] = json!("s3:*");
        deny["Resource"] = json!(format!("arn:aws:s3:::bucket/home/{folder}/*"));
        let mut allow = statement("Allow", json!("*"), json!({ "Null": { "aws:PrincipalArn": "false" } }));
        allow["Action"] = json!("s3:PutObject");
        found(&policy_of(vec![allow, deny]))
    };
    // Another user of the account, or a role, reaches what is closed to the one. No other account does it for an account.
    assert_eq!(but("${aws:username}"), ["account write all"]);
    assert_eq!(but("${aws:userid}"), ["account write all"]);
    assert_eq!(but("${aws:PrincipalAccount}"), ["account write part"]);
}

/// What an Allow of everything on all objects and the bucket leaves beside another statement.
fn found_with(statement: Value) -> Vec<String> {
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let mut document = of(json!(["s3:GetObject", "s3:ListBucket"]), both.clone());
    document["Statement"].as_array_mut().unwrap().push(statement);
    found(&document)
}

#[test]
fn a_tag_compared_with_the_callers_own_reaches_what_the_caller_can_choose() {
    let own = json!({ "StringEquals": { "s3:ExistingObjectTag/team": "${aws:PrincipalTag/team}" } });
    let mut document =
        of(json!(["s3:GetObject", "s3:ListBucket"]), json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]));
    document["Statement"][0]["Condition"] = own.clone();
    // An object without the tag is nobody's, and what is asked of the bucket has no object.
    assert_eq!(found(&document), ["account read part"]);

    let mut deny = statement("Deny", json!("*"), own);
    deny["Action"] = json!("s3:*");
    deny["Resource"] = json!("*");
    // Callers without the tag are not denied anything.
    assert_eq!(found_with(deny.clone()), everyone(&["read all", "list all"]));
    deny["Condition"] =
        json!({ "StringNotEquals": { "s3:ExistingObjectTag/team": "${aws:PrincipalTag/team}" } });
    let left = found_with(deny);
    assert!(left.contains(&"account read part".to_owned()), "{left:?}");
    assert!(!left.iter().any(|one| one.starts_with("anonymous read")), "{left:?}");
}

#[test]
fn a_folder_of_the_callers_own_is_a_part() {
    let home = json!("arn:aws:s3:::bucket/home/${aws:PrincipalTag/team}/*");
    assert_eq!(found(&of(json!("s3:GetObject"), home.clone())), ["account read part"]);
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny["Resource"] = home;
    assert_eq!(found_with(deny), everyone(&["read all", "list all"]));
}
