//! What several test files share.

pub(crate) mod evaluator;
pub(crate) mod generator;
pub(crate) mod hard;

use std::sync::LazyLock;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use policy::{Asking, Policy, Semantic, Trust, documented, semantic};
use serde_json::{Value, json};

/// 2026-11-22T05:41:07Z, when every test asks.
pub(crate) fn now() -> SystemTime {
    UNIX_EPOCH + Duration::from_secs(1_795_326_067)
}

static NOBODY: LazyLock<Trust> = LazyLock::new(Trust::default);

/// Asks with settings that trust nobody.
pub(crate) fn asking() -> Asking<'static> {
    Asking { trust: &NOBODY, now: now() }
}

/// Asks with these settings.
pub(crate) fn trusting(trust: &Trust) -> Asking<'_> {
    Asking { trust, now: now() }
}

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
    semantic::decide(&parse(document), asking())
}

/// Both verdicts: by AWS's text, and by what is let in.
pub(crate) fn verdicts(document: &Value) -> (bool, bool) {
    let policy = parse(document);
    let semantic = semantic::decide(&policy, asking());
    assert!(!semantic.bounded, "the search was cut off on {document}");
    (documented::is_public(&policy), semantic.public)
}
