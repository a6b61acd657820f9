//! By which way a caller must come is said where only some ways let it in, and only there.

use policy::{Trust, analyse, explain_text, headline};
use serde_json::{Value, json};

use crate::support::{parse, policy_of, statement, trusting};

fn all(condition: Value) -> Value {
    statement("Allow", json!("*"), condition)
}

fn deny(action: &str, condition: Value) -> Value {
    let mut statement = statement("Deny", json!("*"), condition);
    statement["Action"] = json!(action);
    statement["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    statement
}

fn said(statements: Vec<Value>) -> String {
    let trust = Trust { own_account: Some("123456789012".to_owned()), ..Trust::default() };
    headline(&analyse(&parse(&policy_of(statements)), trusting(&trust)), "x")
}

const ANYONE: &str = "Anyone on the internet can read every object in `x`.";
const SOMEWHERE: &str = "Anyone on the internet from the right network can read every object in `x`.";

#[test]
fn a_deny_that_takes_something_else_demands_no_network() {
    let elsewhere = json!({ "NotIpAddress": { "aws:SourceIp": "52.1.2.0/24" } });
    assert_eq!(said(vec![all(json!({})), deny("s3:PutObject", elsewhere.clone())]), ANYONE);
    let mut other = deny("s3:*", elsewhere.clone());
    other["Principal"] = json!({ "AWS": "111122223333" });
    assert_eq!(said(vec![all(json!({})), other]), ANYONE);
    let mut part = deny("s3:*", elsewhere);
    part["Resource"] = json!("arn:aws:s3:::bucket/private/*");
    assert_eq!(said(vec![all(json!({})), part]), "Anyone on the internet can read some objects of `x`.");
}

#[test]
fn a_network_is_demanded_where_some_let_nobody_in() {
    for condition in [
        json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/1" } }),
        json!({ "NotIpAddress": { "aws:SourceIp": "0.0.0.0/1" } }),
        json!({ "IpAddress": { "aws:SourceIp": "::/0" } }),
        json!({ "IpAddressIfExists": { "aws:SourceIp": "52.1.2.0/24" } }),
        json!({ "StringLike": { "aws:SourceVpc": "vpc-*" } }),
        json!({ "Null": { "aws:SourceVpce": "false" } }),
    ] {
        assert_eq!(said(vec![all(condition.clone())]), SOMEWHERE, "{condition}");
    }
    let internet = json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/0", "::/0"] } });
    assert_eq!(said(vec![all(json!({})), deny("s3:*", internet)]), SOMEWHERE);
}

#[test]
fn no_network_is_demanded_where_only_some_that_are_named_let_nobody_in() {
    for condition in [
        json!({ "NotIpAddress": { "aws:SourceIp": "52.1.2.0/24" } }),
        json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/0" } }),
        json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/1", "128.0.0.0/1"] } }),
        json!({ "StringNotEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" } }),
    ] {
        assert_eq!(said(vec![all(condition.clone())]), ANYONE, "{condition}");
    }
    let blocked = json!({ "IpAddress": { "aws:SourceIp": "52.1.2.0/24" } });
    assert_eq!(said(vec![all(json!({})), deny("s3:*", blocked)]), ANYONE);
}

#[test]
fn a_service_comes_from_no_network() {
    let service = statement("Allow", json!({ "Service": "cloudtrail.amazonaws.com" }), json!({}));
    let perimeter = json!({
        "NotIpAddressIfExists": { "aws:SourceIp": "52.1.2.0/24" },
        "BoolIfExists": { "aws:PrincipalIsAWSService": "false", "aws:ViaAWSService": "false" },
    });
    for denied in [
        deny("s3:PutObject", json!({ "NotIpAddress": { "aws:SourceIp": "52.1.2.0/24" } })),
        deny("s3:*", perimeter),
    ] {
        assert_eq!(
            said(vec![service.clone(), denied]),
            "`cloudtrail.amazonaws.com`, acting for an outside account, can read every object in `x`."
        );
    }
}

#[test]
fn who_gets_in_only_by_a_service_that_calls_for_them_is_said_to() {
    let perimeter = json!({
        "NotIpAddress": { "aws:SourceIp": "52.1.2.0/24" },
        "Bool": { "aws:ViaAWSService": "false" },
    });
    for statements in [
        vec![all(json!({})), deny("s3:*", perimeter)],
        vec![all(json!({ "Bool": { "aws:ViaAWSService": "true" } }))],
        vec![all(json!({ "ForAnyValue:StringEquals": { "aws:CalledVia": "athena.amazonaws.com" } }))],
    ] {
        assert_eq!(
            said(statements),
            "Anyone with an AWS account, through an AWS service that calls for them, can read every object in `x`."
        );
    }
}

#[test]
fn what_other_actions_need_is_said_too() {
    let location = |condition: Value| {
        let mut statement = all(condition);
        statement["Action"] = json!("s3:GetBucketLocation");
        statement["Resource"] = json!("arn:aws:s3:::bucket");
        said(vec![statement])
    };
    let call = "can call `s3:GetBucketLocation` on `bucket`.";
    assert_eq!(location(json!({})), format!("Anyone on the internet {call}"));
    assert_eq!(
        location(json!({ "StringLike": { "aws:SourceVpc": "vpc-*" } })),
        format!("Anyone on the internet from the right network {call}")
    );
    assert_eq!(
        location(json!({ "StringLike": { "aws:Referer": "https://example.com/*" } })),
        format!("Anyone on the internet with the right header or parameter {call}")
    );
}

#[test]
fn each_kind_of_caller_is_said_with_its_own_way() {
    let service = statement("Allow", json!({ "Service": "cloudtrail.amazonaws.com" }), json!({}));
    let document = policy_of(vec![service, all(json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/1" } }))]);
    let policy = parse(&document);
    let trust = Trust::default();
    let text = explain_text(&policy, &analyse(&policy, trusting(&trust)), "x");
    for line in [
        "  Anyone on the internet from the right network can read every object in `x`.\n",
        "  Anyone with an AWS account from the right network can read every object in `x`.\n",
        "  `cloudtrail.amazonaws.com`, acting for an outside account, can read every object in `x`.\n",
    ] {
        assert!(text.contains(line), "{line} is missing in {text}");
    }
}
