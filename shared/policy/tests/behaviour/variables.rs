//! What policy variables let in, with the request that shows it.

use serde_json::{Value, json};

use crate::support::evaluator::{Request, allows};
use crate::support::{allow, decide, policy_of, statement};

/// An Allow to everyone on these objects.
fn on(resource: &str, condition: Value) -> Value {
    let mut statement = statement("Allow", json!("*"), condition);
    statement["Resource"] = json!(resource);
    statement
}

/// A Deny of everything but these objects.
fn but(resource: &str) -> Value {
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny["Action"] = json!("s3:*");
    deny.as_object_mut().unwrap().remove("Resource");
    deny["NotResource"] = json!(resource);
    deny
}

#[test]
fn a_variable_in_a_resource_is_what_the_object_asks_for() {
    for (statements, resource) in [
        (
            vec![on("arn:aws:s3:::b/${aws:username}/*", json!({})), but("arn:aws:s3:::b/private/*")],
            "arn:aws:s3:::b/private/",
        ),
        (
            vec![
                on("arn:aws:s3:::b/${aws:PrincipalTag/team}-${aws:username}/x", json!({})),
                but("arn:aws:s3:::b/blue-jay/*"),
            ],
            "arn:aws:s3:::b/blue-jay/x",
        ),
        (
            vec![on("arn:aws:s3:::b/*", json!({})), but("arn:aws:s3:::b/${aws:PrincipalTag/team}/*")],
            "arn:aws:s3:::b/",
        ),
        (
            vec![on(
                "arn:aws:s3:::b/${aws:PrincipalTag/team}*",
                json!({ "StringEquals": { "aws:SourceVpc": "${aws:PrincipalTag/vpc}" } }),
            )],
            "arn:aws:s3:::b/",
        ),
        (
            vec![on(
                "arn:aws:s3:::b/${aws:PrincipalTag/team}/*",
                json!({ "StringEquals": { "aws:PrincipalTag/team": "blue" } }),
            )],
            "arn:aws:s3:::b/blue/",
        ),
    ] {
        let document = policy_of(statements);
        let witness = decide(&document).witness;
        let witness = witness.unwrap_or_else(|| panic!("no request is found for {document}"));
        assert!(witness.resource.starts_with(resource), "{document}: {witness:?}");
        assert!(allows(&document, &Request::of(&witness)), "{document}: {witness:?}");
    }
}

#[test]
fn a_variable_without_a_value_equals_nothing() {
    let absent = json!({ "Null": { "aws:PrincipalTag/team": "true" } });
    for resource in ["arn:aws:s3:::b/${aws:PrincipalTag/team}*", "arn:aws:s3:::b/${aws:PrincipalTag/team}/x"]
    {
        let semantic = decide(&policy_of(vec![on(resource, absent.clone())]));
        assert!(!semantic.public && !semantic.bounded, "{resource}: {semantic:?}");
    }
    let compared = json!({
        "Null": { "aws:PrincipalTag/team": "true" },
        "StringLike": { "aws:SourceVpc": "vpc-${aws:PrincipalTag/team}*" },
    });
    let semantic = decide(&allow(json!("*"), compared));
    assert!(!semantic.public && !semantic.bounded, "{semantic:?}");
    // With a default, it equals that.
    let default = on("arn:aws:s3:::b/${aws:PrincipalTag/team, 'all'}/*", absent);
    let witness = decide(&policy_of(vec![default])).witness.unwrap();
    assert!(witness.resource.starts_with("arn:aws:s3:::b/all/"), "{witness:?}");
}
