//! What is said of a request could be so: its values look like what there is, and what a key says is said rightly.

use policy::{Trust, Witness, analyse, semantic};
use serde_json::{Value, json};

use crate::support::{allow, asking, parse, policy_of, statement, trusting, verdicts};

const OPEN: (bool, bool) = (true, true);
/// S3 says public, but nobody gets in.
const BY_TEXT: (bool, bool) = (true, false);

fn under(condition: Value) -> (bool, bool) {
    verdicts(&allow(json!("*"), condition))
}

fn witness(document: &Value) -> Witness {
    semantic::decide(&parse(document), asking()).witness.unwrap()
}

/// The value that a key has in the witness of an Allow for everyone under a condition.
fn shown(condition: Value, key: &str) -> String {
    witness(&allow(json!("*"), condition)).context[key][0].clone()
}

#[test]
fn an_arn_of_a_witness_names_a_region_that_there_is() {
    for (key, pattern, arn) in [
        (
            "s3:DataAccessPointArn",
            "arn:aws:s3:*:*:accesspoint/shop",
            "arn:aws:s3:us-east-1:444455556666:accesspoint/shop",
        ),
        ("aws:SourceArn", "arn:aws:sns:*:*:orders", "arn:aws:sns:us-east-1:444455556666:orders"),
        ("aws:SourceArn", "arn:aws:events:eu-*:*", "arn:aws:events:eu-example:444455556666:trail/trail"),
        (
            "s3:AccessGrantsInstanceArn",
            "arn:aws:s3:*:*:access-grants/*",
            "arn:aws:s3:us-east-1:444455556666:access-grants/default",
        ),
    ] {
        let shown = shown(json!({ "ArnLike": { key: pattern } }), &key.to_ascii_lowercase());
        if pattern.contains("eu-") {
            // Where the pattern says more of the Region than a usual one has, any will do.
            assert!(shown.starts_with("arn:aws:events:eu-") && shown != arn, "{shown}");
        } else {
            assert_eq!(shown, arn, "{pattern}");
        }
    }
}

#[test]
fn a_usual_arn_is_of_the_partition_of_the_bucket() {
    for (partition, region) in
        [("aws-cn", "cn-north-1"), ("aws-us-gov", "us-gov-west-1"), ("aws-eusc", "eusc-de-east-1")]
    {
        let mut document = allow(json!("*"), json!({ "Null": { "s3:DataAccessPointArn": "false" } }));
        document["Statement"][0]["Resource"] = json!(format!("arn:{partition}:s3:::bucket/*"));
        let arn = witness(&document).context["s3:dataaccesspointarn"][0].clone();
        assert_eq!(arn, format!("arn:{partition}:s3:{region}:444455556666:accesspoint/access"));
    }
}

#[test]
fn the_region_of_a_request_is_one_of_the_partition() {
    let region = |objects: &str, region: &str| {
        let mut document = allow(json!("*"), json!({ "StringLike": { "aws:RequestedRegion": region } }));
        document["Statement"][0]["Resource"] = json!(objects);
        verdicts(&document)
    };
    assert_eq!(region("arn:aws:s3:::bucket/*", "eu-central-1"), OPEN);
    assert_eq!(region("arn:aws:s3:::bucket/*", "us-*"), OPEN);
    assert_eq!(region("arn:aws:s3:::bucket/*", "somewhere"), BY_TEXT);
    assert_eq!(region("arn:aws-us-gov:s3:::bucket/*", "us-gov-*"), OPEN);
    assert_eq!(region("arn:aws-us-gov:s3:::bucket/*", "eu-central-1"), BY_TEXT);
    assert_eq!(
        shown(json!({ "StringNotLike": { "aws:RequestedRegion": "eu-*" } }), "aws:requestedregion"),
        "us-east-1"
    );
}

#[test]
fn a_path_of_an_organization_that_a_deny_leaves_over_has_a_root_and_units() {
    let members = statement("Allow", json!("*"), json!({ "Null": { "aws:PrincipalOrgPaths": "false" } }));
    let denied = json!({ "ForAnyValue:StringLike": { "aws:PrincipalOrgPaths": "o-*/r-ab12/*" } });
    let shown = witness(&policy_of(vec![members, statement("Deny", json!("*"), denied)]));
    assert_eq!(shown.context["aws:principalorgpaths"], ["o-outsider00/r-zz99/ou-zz99-33333333/"]);
}

