//! Callers as they are: which keys a request of each carries, and with which values.

mod sources;
mod users;

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use policy::{Asking, Outsider, Trust, analyse, semantic};
use serde_json::{Value, json};

use crate::support::{allow, asking, decide, parse, policy_of, statement, verdicts};

const OPEN: (bool, bool) = (true, true);
const CLOSED: (bool, bool) = (false, false);
/// S3 says public, but nobody gets in.
const BY_TEXT: (bool, bool) = (true, false);

/// The verdicts on an Allow for everyone under these conditions.
fn under(conditions: Value) -> (bool, bool) {
    verdicts(&allow(json!("*"), conditions))
}

/// The verdicts on an Allow for everyone under these conditions, beside a Deny under others.
fn but_for(conditions: Value, denied: Value) -> (bool, bool) {
    verdicts(&policy_of(vec![
        statement("Allow", json!("*"), conditions),
        statement("Deny", json!("*"), denied),
    ]))
}

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
fn not_each_service_says_all_about_the_source() {
    let keys = ["aws:SourceArn", "aws:SourceAccount", "aws:SourceOrgID", "aws:SourceOrgPaths"];
    for said in keys {
        assert_eq!(under(json!({ "Null": { said: "false" } })), OPEN, "{said}");
        for left_out in keys.iter().filter(|key| **key != said) {
            let conditions = json!({ "Null": { said: "false", *left_out: "true" } });
            assert_eq!(under(conditions), OPEN, "{said} without {left_out}");
        }
        let web = allow(json!({ "Federated": "graph.facebook.com" }), json!({ "Null": { said: "false" } }));
        assert_eq!(verdicts(&web), BY_TEXT, "{said}");
        let person = json!({ "Null": { said: "false" }, "StringLike": { "aws:PrincipalArn": "*" } });
        assert_eq!(under(person), BY_TEXT, "{said}");
    }
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
fn what_comes_with_credentials_or_a_signature_is_not_chosen() {
    let grants = "s3:AccessGrantsInstanceArn";
    let own = json!("arn:aws:s3:eu-west-1:111122223333:access-grants/default");
    assert_eq!(under(json!({ "StringEquals": { grants: own } })), BY_TEXT);
    assert_eq!(under(json!({ "StringLike": { grants: "*" } })), OPEN);
    assert_eq!(under(json!({ "StringLike": { grants: "*", "aws:PrincipalType": "User" } })), BY_TEXT);
    assert_eq!(under(json!({ "StringEquals": { "s3:signatureversion": "AWS4-HMAC-SHA256" } })), OPEN);
    assert_eq!(under(json!({ "StringEquals": { "s3:signatureversion": "*" } })), BY_TEXT);
    assert_eq!(under(json!({ "StringEquals": { "s3:authType": "REST-QUERY-STRING" } })), OPEN);
    assert_eq!(under(json!({ "NumericLessThan": { "s3:signatureAge": "600000" } })), OPEN);
}

#[test]
fn what_a_caller_writes_may_hold_a_wildcard_or_nothing() {
    for key in [
        "aws:Referer",
        "aws:UserAgent",
        "s3:x-amz-acl",
        "s3:x-amz-grant-read",
        "aws:RequestTag/team",
        "s3:RequestObjectTag/team",
    ] {
        for value in ["*", "public/*", "wh?t", ""] {
            assert_eq!(under(json!({ "StringEquals": { key: value } })), OPEN, "{key} {value}");
        }
    }
    for key in ["s3:prefix", "s3:delimiter"] {
        for value in ["*", "public/*", "wh?t", ""] {
            let listing = listing("s3:ListBucket", json!({ "StringEquals": { key: value } }));
            assert_eq!(verdicts(&policy_of(vec![listing])), OPEN, "{key} {value}");
        }
    }
    // What AWS gives or checks holds none.
    for key in ["aws:PrincipalTag/team", "aws:username", "aws:Ec2InstanceSourceVpc", "aws:CalledViaFirst"] {
        assert_eq!(under(json!({ "StringEquals": { key: "*" } })), BY_TEXT, "{key}");
    }
    let mut starred = statement("Allow", json!("*"), json!({}));
    starred["Resource"] = json!("arn:aws:s3:::bucket/${*}");
    assert_eq!(verdicts(&policy_of(vec![starred])), OPEN);
}

/// An Allow for everyone on the bucket and all objects.
fn listing(action: &str, condition: Value) -> Value {
    let mut statement = statement("Allow", json!("*"), condition);
    statement["Action"] = json!(action);
    statement["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    statement
}

#[test]
fn only_what_lists_has_a_prefix_a_delimiter_and_a_number_of_keys() {
    let only = |action: &str, condition: Value| verdicts(&policy_of(vec![listing(action, condition)]));
    let but = |action: &str, condition: Value| {
        let deny = json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition,
        });
        verdicts(&policy_of(vec![listing(action, json!({})), deny]))
    };
    for (key, value) in [("s3:prefix", "public/"), ("s3:delimiter", "/"), ("s3:max-keys", "7")] {
        let there = || json!({ "Null": { key: "false" } });
        let equal = || json!({ "StringEquals": { key: value } });
        let differs = || json!({ "StringNotEquals": { key: value } });
        for action in ["s3:GetObject", "s3:PutObject", "s3:PutBucketPolicy", "s3:ListBucketMultipartUploads"]
        {
            assert_eq!(only(action, there()), BY_TEXT, "{action} {key}");
            assert_eq!(only(action, equal()), BY_TEXT, "{action} {key}");
            assert_eq!(only(action, differs()), OPEN, "{action} {key}");
            assert_eq!(but(action, differs()), BY_TEXT, "{action} {key}");
            assert_eq!(but(action, equal()), OPEN, "{action} {key}");
        }
        for action in ["s3:ListBucket", "s3:ListBucketVersions", "s3:List*", "s3:*", "s3:ListBucketsNewly"] {
            assert_eq!(only(action, there()), OPEN, "{action} {key}");
            assert_eq!(only(action, equal()), OPEN, "{action} {key}");
            assert_eq!(but(action, differs()), OPEN, "{action} {key}");
        }
    }
}

