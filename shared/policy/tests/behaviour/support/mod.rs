//! What several test files share.

pub(crate) mod evaluator;
pub(crate) mod generator;

use policy::{Policy, Semantic, Trust, documented, semantic};
use serde_json::{Value, json};

/// A policy of one Allow on all objects.
pub(crate) fn allow(principal: Value, condition: Value) -> Value {
    policy_of(vec![statement("Allow", principal, condition)])
}

pub(crate) fn statement(effect: &str, principal: Value, condition: Value) -> Value {
    let mut statement = json!({
        "Effect": effect,
        "Principal": principal,
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::bucket/*",
    });
    if condition != json!({}) {
        statement["Condition"] = condition;
    }
    statement
}

pub(crate) fn policy_of(statements: Vec<Value>) -> Value {
    json!({ "Version": "2012-10-17", "Statement": statements })
}

pub(crate) fn parse(document: &Value) -> Policy {
    Policy::parse(&document.to_string()).unwrap()
}

pub(crate) fn decide(document: &Value) -> Semantic {
    semantic::decide(&parse(document), &Trust::default())
}

/// Both verdicts: by AWS's text, and by what is let in.
pub(crate) fn verdicts(document: &Value) -> (bool, bool) {
    let policy = parse(document);
    let semantic = semantic::decide(&policy, &Trust::default());
    assert!(!semantic.bounded, "the search was cut off on {document}");
    (documented::is_public(&policy), semantic.public)
}