#[test]
fn what_a_provider_says_is_on_requests_of_its_users_alone() {
    let said = json!({ "StringEquals": { "accounts.google.com:aud": "1234" } });
    assert_eq!(under(said.clone()), OPEN);
    assert_eq!(
        witness(&allow(json!("*"), said.clone())).caller.provider.as_deref().map(str::is_empty),
        Some(false)
    );
    let mut unsigned = said.clone();
    unsigned["StringEquals"]["aws:PrincipalType"] = json!("Anonymous");
    assert_eq!(under(unsigned), BY_TEXT);
    let mut service = said;
    service["Bool"] = json!({ "aws:PrincipalIsAWSService": "true" });
    assert_eq!(under(service), BY_TEXT);
}

#[test]
fn a_second_factor_is_no_older_than_a_session_can_be() {
    let age = |operator: &str, age: &str| under(json!({ operator: { "aws:MultiFactorAuthAge": age } }));
    assert_eq!(age("NumericLessThan", "3600"), OPEN);
    assert_eq!(age("NumericGreaterThan", "129000"), OPEN);
    assert_eq!(age("NumericGreaterThan", "100000000"), BY_TEXT);
}

#[test]
fn an_owner_who_is_told_is_the_owner() {
    let trust = Trust { own_account: Some("111122223333".to_owned()), ..Trust::default() };
    let told = |condition: &Value| {
        semantic::decide(&parse(&allow(json!("*"), condition.clone())), trusting(&trust)).public
    };
    for key in ["aws:ResourceAccount", "s3:ResourceAccount"] {
        let own = json!({ "StringEquals": { key: "111122223333" } });
        let other = json!({ "StringEquals": { key: "444455556666" } });
        let all_but_own = json!({ "StringNotEquals": { key: "111122223333" } });
        assert!(told(&own), "{key}");
        assert!(!told(&other), "{key}");
        assert!(!told(&all_but_own), "{key}");
        // Where nobody tells, any account may be.
        for condition in [own, other, all_but_own] {
            assert_eq!(under(condition), OPEN, "{key}");
        }
        assert_eq!(under(json!({ "Null": { key: "true" } })), BY_TEXT, "{key}");
    }
}

#[test]
fn where_an_access_point_is_it_says_from_where_it_takes_requests() {
    // An access point takes requests from the internet or from a VPC: from nowhere else.
    let elsewhere = json!({
        "Null": { "s3:DataAccessPointAccount": "false" },
        "StringNotEqualsIfExists": { "s3:AccessPointNetworkOrigin": ["Internet", "VPC"] },
    });
    let document = allow(json!("*"), elsewhere);
    assert_eq!(verdicts(&document), BY_TEXT);
    assert!(analyse(&parse(&document), asking()).abilities.list.is_empty());
}

#[test]
fn an_access_point_of_several_regions_names_none() {
    let several = json!({ "StringLike": { "s3:DataAccessPointArn": "arn:aws:s3::*:accesspoint/*.mrap" } });
    assert_eq!(under(several), OPEN);
}

#[test]
fn what_a_key_says_is_said_of_the_right_thing() {
    for (key, value, says) in [
        ("s3:ExistingObjectTag/public", "yes", "describes the object, not the caller"),
        ("s3:BucketTag/public", "yes", "describes the bucket or its owner, not the caller"),
        (
            "s3:AccessPointNetworkOrigin",
            "Internet",
            "only says from where the access point takes requests that the caller comes by",
        ),
        ("s3:TlsVersion", "1.2", "only says how the request is encrypted"),
        ("accounts.google.com:aud", "1234", "only says what an identity provider says of its user"),
        ("aws:SecureTransport", "false", "only says whether the request is encrypted"),
    ] {
        let document = allow(json!("*"), json!({ "StringEquals": { key: value } }));
        let finding = analyse(&parse(&document), asking()).findings.remove(0);
        assert!(finding.reasons.contains(&format!("`{key}` {says}.")), "{:?}", finding.reasons);
    }
}

#[test]
fn what_another_service_is_asked_about_need_be_no_bucket() {
    let mut document = allow(json!("*"), json!({}));
    document["Statement"][0]["Action"] = json!("SQS:SendMessage");
    document["Statement"][0]["Resource"] = json!("arn:aws:sqs:eu-central-1:111122223333:queue");
    assert_eq!(verdicts(&document), OPEN);
    document["Statement"][0]["Action"] = json!("s3:GetObject");
    assert_eq!(verdicts(&document), BY_TEXT);
}
