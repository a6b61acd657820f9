//! Requests that nobody can send show nothing: their action, caller or values do not exist.

use policy::{Policy, analyse, semantic};
use serde_json::{Value, json};

use crate::support::{asking, decide, parse, policy_of, statement, verdicts};

const OPEN: (bool, bool) = (true, true);
/// S3 says public, but nobody gets in.
const BY_TEXT: (bool, bool) = (true, false);

fn of(effect: &str, principal: Value, resource: &str, condition: Value) -> Value {
    let mut statement = statement(effect, principal, condition);
    statement["Resource"] = json!(resource);
    statement
}

fn under(condition: Value) -> (bool, bool) {
    verdicts(&policy_of(vec![statement("Allow", json!("*"), condition)]))
}

#[test]
fn an_action_that_is_not_there_is_asked_for_by_nobody() {
    let with = |action: &str, resource: &str| {
        let mut statement = of("Allow", json!("*"), resource, json!({}));
        statement["Action"] = json!(action);
        policy_of(vec![statement])
    };
    let (bucket, objects) = ("arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*");
    for action in ["s3:*Object", "s3:?etObject", "s3:Get*Object", "s3:*ObjectVersion*"] {
        assert_eq!(verdicts(&with(action, bucket)), BY_TEXT, "{action}");
        assert_eq!(verdicts(&with(action, objects)), OPEN, "{action}");
    }
    for action in ["s3:*Bucket", "s3:List?ucket", "s3:*BucketPolicy", "s3:DeleteBucket"] {
        assert_eq!(verdicts(&with(action, objects)), BY_TEXT, "{action}");
        assert_eq!(verdicts(&with(action, bucket)), OPEN, "{action}");
    }
    // Whoever names one that is not known knows a newer one.
    for action in ["s3:GetThingOfTomorrow", "s3:GetThing*", "s3:getthing?ftomorrow"] {
        assert_eq!(verdicts(&with(action, bucket)), OPEN, "{action}");
    }
}

#[test]
fn a_witness_asks_for_an_action_of_s3() {
    let mut rest = of("Allow", json!("*"), "*", json!({}));
    rest["NotAction"] = json!(["s3:Get*", "s3:Put*", "s3:List*", "s3:Delete*"]);
    rest.as_object_mut().unwrap().remove("Action");
    let witness = decide(&policy_of(vec![rest.clone()])).witness.unwrap();
    assert_eq!(
        (witness.action.as_str(), witness.resource.as_str()),
        ("s3:AbortMultipartUpload", "arn:aws:s3:::bucket/object")
    );
    rest["NotAction"] = json!("s3:*");
    assert_eq!(verdicts(&policy_of(vec![rest])), BY_TEXT);
}

#[test]
fn services_have_names_of_hosts_in_their_own_partition() {
    let any_but = |partition: &str, denied: Value| {
        let objects = format!("arn:{partition}:s3:::bucket/*");
        verdicts(&policy_of(vec![
            of("Allow", json!({ "Service": "*" }), &objects, json!({})),
            of("Deny", denied, &objects, json!({})),
        ]))
    };
    let named = json!({ "Service": "*.amazonaws.com" });
    for partition in ["aws", "aws-us-gov", "aws-eusc"] {
        assert_eq!(any_but(partition, named.clone()), BY_TEXT, "{partition}");
    }
    assert_eq!(any_but("aws-cn", named), OPEN);
    assert_eq!(any_but("aws-cn", json!({ "Service": ["*.amazonaws.com", "*.amazonaws.com.cn"] })), BY_TEXT);
}

#[test]
fn a_service_is_not_called_by_what_is_no_name_of_a_host() {
    let deny = || statement("Deny", json!({ "Service": "cloudtrail.amazonaws.com" }), json!({}));
    let of = |condition: Value| verdicts(&policy_of(vec![statement("Allow", json!("*"), condition), deny()]));
    let key = "aws:PrincipalServiceName";
    assert_eq!(of(json!({ "StringEqualsIgnoreCase": { key: "cloudtrail.amazonaws.com" } })), BY_TEXT);
    for name in ["cloudtrail..amazonaws.com", "CLOUDTRAIL.amazonaws.com", "cloud_trail.amazonaws.com"] {
        assert_eq!(of(json!({ "StringEquals": { key: name } })), BY_TEXT, "{name}");
    }
    for name in ["config.amazonaws.com", "delivery.logs.amazonaws.com", "a-1.b-2.c-3.amazonaws.com"] {
        assert_eq!(of(json!({ "StringEquals": { key: name } })), OPEN, "{name}");
    }
}