#[test]
fn the_bucket_has_no_tags_of_an_object() {
    let tagged = || json!({ "StringEquals": { "s3:ExistingObjectTag/public": "yes" } });
    for action in ["s3:ListBucket", "s3:GetBucketLocation", "s3:PutBucketPolicy", "s3:DeleteBucket"] {
        assert_eq!(verdicts(&policy_of(vec![listing(action, tagged())])), BY_TEXT, "{action}");
    }
    assert_eq!(verdicts(&policy_of(vec![listing("s3:*", tagged())])), OPEN);
}

#[test]
fn nobody_asks_for_fewer_keys_than_none() {
    let only = |operator: &str, number: &str| {
        verdicts(&policy_of(vec![listing("s3:ListBucket", json!({ operator: { "s3:max-keys": number } }))]))
    };
    assert_eq!(only("NumericLessThan", "0"), BY_TEXT);
    assert_eq!(only("NumericEquals", "-1"), BY_TEXT);
    assert_eq!(only("NumericLessThanEquals", "0"), OPEN);
    assert_eq!(only("NumericGreaterThan", "-5"), OPEN);
    assert_eq!(only("NumericNotEquals", "-1"), OPEN);
}

#[test]
fn a_role_is_named_by_its_id_whatever_its_sessions_are_called() {
    for session in ["*", "?*", "b?b", "bob*", "?"] {
        let role = format!("AROAEXAMPLEID12345678:{session}");
        assert_eq!(under(json!({ "StringLike": { "aws:userid": role } })), BY_TEXT, "{session}");
        let but = statement("Deny", json!("*"), json!({ "StringNotLike": { "aws:userid": role } }));
        let all = statement("Allow", json!("*"), json!({}));
        assert_eq!(verdicts(&policy_of(vec![all, but])), BY_TEXT, "{session}");
    }
    // Another role can have such an id.
    assert_eq!(under(json!({ "StringLike": { "aws:userid": "AROAEXAMPLEID1234567?:*" } })), OPEN);
}

