//! Which keys the request of each caller carries together.

use policy::Outsider;

use super::*;

#[test]
fn whoever_does_not_sign_in_has_an_account_and_an_id_and_nothing_else_of_a_principal() {
    assert_eq!(under(json!({ "Null": { "aws:PrincipalIsAWSService": "true" } })), OPEN);
    let every_signed = json!({ "Bool": { "aws:PrincipalIsAWSService": ["true", "false"] } });
    assert_eq!(but_for(json!({}), every_signed), OPEN);
    for operator in ["StringEquals", "StringEqualsIfExists", "ForAllValues:StringLike"] {
        for key in ["aws:PrincipalAccount", "aws:userid"] {
            assert_eq!(under(json!({ operator: { key: "anonymous" } })), OPEN, "{operator} {key}");
            assert_eq!(under(json!({ operator: { key: ["111122223333", "anonymous"] } })), OPEN, "{key}");
            assert_eq!(under(json!({ operator: { key: "Anonymous" } })), CLOSED, "{operator} {key}");
        }
    }
    assert_eq!(under(json!({ "StringEqualsIgnoreCase": { "aws:userid": "Anonymous" } })), OPEN);
    let both = json!({ "StringEquals": { "aws:userid": "anonymous", "aws:SourceVpc": "vpc-11111111" } });
    assert_eq!(under(both), CLOSED);
    let unsigned = json!({ "StringEquals": { "aws:PrincipalType": "Anonymous" } });
    for key in ["aws:PrincipalIsAWSService", "s3:authType", "s3:AccessGrantsInstanceArn"] {
        let mut with = unsigned.clone();
        with["Null"] = json!({ key: "false" });
        assert_eq!(under(with), BY_TEXT, "{key}");
    }
}

#[test]
fn a_call_through_a_service_and_a_call_of_a_service_carry_neither_address_nor_endpoint() {
    let both = json!({
        "IpAddressIfExists": { "aws:SourceIp": "203.0.113.0/24" },
        "StringEqualsIfExists": { "aws:SourceVpc": "vpc-11111111" },
    });
    assert_eq!(under(both), OPEN);
    let neither = json!({ "aws:SourceIp": "true", "aws:SourceVpc": "true", "aws:SourceVpce": "true" });
    for (key, value) in [("aws:ViaAWSService", "true"), ("aws:PrincipalIsAWSService", "true")] {
        assert_eq!(under(json!({ "Bool": { key: value }, "Null": neither })), OPEN, "{key}");
        for network in ["aws:SourceIp", "aws:SourceVpc", "aws:SourceVpce", "aws:VpcSourceIp"] {
            let with = json!({ "Bool": { key: value }, "Null": { network: "false" } });
            assert_eq!(under(with), BY_TEXT, "{key} {network}");
        }
    }
    let called = json!({ "ForAnyValue:StringEquals": { "aws:CalledVia": "athena.amazonaws.com" } });
    assert_eq!(under(called.clone()), OPEN);
    assert_eq!(but_for(called, json!({ "Bool": { "aws:ViaAWSService": "true" } })), BY_TEXT);
}

#[test]
fn an_endpoint_is_in_a_vpc_and_shows_no_address() {
    for (first, second) in [("aws:SourceVpc", "aws:SourceVpce"), ("aws:SourceVpce", "aws:SourceVpc")] {
        assert_eq!(under(json!({ "Null": { first: "false", second: "true" } })), BY_TEXT, "{first}");
        assert_eq!(under(json!({ "Null": { first: "false", "aws:SourceIp": "false" } })), BY_TEXT, "{first}");
    }
}

#[test]
fn a_call_of_a_service_is_not_made_through_another_and_does_not_tell_its_tls_version() {
    let service = |other: Value| {
        let mut conditions = other;
        conditions["StringEquals"] = json!({ "aws:PrincipalIsAWSService": "true" });
        under(conditions)
    };
    assert_eq!(service(json!({})), OPEN);
    assert_eq!(service(json!({ "Bool": { "aws:ViaAWSService": "true" } })), BY_TEXT);
    assert_eq!(service(json!({ "Bool": { "aws:ViaAWSService": "false" } })), OPEN);
    assert_eq!(service(json!({ "NumericGreaterThan": { "s3:TlsVersion": "1" } })), BY_TEXT);
    for key in ["aws:SourceIp", "aws:SourceVpce", "aws:MultiFactorAuthAge", "aws:PrincipalTag/team"] {
        assert_eq!(service(json!({ "Null": { key: "false" } })), BY_TEXT, "{key}");
    }
}

#[test]
fn a_call_through_a_service_may_tell_its_tls_version() {
    // AWS documents that the network keys are withheld there, and does not count the version of TLS among them.
    let through =
        json!({ "Bool": { "aws:ViaAWSService": "true" }, "NumericGreaterThan": { "s3:TlsVersion": "1.1" } });
    assert_eq!(under(through), OPEN);
}

#[test]
fn credentials_say_how_they_were_got() {
    let age = json!({ "aws:MultiFactorAuthAge": "false" });
    assert_eq!(under(json!({ "Null": age })), OPEN);
    let web = json!({ "Federated": "graph.facebook.com" });
    for key in ["aws:MultiFactorAuthAge", "aws:MultiFactorAuthPresent"] {
        assert_eq!(verdicts(&allow(web.clone(), json!({ "Null": { key: "false" } }))), BY_TEXT, "{key}");
    }
    let unverified = json!({ "Null": age, "Bool": { "aws:MultiFactorAuthPresent": "false" } });
    assert_eq!(under(unverified), BY_TEXT);
    let long_term = json!({ "Null": { "aws:MultiFactorAuthAge": "false", "aws:TokenIssueTime": "true" } });
    assert_eq!(under(long_term), BY_TEXT);
    let user =
        json!({ "StringEquals": { "aws:PrincipalType": "User" }, "Null": { "aws:TokenIssueTime": "true" } });
    assert_eq!(under(user), OPEN);
    let old = json!({ "DateLessThan": { "aws:TokenIssueTime": "2026-01-01T00:00:00Z" } });
    assert_eq!(under(old), BY_TEXT);
    let fresh = json!({ "DateGreaterThan": { "aws:TokenIssueTime": "2026-01-01T00:00:00Z" } });
    assert_eq!(under(fresh), OPEN);
}

#[test]
fn a_tag_of_a_principal_is_beside_its_arn() {
    let tag = json!({ "StringEquals": { "aws:PrincipalTag/team": "red" } });
    assert_eq!(under(tag.clone()), OPEN);
    let mut conditions = tag;
    conditions["Null"] = json!({ "aws:PrincipalArn": "true" });
    assert_eq!(under(conditions), BY_TEXT);
}

#[test]
fn an_anonymous_request_may_come_through_the_endpoint_of_any_outside_account() {
    for conditions in [
        json!({ "StringLike": { "aws:VpceAccount": "1111*" } }),
        json!({ "ArnLike": { "aws:SourceVpcArn": "arn:aws:ec2:*:1111*:vpc/*" } }),
    ] {
        let policy = parse(&allow(json!("*"), conditions));
        let abilities = analyse(&policy, asking()).abilities.list;
        assert!(abilities.iter().any(|one| one.caller == Outsider::Anonymous), "{abilities:?}");
    }
}
