//! Whom a fix shuts out, as it says itself.

use policy::Trust;
use serde_json::{Value, json};

use super::{but, fix, settings};
use crate::support::{allow, policy_of, statement};

const BEHIND: &str =
    "Callers from networks, VPCs or VPC endpoints that the policy names lose access that `*` gave them.";

fn shuts_out(document: &Value) -> Vec<String> {
    fix(document, &settings()).shuts_out
}

#[test]
fn callers_behind_endpoints_of_a_named_party_are_said() {
    for endpoint in [
        json!({ "aws:VpceAccount": "444455556666" }),
        json!({ "aws:VpceOrgID": "o-a1b2c3d4e5" }),
        json!({ "aws:VpceAccount": "111122223333" }),
    ] {
        let said = shuts_out(&allow(json!("*"), json!({ "StringEquals": endpoint })));
        assert!(said.iter().any(|own| own == BEHIND), "{endpoint}: {said:?}");
    }
    for endpoint in [
        json!({ "StringNotEquals": { "aws:VpceAccount": "111122223333" } }),
        json!({ "ForAllValues:StringNotLike": { "aws:VpceOrgPaths": "o-a1b2c3d4e5/*" } }),
        json!({ "ArnNotLike": { "aws:SourceVpcArn": "arn:aws:ec2:*:444455556666:vpc/*" } }),
    ] {
        let said = shuts_out(&but(endpoint.clone()));
        assert!(said.iter().any(|own| own == BEHIND), "{endpoint}: {said:?}");
    }
}

#[test]
fn unsigned_callers_behind_a_named_endpoint_are_somebody() {
    let unsigned = json!({
        "StringEquals": { "aws:VpceAccount": "444455556666", "aws:PrincipalType": "Anonymous" },
    });
    let fix = fix(&allow(json!("*"), unsigned), &settings());
    assert_eq!(fix.policy["Statement"], json!([]));
    assert_eq!(
        fix.summary[0],
        "In statement 1, delete the statement: narrowed to those whom S3 counts as fixed, it lets nobody in."
    );
    assert_eq!(fix.shuts_out, [BEHIND]);
}

#[test]
fn those_who_keep_everything_are_not_said() {
    let mut put = statement("Allow", json!({ "AWS": "444455556666" }), json!({}));
    put["Action"] = json!("s3:PutObject");
    let everyone = json!({ "AWS": ["*", "arn:aws:iam::555566667777:root"] });
    let said = shuts_out(&policy_of(vec![statement("Allow", everyone, json!({})), put]));
    assert_eq!(
        said,
        [
            "AWS services of this account that came in by `*` are shut out.",
            "Principals of `444455556666`, which the policy names, lose access that `*` gave them.",
            "AWS services that act for `444455556666` and `555566667777`, which the policy names, lose access that `*` \
             gave them.",
        ]
    );
}

#[test]
fn the_accounts_whose_services_are_shut_out_are_said() {
    let trust = Trust { accounts: vec!["444455556666".to_owned()], ..settings() };
    let said = |condition: Value| fix(&allow(json!("*"), condition), &trust).shuts_out;
    assert_eq!(
        said(json!({})),
        ["AWS services of this and the trusted accounts that came in by `*` are shut out."]
    );
    let own = json!({ "StringNotEqualsIfExists": { "aws:SourceAccount": "444455556666" } });
    assert_eq!(said(own), ["AWS services of this account that came in by `*` are shut out."]);
}

#[test]
fn many_parties_are_named_in_part() {
    let accounts: Vec<String> = (0..6).map(|number| format!("22223333444{number}")).collect();
    let named = statement("Deny", json!({ "AWS": accounts }), json!({ "Null": { "aws:Referer": "false" } }));
    let said = shuts_out(&policy_of(vec![statement("Allow", json!("*"), json!({})), named]));
    let principals = "Principals of `222233334440`, `222233334441`, `222233334442` and others, which the policy names, \
                      lose access that `*` gave them.";
    assert!(said.iter().any(|own| own == principals), "{said:?}");
}

#[test]
fn a_vpc_and_its_arn_are_one() {
    let arn = "arn:aws:ec2:us-east-1:444455556666:vpc/vpc-1a2b3c4d";
    let fix = fix(&allow(json!("*"), json!({ "ArnEquals": { "aws:SourceVpcArn": arn } })), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"],
        json!({
            "ArnEquals": { "aws:SourceVpcArn": arn },
            "StringEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" },
        })
    );
    assert_eq!((fix.policy["Statement"].as_array().unwrap().len(), fix.shuts_out), (1, Vec::new()));
}

#[test]
fn whether_a_key_is_there_names_nobody() {
    let mut get = statement("Allow", json!({ "AWS": "444455556666" }), json!({}));
    get["Condition"] = json!({ "Null": { "aws:PrincipalOrgID": "false", "aws:SourceOrgPaths": true } });
    let said = shuts_out(&policy_of(vec![statement("Allow", json!("*"), json!({})), get]));
    assert!(!said.iter().any(|own| own.contains("`false`") || own.contains("`true`")), "{said:?}");
}
