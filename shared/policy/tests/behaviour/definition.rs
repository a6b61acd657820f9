//! The definition, row by row: by AWS's text, and by what is let in.

use serde_json::{Value, json};

use crate::support::{allow, policy_of, statement, verdicts};

const OPEN: (bool, bool) = (true, true);
const CLOSED: (bool, bool) = (false, false);
/// S3 says public, but nobody gets in.
const BY_TEXT: (bool, bool) = (true, false);

/// The verdicts on an Allow for everyone under one condition.
fn under(operator: &str, key: &str, values: Value) -> (bool, bool) {
    verdicts(&allow(json!("*"), json!({ operator: { key: values } })))
}

fn with_deny(condition: Value) -> (bool, bool) {
    let mut deny = statement("Deny", json!("*"), condition);
    deny["Action"] = json!("s3:*");
    deny["Resource"] = json!("*");
    verdicts(&policy_of(vec![statement("Allow", json!("*"), json!({})), deny]))
}

fn principal(principal: Value) -> (bool, bool) {
    verdicts(&allow(principal, json!({})))
}

#[test]
fn fixed_values_of_a_listed_key_limit() {
    for (key, value) in [
        ("aws:SourceIp", "203.0.113.0/24"),
        ("aws:SourceArn", "arn:aws:s3:::source"),
        ("aws:SourceVpc", "vpc-91237329"),
        ("aws:SourceVpce", "vpce-1a2b3c4d"),
        ("aws:SourceOwner", "111122223333"),
        ("aws:SourceAccount", "111122223333"),
        ("aws:userid", "AIDAEXAMPLE"),
        ("s3:DataAccessPointArn", "arn:aws:s3:us-west-2:111122223333:accesspoint/one"),
        ("s3:DataAccessPointAccount", "111122223333"),
        ("aws:PrincipalOrgID", "o-a1b2c3d4e5"),
        ("aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/"),
        ("aws:PrincipalAccount", "111122223333"),
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:role/app"),
    ] {
        for operator in ["StringEquals", "StringEqualsIgnoreCase", "StringLike", "ForAnyValue:StringEquals"] {
            assert_eq!(under(operator, key, json!(value)), CLOSED, "{operator} {key}");
            assert_eq!(under(operator, &key.to_uppercase(), json!([value])), CLOSED, "{operator} {key}");
        }
    }
    for operator in ["ArnEquals", "ArnLike", "arnlike"] {
        assert_eq!(
            under(operator, "aws:SourceArn", json!("arn:aws:sns:us-east-1:111122223333:topic")),
            CLOSED
        );
        assert_eq!(under(operator, "aws:PrincipalArn", json!("arn:aws:iam::111122223333:user/u")), CLOSED);
    }
    assert_eq!(
        under("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "8.8.8.8", "2001:db8::/32"])),
        CLOSED
    );
}

#[test]
fn one_unfixed_value_among_several_opens() {
    assert_eq!(under("StringLike", "aws:SourceVpc", json!(["vpc-91237329", "vpc-*"])), OPEN);
    assert_eq!(under("IpAddress", "aws:SourceIp", json!(["203.0.113.0/24", "0.0.0.0/0"])), OPEN);
}

#[test]
fn one_fixed_key_beside_an_unfixed_one_limits() {
    let condition = json!({ "StringLike": { "aws:SourceVpc": "vpc-*", "aws:SourceVpce": "vpce-1a2b3c4d" } });
    assert_eq!(verdicts(&allow(json!("*"), condition)), CLOSED);
    let condition =
        json!({ "StringLike": { "aws:Referer": "*" }, "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } });
    assert_eq!(verdicts(&allow(json!("*"), condition)), CLOSED);
}

#[test]
fn operators_that_are_true_on_an_absent_key_do_not_limit() {
    for operator in ["StringEqualsIfExists", "ForAllValues:StringEquals", "forallvalues:stringlikeifexists"] {
        assert_eq!(under(operator, "aws:SourceVpc", json!("vpc-91237329")), OPEN, "{operator}");
        assert_eq!(under(operator, "aws:PrincipalOrgID", json!("o-a1b2c3d4e5")), OPEN, "{operator}");
    }
    assert_eq!(under("IpAddressIfExists", "aws:SourceIp", json!("203.0.113.0/24")), OPEN);
    assert_eq!(under("ForAnyValue:StringEqualsIfExists", "aws:SourceVpc", json!("vpc-91237329")), OPEN);
}

#[test]
fn they_limit_on_a_key_that_every_request_has() {
    for operator in ["StringEqualsIfExists", "ForAllValues:StringEquals"] {
        assert_eq!(under(operator, "aws:PrincipalAccount", json!("111122223333")), CLOSED, "{operator}");
        assert_eq!(under(operator, "aws:userid", json!("AIDAEXAMPLE")), CLOSED, "{operator}");
    }
}

#[test]
fn operators_that_exclude_or_measure_do_not_limit() {
    assert_eq!(under("StringNotEquals", "aws:SourceVpc", json!("vpc-91237329")), OPEN);
    assert_eq!(under("StringNotLike", "aws:PrincipalArn", json!("arn:aws:iam::111122223333:*")), OPEN);
    assert_eq!(under("ArnNotEquals", "aws:PrincipalArn", json!("arn:aws:iam::111122223333:user/u")), OPEN);
    assert_eq!(under("NotIpAddress", "aws:SourceIp", json!("203.0.113.0/24")), OPEN);
    assert_eq!(under("Null", "aws:SourceVpc", json!("false")), OPEN);
    assert_eq!(under("Null", "aws:PrincipalOrgID", json!(true)), OPEN);
    assert_eq!(under("Bool", "aws:SecureTransport", json!(true)), OPEN);
    assert_eq!(under("NumericLessThan", "s3:signatureAge", json!(10)), OPEN);
    assert_eq!(under("DateLessThan", "aws:CurrentTime", json!("2099-01-01T00:00:00Z")), OPEN);
}

#[test]
fn broad_address_blocks_do_not_limit() {
    for block in ["0.0.0.0/0", "0.0.0.0/1", "11.0.0.0/7", "2000::/3", "::/0", "2001::/31", "10.0.0.0/7"] {
        assert_eq!(under("IpAddress", "aws:SourceIp", json!(block)), OPEN, "{block}");
    }
    assert_eq!(under("IpAddress", "aws:SourceIp", json!(["0.0.0.0/1", "128.0.0.0/1"])), OPEN);
    for block in ["11.0.0.0/8", "10.0.0.0/8", "2001:db8::/32", "fc00::/7", "8.8.8.8", "2001:db8::1"] {
        assert_eq!(under("IpAddress", "aws:SourceIp", json!(block)), CLOSED, "{block}");
    }
    for nonsense in ["*", "10.0.0.0/33", "10.0.0", "vpc-1", ""] {
        assert_eq!(under("IpAddress", "aws:SourceIp", json!(nonsense)), BY_TEXT, "{nonsense}");
    }
}

#[test]
fn narrow_blocks_that_cover_the_internet_pass_the_text() {
    let blocks: Vec<String> = (0..256).map(|first| format!("{first}.0.0.0/8")).collect();
    assert_eq!(under("IpAddress", "aws:SourceIp", json!(blocks)), CLOSED);
    let blocks = json!({ "IpAddress": { "aws:SourceIp": blocks } });
    let open = statement("Allow", json!("*"), json!({ "StringLike": { "aws:Referer": "*" } }));
    assert_eq!(verdicts(&policy_of(vec![statement("Allow", json!("*"), blocks), open])), OPEN);
}

#[test]
fn wildcards_do_not_limit() {
    assert_eq!(under("StringLike", "aws:SourceVpc", json!("vpc-*")), OPEN);
    assert_eq!(under("StringLike", "aws:userid", json!("*")), OPEN);
    assert_eq!(under("StringLike", "aws:username", json!("*")), OPEN);
    assert_eq!(under("StringEquals", "aws:username", json!("admin")), OPEN);
    assert_eq!(under("StringLike", "aws:PrincipalArn", json!("arn:aws:iam::*:role/app")), OPEN);
    assert_eq!(under("ArnEquals", "aws:PrincipalArn", json!("arn:aws:iam::*")), OPEN);
    assert_eq!(under("StringLike", "aws:PrincipalAccount", json!("11112222333?")), OPEN);
    assert_eq!(under("ArnLike", "aws:SourceArn", json!("arn:aws:s3:::sou*")), OPEN);
}

#[test]
fn keys_that_describe_the_bucket_or_are_the_callers_choice_do_not_limit() {
    for key in [
        "aws:ResourceAccount",
        "s3:ResourceAccount",
        "aws:ResourceOrgID",
        "aws:Referer",
        "aws:UserAgent",
        "aws:PrincipalTag/team",
        "aws:RequestedRegion",
        "aws:SomeKeyOfTomorrow",
    ] {
        let value = match key {
            "aws:ResourceOrgID" => "o-a1b2c3d4e5",
            "aws:Referer" => "https://example.com/",
            "aws:RequestedRegion" => "eu-central-1",
            "aws:ResourceAccount" | "s3:ResourceAccount" => "111122223333",
            _ => "value",
        };
        assert_eq!(under("StringEquals", key, json!(value)), OPEN, "{key}");
    }
}

#[test]
fn web_identities_are_public_and_named_identities_are_fixed() {
    for host in
        ["graph.facebook.com", "accounts.google.com", "www.amazon.com", "cognito-identity.amazonaws.com"]
    {
        assert_eq!(principal(json!({ "Federated": host })), OPEN, "{host}");
    }
    for fixed in [
        json!({ "Federated": "arn:aws:iam::111122223333:saml-provider/sso" }),
        json!({ "CanonicalUser": "79a59df900b949e55d96a1e698fbacedfd6e09d98eacf8f8d5218e7cd47ef2be" }),
        json!({ "AWS": "arn:aws:iam::cloudfront:user/CloudFront Origin Access Identity E2EXAMPLE" }),
        json!({ "AWS": "AIDAEXAMPLE" }),
        json!({ "AWS": ["AROAEXAMPLE", "111122223333"] }),
        json!({ "AWS": 111122223333_u64 }),
        json!({ "AWS": "arn:aws-us-gov:sts::111122223333:assumed-role/app/session" }),
        json!({ "Service": "cloudtrail.amazonaws.com" }),
        json!({ "Service": ["logging.s3.amazonaws.com"], "AWS": "arn:aws-cn:iam::111122223333:root" }),
        json!("arn:aws:iam::111122223333:root"),
    ] {
        assert_eq!(principal(fixed.clone()), CLOSED, "{fixed}");
    }
}

#[test]
fn open_principals_are_public() {
    for open in [
        json!("*"),
        json!({ "AWS": "*" }),
        json!({ "AWS": ["arn:aws:iam::111122223333:root", "*"] }),
        json!({ "AWS": "arn:aws:iam::*:root" }),
        json!({ "AWS": "arn:aws:iam::*:role/app" }),
        json!({ "AWS": "arn:aws:iam::11112222333?:role/app" }),
        json!({ "Service": "cloudtrail.amazonaws.com", "Federated": "www.amazon.com" }),
        json!({ "Service": "*" }),
        json!({ "Federated": "*" }),
    ] {
        assert_eq!(principal(open.clone()), OPEN, "{open}");
    }
    assert_eq!(principal(json!({ "AWS": "arn:aws:iam::111122223333:role/*" })), BY_TEXT);
}

#[test]
fn an_allow_with_not_principal_is_public() {
    let mut open = statement("Allow", json!("*"), json!({}));
    open.as_object_mut().unwrap().remove("Principal");
    open["NotPrincipal"] = json!({ "AWS": "arn:aws:iam::111122223333:root" });
    assert_eq!(verdicts(&policy_of(vec![open.clone()])), OPEN);
    open["Condition"] = json!({ "StringEquals": { "aws:SourceVpc": "vpc-91237329" } });
    assert_eq!(verdicts(&policy_of(vec![open])), CLOSED);
}

#[test]
fn not_action_and_not_resource_change_nothing() {
    let document = json!({ "Statement": {
        "Effect": "Allow", "Principal": "*", "NotAction": "s3:DeleteBucket", "NotResource": "arn:aws:s3:::bucket/secret/*",
    }});
    assert_eq!(verdicts(&document), OPEN);
    let document = json!({ "Statement": {
        "Effect": "Allow", "Principal": { "AWS": "111122223333" }, "NotAction": "s3:DeleteBucket", "Resource": "*",
    }});
    assert_eq!(verdicts(&document), CLOSED);
}

#[test]
fn a_deny_counts_only_for_what_is_let_in() {
    assert_eq!(with_deny(json!({})), BY_TEXT);
    assert_eq!(with_deny(json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } })), BY_TEXT);
    assert_eq!(
        with_deny(json!({ "StringNotEquals": { "aws:PrincipalAccount": "${aws:ResourceAccount}" } })),
        BY_TEXT
    );
    assert_eq!(with_deny(json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1a2b3c4d" } })), BY_TEXT);
    assert_eq!(with_deny(json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } })), BY_TEXT);
    assert_eq!(with_deny(json!({ "Null": { "aws:PrincipalAccount": "false" } })), BY_TEXT);
    assert_eq!(with_deny(json!({ "Bool": { "aws:SecureTransport": "false" } })), OPEN);
    assert_eq!(with_deny(json!({ "Null": { "aws:PrincipalArn": "true" } })), OPEN);
    assert_eq!(with_deny(json!({ "IpAddress": { "aws:SourceIp": "203.0.113.0/24" } })), OPEN);
    assert_eq!(with_deny(json!({ "StringNotLike": { "aws:PrincipalOrgID": "o-*" } })), OPEN);
    assert_eq!(
        with_deny(json!({ "StringNotEquals": { "aws:PrincipalType": ["User", "AssumedRole"] } })),
        OPEN
    );
}