#[test]
fn nobody_sends_from_what_is_private_or_reserved() {
    for left_over in [json!(["11.0.0.0/8", "11.0.0.0/7"]), json!("224.0.0.0/3"), json!(["fc00::/6"])] {
        assert_eq!(under(json!({ "IpAddress": { "aws:SourceIp": left_over } })), BY_TEXT, "{left_over}");
    }
    let wide = json!({ "IpAddress": { "aws:SourceIp": "10.0.0.0/7" } });
    assert_eq!(under(wide.clone()), OPEN);
    assert_eq!(but_for(wide, json!({ "IpAddress": { "aws:SourceIp": "11.0.0.0/8" } })), BY_TEXT);
}

#[test]
fn an_arn_of_another_partition_is_nobody() {
    let chinese = json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws-cn:iam::*:role/*" } });
    let mut document = allow(json!("*"), chinese.clone());
    assert_eq!(verdicts(&document), BY_TEXT);
    document["Statement"][0]["Resource"] = json!("arn:aws-cn:s3:::bucket/*");
    assert_eq!(verdicts(&document), OPEN);
    // The resources do not tell the partition.
    document["Statement"][0]["Resource"] = json!("*");
    assert_eq!(verdicts(&document), OPEN);
    document["Statement"][0]["Resource"] = json!(["arn:aws:s3:::bucket/*", "arn:aws-cn:s3:::bucket/*"]);
    assert_eq!(verdicts(&document), OPEN);
    assert_eq!(verdicts(&allow(json!({ "AWS": "arn:aws-us-gov:iam::*:root" }), json!({}))), BY_TEXT);
    assert_eq!(verdicts(&allow(json!({ "AWS": "arn:aws:iam::*:root" }), json!({}))), OPEN);
}

#[test]
fn no_access_point_has_a_name_with_colons() {
    let arn = json!("arn:aws:s3:*:111122223333:accesspoint/*");
    assert_eq!(under(json!({ "StringLike": { "s3:DataAccessPointArn": arn } })), BY_TEXT);
}

#[test]
fn a_key_of_kms_is_its_owners() {
    let key = "s3:x-amz-server-side-encryption-aws-kms-key-id";
    for value in ["arn:aws:kms:us-east-1:111122223333:key/1", "1234abcd-12ab-34cd-56ef-1234567890ab"] {
        for operator in ["StringEquals", "StringLike", "ForAnyValue:StringEquals"] {
            assert_eq!(under(json!({ operator: { key: value } })), BY_TEXT, "{operator} {value}");
        }
    }
    assert_eq!(under(json!({ "StringLike": { key: "*" } })), OPEN);
}

/// Whether an outsider is let in, asked these seconds after 1970.
fn is_open_at(conditions: &Value, seconds: u64) -> bool {
    let now: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds);
    let policy = parse(&allow(json!("*"), conditions.clone()));
    let semantic = semantic::decide(&policy, Asking { trust: &Trust::default(), now });
    assert!(!semantic.bounded, "{conditions}");
    semantic.public
}

#[test]
fn an_expired_grant_lets_nobody_in_and_one_to_come_does() {
    // 2027-01-15T08:00:00Z.
    let end = 1_800_000_000;
    for until in [
        json!({ "DateLessThan": { "aws:CurrentTime": "2027-01-15T08:00:00Z" } }),
        json!({ "DateLessThanEquals": { "aws:CurrentTime": "2027-01-15T07:59:59Z" } }),
        json!({ "NumericLessThan": { "aws:EpochTime": "1800000000" } }),
        json!({ "NumericLessThan": { "aws:EpochTime": 1_799_999_999.5 } }),
        json!({ "DateLessThan": { "aws:EpochTime": "1800000000" } }),
        json!({ "DateEquals": { "aws:CurrentTime": "2027-01-15T07:59:59Z" } }),
    ] {
        assert!(is_open_at(&until, end - 1), "{until}");
        assert!(!is_open_at(&until, end), "{until}");
        assert!(is_open_at(&until, 0), "{until}");
    }
    for from in [
        json!({ "DateGreaterThan": { "aws:CurrentTime": "2027-01-15T08:00:00Z" } }),
        json!({ "NumericGreaterThan": { "aws:EpochTime": "1800000000" } }),
        json!({ "NumericNotEquals": { "aws:EpochTime": "1800000000" } }),
        json!({ "Null": { "aws:CurrentTime": "false", "aws:EpochTime": "false" } }),
    ] {
        assert!(is_open_at(&from, 0) && is_open_at(&from, end), "{from}");
    }
}

#[test]
fn the_date_and_the_number_are_one_time() {
    let apart = json!({
        "DateLessThan": { "aws:CurrentTime": "2030-01-01T00:00:00Z" },
        "NumericGreaterThan": { "aws:EpochTime": "1893456000" },
    });
    assert_eq!(under(apart), BY_TEXT);
    let together = json!({
        "DateLessThan": { "aws:CurrentTime": "2030-01-01T00:00:00Z" },
        "NumericGreaterThan": { "aws:EpochTime": "1893455990" },
    });
    assert_eq!(under(together), OPEN);
}

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

#[test]
fn what_is_shown_is_a_request_that_somebody_can_send() {
    let mut own = statement("Allow", json!("*"), json!({}));
    own["Action"] = json!("s3:*");
    own["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    for denied in [json!("s3:PutObject"), json!(["s3:Put*", "s3:Delete*"]), json!("s3:Get*")] {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny["Action"] = denied;
        deny["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
        let document = policy_of(vec![own.clone(), deny]);
        let witness = analyse(&parse(&document), crate::support::asking()).semantic.witness.unwrap();
        let is_of_object = witness.action.contains("Object");
        assert_eq!(
            witness.resource.contains('/'),
            is_of_object,
            "{} on {}",
            witness.action,
            witness.resource
        );
    }
}

/// The witness of an Allow for everyone under these conditions.
fn witness_under(conditions: Value) -> policy::Witness {
    decide(&allow(json!("*"), conditions)).witness.unwrap()
}

#[test]
fn the_arn_of_a_role_is_no_session_unless_a_principal_is_one() {
    let no_identity = json!({ "ArnNotLike": { "aws:PrincipalArn": "arn:aws:iam::*:*" }, "Bool": { "aws:PrincipalIsAWSService": "false" } });
    let arn = witness_under(no_identity).caller.arn.unwrap();
    assert_eq!(arn, "arn:aws:sts::444455556666:federated-user/x");
    let session = json!({ "ArnLike": { "aws:PrincipalArn": "arn:aws:sts::*:assumed-role/app/*" } });
    // IAM's page of the global keys: the key holds the ARN of the role, not that of the session.
    assert_eq!(under(session), BY_TEXT);
    let sessions = json!({ "AWS": "arn:aws:sts::*:assumed-role/app/*" });
    assert_eq!(verdicts(&allow(sessions, json!({}))), OPEN);
}

#[test]
fn a_tag_of_a_principal_may_be_empty() {
    // IAM's page of tags: the value may be an empty string.
    assert_eq!(under(json!({ "StringEquals": { "aws:PrincipalTag/team": "" } })), OPEN);
}

#[test]
fn a_unique_local_address_is_nobodys() {
    // S3 counts private ranges as fixed, and no request comes to it from one.
    for block in ["fc00::/7", "fd00::/8", "fd12:3456:789a::/48"] {
        let verdict = under(json!({ "IpAddress": { "aws:SourceIp": block } }));
        assert_eq!(verdict, CLOSED, "{block}");
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
