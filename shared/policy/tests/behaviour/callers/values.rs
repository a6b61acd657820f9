//! Which values a key can have.

use super::*;

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
fn a_tag_of_a_principal_may_be_empty() {
    // IAM's page of tags: the value may be an empty string.
    assert_eq!(under(json!({ "StringEquals": { "aws:PrincipalTag/team": "" } })), OPEN);
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
fn a_unique_local_address_is_nobodys() {
    // S3 counts private ranges as fixed, and no request comes to it from one.
    for block in ["fc00::/7", "fd00::/8", "fd12:3456:789a::/48"] {
        let verdict = under(json!({ "IpAddress": { "aws:SourceIp": block } }));
        assert_eq!(verdict, CLOSED, "{block}");
    }
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