#[test]
fn a_deny_for_everyone_but_named_principals_closes() {
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny.as_object_mut().unwrap().remove("Principal");
    deny["NotPrincipal"] =
        json!({ "AWS": ["arn:aws:iam::111122223333:root", "arn:aws:iam::111122223333:role/app"] });
    assert_eq!(verdicts(&policy_of(vec![statement("Allow", json!("*"), json!({})), deny])), BY_TEXT);
}

#[test]
fn several_denies_close_together_what_each_leaves_open() {
    let allow = statement("Allow", json!("*"), json!({}));
    let over = |block: &str| statement("Deny", json!("*"), json!({ "IpAddress": { "aws:SourceIp": block } }));
    let via_endpoint = statement("Deny", json!("*"), json!({ "Null": { "aws:SourceVpce": "false" } }));
    let forwarded = statement("Deny", json!("*"), json!({ "Bool": { "aws:ViaAWSService": "true" } }));
    let service = statement("Deny", json!("*"), json!({ "Bool": { "aws:PrincipalIsAWSService": "true" } }));
    let closed =
        vec![allow, over("0.0.0.0/1"), over("128.0.0.0/1"), over("::/0"), via_endpoint, forwarded, service];
    assert_eq!(verdicts(&policy_of(closed.clone())), BY_TEXT);
    for left_out in 1..closed.len() {
        let mut open = closed.clone();
        open.remove(left_out);
        assert_eq!(verdicts(&policy_of(open)), OPEN, "without statement {left_out}");
    }
}

