//! Who is an outsider, and what one kind of outsider has that another has not.

use policy::Outsider;
use serde_json::json;

use super::{analysis, found};
use crate::support::{allow, policy_of, statement};

#[test]
fn parties_that_are_named_are_no_outsiders() {
    for principal in [json!({ "AWS": "111122223333" }), json!({ "AWS": "AIDAEXAMPLE" })] {
        assert_eq!(found(&allow(principal, json!({}))), Vec::<String>::new());
    }
    assert_eq!(
        found(&allow(json!("*"), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }))),
        Vec::<String>::new()
    );
}

#[test]
fn a_service_that_is_named_has_what_it_may_do_for_somebody_else() {
    let mut logs = allow(json!({ "Service": "logging.s3.amazonaws.com" }), json!({}));
    logs["Statement"][0]["Action"] = json!("s3:PutObject");
    assert_eq!(found(&logs), ["service write all"]);
    for limit in [
        json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } }),
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:::source" } }),
    ] {
        logs["Statement"][0]["Condition"] = limit;
        assert_eq!(found(&logs), Vec::<String>::new());
    }
}

#[test]
fn a_service_calls_over_tls() {
    let plain = json!({ "Bool": { "aws:SecureTransport": "false" } });
    let document = allow(json!("*"), plain);
    assert_eq!(found(&document), ["anonymous read all", "account read all"]);
}

#[test]
fn many_patterns_of_names_tell_no_accounts_apart() {
    let names: Vec<String> = (0..40).map(|number| format!("*{number:02}*")).collect();
    let only = analysis(&allow(json!("*"), json!({ "StringLike": { "aws:username": names } })));
    assert_eq!(only.abilities.unknown, []);
    let sessions: Vec<String> = (0..40).map(|number| format!("AROA*:*{number:02}*")).collect();
    let only = analysis(&allow(json!("*"), json!({ "StringLike": { "aws:userid": sessions } })));
    assert_eq!(only.abilities.unknown, []);
    // Root users and federated users have their account there.
    let of_account = |id: &str| found(&allow(json!("*"), json!({ "StringLike": { "aws:userid": id } })));
    assert_eq!(of_account("12*:b?b"), ["account read all"]);
    assert_eq!(of_account("12????????9*"), ["account read all"]);
    let deny = statement("Deny", json!("*"), json!({ "StringNotLike": { "aws:username": "bob" } }));
    let allow = statement(
        "Allow",
        json!("*"),
        json!({ "StringNotLike": { "aws:username": ["bo*", "*12*", "1?3*"] } }),
    );
    assert_eq!(found(&policy_of(vec![allow, deny])), Vec::<String>::new());
}

#[test]
fn many_patterns_of_accounts_leave_nothing_open_about_anonymous_callers() {
    let patterns: Vec<String> = (0..40).map(|number| format!("{number:02}*")).collect();
    let only = analysis(&allow(json!("*"), json!({ "StringLike": { "aws:PrincipalAccount": patterns } })));
    let unknown = only.abilities.unknown.iter().map(|own| own.caller);
    assert!(unknown.clone().all(|caller| caller != Outsider::Anonymous), "{:?}", only.abilities.unknown);
    assert!(only.abilities.list.iter().all(|own| own.caller != Outsider::Anonymous));
    let owners = json!({ "StringLike": { "aws:VpceAccount": patterns } });
    let closed = statement("Deny", json!("*"), json!({ "StringLike": { "aws:VpceAccount": "*" } }));
    let through = analysis(&policy_of(vec![statement("Allow", json!("*"), owners), closed]));
    assert!(through.abilities.list.is_empty());
}