#[test]
fn a_version_of_tls_is_one_that_there_is_and_comes_with_tls() {
    assert_eq!(under(json!({ "NumericGreaterThan": { "s3:TlsVersion": "1.3" } })), BY_TEXT);
    assert_eq!(under(json!({ "NumericLessThan": { "s3:TlsVersion": "1.0" } })), BY_TEXT);
    assert_eq!(under(json!({ "NumericGreaterThanEquals": { "s3:TlsVersion": "1.3" } })), OPEN);
    let tls = |secure: &str, absent: &str| {
        json!({
            "Bool": { "aws:SecureTransport": secure, "aws:ViaAWSService": "false" },
            "Null": { "s3:TlsVersion": absent, "aws:PrincipalIsAWSService": "true" },
        })
    };
    for (secure, absent, verdict) in [
        ("true", "false", OPEN),
        ("false", "true", OPEN),
        ("true", "true", BY_TEXT),
        ("false", "false", BY_TEXT),
    ] {
        assert_eq!(under(tls(secure, absent)), verdict, "{secure} {absent}");
    }
}

#[test]
fn credentials_are_used_after_they_were_issued_and_before_they_expire() {
    let session = |before: &str, after: &str| {
        under(json!({
            "DateLessThan": { "aws:TokenIssueTime": before },
            "DateGreaterThan": { "aws:CurrentTime": after },
        }))
    };
    assert_eq!(session("2099-01-02T00:00:00Z", "2099-01-01T00:00:00Z"), OPEN);
    assert_eq!(session("2098-12-30T13:00:00Z", "2098-12-31T00:00:00Z"), OPEN);
    assert_eq!(session("2098-12-30T00:00:00Z", "2099-01-01T00:00:00Z"), BY_TEXT);
    assert_eq!(session("2027-01-01T00:00:00Z", "2099-01-01T00:00:00Z"), BY_TEXT);
    let early = json!({
        "DateGreaterThan": { "aws:TokenIssueTime": "2099-01-01T00:00:00Z" },
        "NumericLessThan": { "aws:EpochTime": "4000000000" },
    });
    assert_eq!(under(early), BY_TEXT);
}

#[test]
fn arns_name_regions_and_the_partition_of_the_bucket() {
    let arn = |key: &str, arn: &str| under(json!({ "ArnLike": { key: arn } }));
    for region in ["3", "-", "x", "us", "US-EAST-1", "cn-north-1x"] {
        let access_point = format!("arn:aws:s3:{region}:*:accesspoint/ap");
        assert_eq!(arn("s3:DataAccessPointArn", &access_point), BY_TEXT, "{region}");
        assert_eq!(arn("aws:SourceArn", &format!("arn:aws:sns:{region}:*:topic")), BY_TEXT, "{region}");
    }
    for region in ["us-east-1", "ap-southeast-7", "*", "*-1"] {
        let access_point = format!("arn:aws:s3:{region}:*:accesspoint/ap");
        assert_eq!(arn("s3:DataAccessPointArn", &access_point), OPEN, "{region}");
        assert_eq!(arn("aws:SourceArn", &format!("arn:aws:sns:{region}:*:topic")), OPEN, "{region}");
    }
    for (partition, region) in
        [("aws-us-gov", "us-gov-west-1"), ("aws-cn", "cn-north-1"), ("aws-iso-b", "us-isob-east-1")]
    {
        let condition = json!({ "ArnLike": { "aws:SourceArn": format!("arn:*:sns:{region}:*:topic") } });
        let objects = format!("arn:{partition}:s3:::bucket/*");
        assert_eq!(
            verdicts(&policy_of(vec![of("Allow", json!("*"), &objects, condition)])),
            OPEN,
            "{region}"
        );
    }
}

#[test]
fn a_witness_is_of_one_partition() {
    let source = json!({ "ArnLike": { "aws:SourceArn": "arn:aws-cn:sns:*:*:topic" } });
    let text = policy_of(vec![of("Allow", json!("*"), "*", source.clone())]).to_string();
    let witness = semantic::decide(&Policy::parse(&text).unwrap(), asking()).witness.unwrap();
    assert_eq!(witness.resource, "arn:aws-cn:s3:::bucket/object");
    let abilities = analyse(&parse(&serde_json::from_str(&text).unwrap()), asking()).abilities;
    assert!(abilities.list.iter().all(|own| own.witness.resource.starts_with("arn:aws-cn:s3:::")));
    assert!(!abilities.list.is_empty());
    assert_eq!(verdicts(&policy_of(vec![of("Allow", json!("*"), "arn:aws:s3:::bucket/*", source)])), BY_TEXT);
}