#[test]
fn a_wildcard_beside_a_pinned_account_lets_nobody_in() {
    assert_eq!(
        under("ArnLike", "aws:SourceArn", json!("arn:aws:cloudtrail:*:111122223333:trail/*")),
        BY_TEXT
    );
    assert_eq!(under("StringLike", "aws:PrincipalArn", json!("arn:aws:iam::111122223333:role/*")), BY_TEXT);
    assert_eq!(under("StringLike", "aws:PrincipalOrgPaths", json!("o-a1b2c3d4e5/r-ab12/*")), BY_TEXT);
    assert_eq!(under("StringLike", "aws:userid", json!("AROAEXAMPLE:*")), BY_TEXT);
    let key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    assert_eq!(under("StringLike", key, json!("arn:aws:kms:us-east-1:111122223333:key/*")), BY_TEXT);
}

#[test]
fn the_name_of_an_access_point_may_be_a_wildcard() {
    let key = "s3:DataAccessPointArn";
    for operator in ["StringLike", "ArnLike"] {
        assert_eq!(under(operator, key, json!("arn:aws:s3:us-west-2:111122223333:accesspoint/*")), CLOSED);
        assert_eq!(under(operator, key, json!("arn:aws:s3:us-west-2:*:accesspoint/one")), OPEN);
        assert_eq!(under(operator, key, json!("arn:aws:s3:us-west-2:111122223333:*")), BY_TEXT);
    }
}

