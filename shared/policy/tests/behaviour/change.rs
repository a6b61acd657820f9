//! Whom a change of policy lets in.

use policy::{CallerKind, Change, lets_in_more};
use serde_json::{Value, json};

use crate::support::{allow, now, parse, policy_of, statement};

fn change(before: &Value, after: &Value) -> Change {
    lets_in_more(&parse(before), &parse(after), now())
}

fn let_in(before: &Value, after: &Value) -> policy::Witness {
    match change(before, after) {
        Change::LetsIn(witness) => *witness,
        other => panic!("{other:?}"),
    }
}

#[test]
fn opening_a_policy_lets_anonymous_callers_in() {
    let closed = allow(json!({ "AWS": "111122223333" }), json!({}));
    let open = allow(json!("*"), json!({}));
    assert_eq!(let_in(&closed, &open).caller.kind, CallerKind::Anonymous);
    assert_eq!(change(&open, &closed), Change::Nothing);
}

#[test]
fn a_further_account_is_let_in() {
    let one = allow(json!({ "AWS": "111122223333" }), json!({}));
    let two = allow(json!({ "AWS": ["111122223333", "444455556666"] }), json!({}));
    assert_eq!(let_in(&one, &two).caller.account.as_deref(), Some("444455556666"));
    assert_eq!(change(&two, &one), Change::Nothing);
}

#[test]
fn the_root_of_an_account_stands_for_it_in_every_partition() {
    let account = allow(json!({ "AWS": "111122223333" }), json!({}));
    for partition in ["aws", "aws-cn", "aws-us-gov", "aws-eusc", "aws-iso-b"] {
        let root = allow(json!({ "AWS": format!("arn:{partition}:iam::111122223333:root") }), json!({}));
        assert_eq!(change(&account, &root), Change::Nothing, "{partition}");
        assert_eq!(change(&root, &account), Change::Nothing, "{partition}");
    }
}

#[test]
fn a_wider_network_is_let_in() {
    let block = |block: &str| allow(json!("*"), json!({ "IpAddress": { "aws:SourceIp": block } }));
    let address = let_in(&block("203.0.113.0/25"), &block("203.0.113.0/24")).context["aws:sourceip"].clone();
    assert!(address[0].starts_with("203.0.113."));
    assert_eq!(change(&block("203.0.113.0/24"), &block("203.0.113.0/25")), Change::Nothing);
}

#[test]
fn dropping_a_deny_lets_in_whom_it_kept_out() {
    let deny = statement("Deny", json!("*"), json!({ "Bool": { "aws:SecureTransport": "false" } }));
    let open = allow(json!("*"), json!({}));
    let guarded = policy_of(vec![statement("Allow", json!("*"), json!({})), deny]);
    assert_eq!(let_in(&guarded, &open).context["aws:securetransport"], ["false"]);
    assert_eq!(change(&open, &guarded), Change::Nothing);
}

#[test]
fn saying_the_same_in_another_way_lets_nobody_in() {
    let deny = statement("Deny", json!("*"), json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }));
    let by_deny = policy_of(vec![statement("Allow", json!("*"), json!({})), deny]);
    let by_allow = allow(json!("*"), json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } }));
    assert_eq!(change(&by_deny, &by_allow), Change::Nothing);
    assert_eq!(change(&by_allow, &by_deny), Change::Nothing);
}
