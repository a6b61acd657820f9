//! Which texts are policies.

use policy::{ParseError, Policy};
use serde_json::json;

fn message(text: &str) -> String {
    Policy::parse(text).unwrap_err().to_string()
}

#[test]
fn every_legal_shape_is_read() {
    let policy = Policy::parse(
        &json!({
            "Id": "id",
            "Statement": {
                "Sid": "one",
                "Effect": "Deny",
                "NotPrincipal": { "AWS": ["111122223333"], "Federated": "graph.facebook.com", "Service": [], "CanonicalUser": "ab" },
                "NotAction": ["S3:getobject", "s3:Put*"],
                "NotResource": "arn:aws-cn:s3:::bucket",
                "Condition": {
                    "forallvalues:STRINGlikeIfExists": { "AWS:sourceVPC": ["vpc-1", true, 5] },
                    "Bool": { "aws:SecureTransport": false },
                    "NumericLessThan": { "s3:max-keys": 10.5 },
                },
            },
        })
        .to_string(),
    )
    .unwrap();
    let statement = &policy.statements[0];
    assert!(policy.oddities.is_empty(), "{:?}", policy.oddities);
    assert_eq!(statement.principal.principals.len(), 3);
    assert_eq!(statement.conditions.len(), 3);
    assert_eq!(*statement.conditions[0].values, ["vpc-1", "true", "5"]);
    assert_eq!(*statement.conditions[2].values, ["10.5"]);
    assert!(statement.conditions.iter().all(|condition| condition.operator.is_some()));
}

#[test]
fn what_is_no_policy_is_refused_with_the_place() {
    for (text, expected) in [
        ("[]", "at `the document`: expected an object, found a list"),
        ("{}", "at `the document`: `Statement` is missing"),
        (r#"{"Statement": 5}"#, "at `Statement`: expected an object, found a number"),
        (r#"{"Statement": "text"}"#, "at `Statement`: expected an object, found a string"),
        (r#"{"Statement": [{}]}"#, "at `Statement[0]`: `Effect` is missing"),
        (
            r#"{"Statement": {"Effect": "allow"}}"#,
            "at `Statement.Effect`: expected `Allow` or `Deny`, found `allow`",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Principal": 5}]}"#,
            "at `Statement[0].Principal`: expected `*` or an object, found a number",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Principal": {"aws": "*"}}]}"#,
            "at `Statement[0].Principal.aws`: expected `AWS`, `Federated`, `Service` or `CanonicalUser`, found `aws`",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "NotPrincipal": "*"}]}"#,
            "at `Statement[0]`: `Principal` and `NotPrincipal` exclude each other",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": ["s3:*", 1]}]}"#,
            "at `Statement[0].Action[1]`: expected a string or a list of strings, found a number",
        ),
        (
            r#"{"Statement": [{"Effect": "Allow", "Principal": "*", "Condition": {"Bool": {"k": null}}}]}"#,
            "at `Statement[0].Condition.Bool.k`: expected a string, boolean or number, or a list of them, found null",
        ),
    ] {
        assert_eq!(message(text), expected, "{text}");
    }
}

#[test]
fn a_member_that_is_there_twice_is_refused() {
    let text =
        r#"{"Statement": {"Effect": "Allow", "Principal": {"AWS": "111122223333"}, "Principal": "*"}}"#;
    assert!(message(text).contains("member `Principal` is there twice"));
}

#[test]
fn garbage_is_refused_without_harm() {
    for text in ["", " ", "null", "\u{feff}{}", "{\"Statement\":", "{\"Statement\":[]} x", "\u{0}", "1e999"] {
        assert!(Policy::parse(text).is_err(), "{text:?}");
    }
    let deep = format!("{{\"Statement\":{}{}}}", "[".repeat(30_000), "]".repeat(30_000));
    assert!(matches!(Policy::parse(&deep), Err(ParseError::NotJson { .. })));
    let long = " ".repeat(Policy::MAX_BYTES + 1);
    assert!(matches!(Policy::parse(&long), Err(ParseError::TooLong { .. })));
}

#[test]
fn what_s3_refuses_is_noted() {
    for (text, place) in [
        (r#"{"Statement": "${jsonencode(x)}"}"#, "Statement"),
        (r#"{"Statement": [], "Comment": "x"}"#, "Comment"),
        (
            r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "condition": {}}}"#,
            "Statement.condition",
        ),
        (r#"{"Statement": {"Effect": "Deny", "Principal": "*", "Action": "*"}}"#, "Statement"),
        (
            r#"{"Statement": {"Effect": "Deny", "Principal": "111122223333", "Action": "*", "Resource": "*"}}"#,
            "Statement.Principal",
        ),
    ] {
        let policy = Policy::parse(text).unwrap();
        assert_eq!(policy.oddities.len(), 1, "{text}");
        assert_eq!(policy.oddities[0].place.to_string(), place, "{text}");
    }
}

#[test]
fn a_deny_with_an_unknown_element_takes_nothing_away() {
    let text = json!({ "Statement": [
        { "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*" },
        { "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "condition": {} },
    ]});
    let policy = Policy::parse(&text.to_string()).unwrap();
    assert!(policy::semantic::decide(&policy, crate::support::asking()).public);
}