#[test]
fn string_equals_takes_wildcards_literally() {
    assert_eq!(under("StringEquals", "aws:SourceVpc", json!("vpc-*")), BY_TEXT);
    assert_eq!(under("StringEquals", "aws:PrincipalOrgID", json!("o-*")), BY_TEXT);
    assert_eq!(under("StringEqualsIgnoreCase", "aws:userid", json!("*")), BY_TEXT);
    assert_eq!(under("StringEquals", "aws:PrincipalTag/team", json!("*")), BY_TEXT);
}

#[test]
fn a_key_newer_than_the_list_limits_only_what_is_let_in() {
    assert_eq!(under("StringEquals", "aws:VpceAccount", json!("111122223333")), BY_TEXT);
    assert_eq!(under("StringEquals", "aws:VpceOrgID", json!("o-a1b2c3d4e5")), BY_TEXT);
    assert_eq!(under("StringEquals", "aws:SourceOrgID", json!("o-a1b2c3d4e5")), BY_TEXT);
}

#[test]
fn shapes_that_s3_refuses_are_public_by_text_and_let_nobody_in() {
    assert_eq!(under("StringMatches", "aws:SourceVpc", json!("vpc-1")), BY_TEXT);
    assert_eq!(under("StringLike", "aws:SourceVpc", json!([])), BY_TEXT);
    assert_eq!(principal(json!({ "AWS": [] })), BY_TEXT);
    assert_eq!(
        verdicts(&json!({ "Statement": { "Effect": "Allow", "Action": "s3:*", "Resource": "*" } })),
        BY_TEXT
    );
}
