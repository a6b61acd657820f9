//! What a fix takes over from a Deny, and what it says of it.

use serde_json::{Value, json};

use super::{but, fix, settings};
use crate::support::{policy_of, statement};

/// A Deny of these actions under a condition.
fn deny(principal: Value, action: &str, condition: Value) -> Value {
    let mut deny = statement("Deny", principal, condition);
    deny["Action"] = json!(action);
    deny
}

fn allow_of(action: Value) -> Value {
    let mut allow = statement("Allow", json!("*"), json!({}));
    allow["Action"] = action;
    allow
}

fn vpc() -> Value {
    json!({ "StringNotEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" } })
}

const NARROWED: &str = "In statement 1, narrow the principal to the bucket's own account.";

#[test]
fn a_deny_that_takes_nothing_of_the_allow_demands_nothing_of_it() {
    let network = json!({ "NotIpAddress": { "aws:SourceIp": ["8.8.8.0/24", "11.0.0.0/8"] } });
    for (action, deny) in [
        (json!("s3:GetObject"), deny(json!("*"), "s3:PutObject", vpc())),
        (json!("s3:GetObject"), deny(json!({ "AWS": "444455556666" }), "s3:*", vpc())),
        (json!("s3:List*"), deny(json!({ "AWS": "444455556666" }), "s3:PutObject", network)),
    ] {
        let fix = fix(&policy_of(vec![allow_of(action), deny]), &settings());
        assert_eq!(fix.summary, [NARROWED]);
        assert_eq!(fix.policy["Statement"][0]["Principal"], json!({ "AWS": "111122223333" }));
        // Whoever is named loses what everybody had.
        assert!(fix.shuts_out.iter().any(|own| own.contains("VPC endpoints that the policy names lose")));
    }
    let of_service = deny(
        json!({ "Service": "cloudtrail.amazonaws.com" }),
        "s3:*",
        json!({ "StringNotEqualsIfExists": { "aws:PrincipalArn": "arn:aws:iam::444455556666:role/app" } }),
    );
    let fix = fix(&policy_of(vec![allow_of(json!("s3:GetObject")), of_service]), &settings());
    assert_eq!(fix.summary, [NARROWED]);
}

#[test]
fn a_deny_that_closes_the_allow_is_said_to_deny_all_else() {
    let either = json!({ "NotIpAddress": { "aws:SourceIp": "8.8.8.0/24" }, "StringNotEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" } });
    for (condition, keys) in [(vpc(), "`aws:SourceVpc`"), (either, "`aws:SourceIp` or `aws:SourceVpc`")] {
        let fix = fix(&but(condition), &settings());
        let required = format!("the {keys} that statement 2 requires by denying all else");
        assert_eq!(fix.summary, [format!("In statement 1, require in the `Allow` itself {required}.")]);
        assert_eq!(fix.shuts_out, Vec::<String>::new());
    }
}

#[test]
fn a_deny_that_closes_some_of_the_allow_is_said_to_demand_it_of_some() {
    let both = allow_of(json!(["s3:GetObject", "s3:PutObject"]));
    let some = fix(&policy_of(vec![both, deny(json!("*"), "s3:PutObject", vpc())]), &settings());
    assert_eq!(
        some.summary,
        [
            "In statement 1, require in the `Allow` itself, of every request, the `aws:SourceVpc` that statement 2 requires \
             of some, and give the trusted accounts a statement of their own."
        ]
    );
    let people = json!({
        "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
        "BoolIfExists": { "aws:PrincipalIsAWSService": "false" },
    });
    let summary = fix(&but(people), &settings()).summary;
    assert!(
        summary[0]
            .contains("of every request, the `aws:PrincipalOrgID` that statement 2 requires of some, and"),
        "{summary:?}"
    );
}

#[test]
fn a_deny_has_the_number_that_it_has_before_the_edit() {
    let services = json!({
        "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
        "BoolIfExists": { "aws:PrincipalIsAWSService": "false" },
    });
    let mut named = deny(json!("*"), "s3:*", services);
    named["Sid"] = json!("Members");
    let document = policy_of(vec![allow_of(json!("s3:GetObject")), allow_of(json!("s3:PutObject")), named]);
    let fix = fix(&document, &settings());
    assert_eq!(fix.policy["Statement"].as_array().unwrap().len(), 5);
    for sentence in &fix.summary {
        assert!(
            sentence.contains("the `aws:PrincipalOrgID` that statement 3 (`Members`) requires"),
            "{sentence}"
        );
    }
}

#[test]
fn services_that_an_account_is_demanded_of_are_said_to_be_shut_out() {
    let account = json!({ "StringNotEquals": { "aws:PrincipalAccount": "111122223333" } });
    let both = allow_of(json!(["s3:GetObject", "s3:PutObject"]));
    let fix = fix(&policy_of(vec![both, deny(json!("*"), "s3:PutObject", account)]), &settings());
    assert_eq!(
        fix.summary,
        [
            "In statement 1, require in the `Allow` itself, of every request, the `aws:PrincipalAccount` that statement 2 \
             requires of some."
        ]
    );
    assert_eq!(fix.shuts_out, ["AWS services of this account that came in by `*` are shut out."]);
}

#[test]
fn the_organization_that_owns_the_bucket_may_be_the_one_that_is_named() {
    let own = json!({ "StringEquals": { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } });
    let named = json!({ "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } });
    let document = policy_of(vec![statement("Allow", json!("*"), own), statement("Deny", json!("*"), named)]);
    let policy = crate::support::parse(&document);
    let fix = policy::analyse(&policy, crate::support::trusting(&settings())).fix;
    // Deleting the statement would shut the owner's organization out, if that is the one.
    let kept = fix.map(|fix| fix.policy["Statement"].as_array().unwrap().len());
    assert!(!matches!(kept, Ok(1)), "{kept:?}");
}
