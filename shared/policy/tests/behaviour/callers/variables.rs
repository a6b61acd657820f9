//! Variables that stand for something of the caller.

use super::*;

#[test]
fn a_variable_that_stands_in_allow_and_deny_is_one_value() {
    let tagged = |operator: &str| json!({ operator: { "aws:SourceVpc": "${aws:PrincipalTag/vpc}" } });
    for taken in ["StringEquals", "StringLike", "StringEqualsIfExists", "StringEqualsIgnoreCase"] {
        assert_eq!(but_for(tagged("StringEquals"), tagged(taken)), BY_TEXT, "{taken}");
    }
    // The Deny takes less than the Allow gives.
    assert_eq!(but_for(tagged("StringEqualsIgnoreCase"), tagged("StringEquals")), OPEN);
    assert_eq!(but_for(json!({ "StringLike": { "aws:SourceVpc": "*" } }), tagged("StringEquals")), OPEN);
    let among = json!({ "StringEquals": { "aws:SourceVpc": ["${aws:PrincipalTag/vpc}", "vpc-11111111"] } });
    assert_eq!(but_for(among, tagged("StringEquals")), BY_TEXT);
    let other = json!({ "StringLike": { "aws:PrincipalTag/vpc": "vpc-*" } });
    assert_eq!(but_for(tagged("StringEquals"), other), BY_TEXT);
    let through_internet = json!({ "IpAddressIfExists": { "aws:SourceIp": "0.0.0.0/0" } });
    assert_eq!(but_for(tagged("StringEquals"), through_internet), BY_TEXT);
}

#[test]
fn a_variable_without_a_value_equals_nothing() {
    let untagged = json!({
        "StringEquals": { "aws:SourceVpc": "${aws:PrincipalTag/vpc}" },
        "Null": { "aws:PrincipalArn": "true" },
    });
    assert_eq!(under(untagged), BY_TEXT);
    let denied = json!({ "StringEqualsIfExists": { "aws:SourceVpc": ["${aws:PrincipalTag/vpc}", "vpc-*"] } });
    assert_eq!(but_for(json!({}), denied), OPEN);
    let nameless = json!({ "StringEquals": { "aws:PrincipalTag/team": "${aws:username}", "aws:PrincipalType": "AssumedRole" } });
    assert_eq!(under(nameless), BY_TEXT);
}

#[test]
fn only_the_newest_version_has_variables() {
    let condition = json!({ "StringLike": { "aws:SourceVpc": "${aws:PrincipalTag/vpc}" } });
    let mut document = allow(json!("*"), condition);
    assert_eq!(verdicts(&document), OPEN);
    document.as_object_mut().unwrap().remove("Version");
    assert_eq!(verdicts(&document), BY_TEXT);
}
