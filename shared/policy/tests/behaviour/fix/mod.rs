//! The proposed edit, and what it keeps.

mod denies;
mod losses;
mod services;

use policy::{Fix, NoFix, OWNER_PLACEHOLDER, Trust, analyse};
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::support::evaluator::{Request, allows};
use crate::support::{allow, generator, now, parse, policy_of, statement, trusting, verdicts};

fn settings() -> Trust {
    Trust { own_account: Some("111122223333".to_owned()), ..Trust::default() }
}

fn fix(document: &Value, trust: &Trust) -> Fix {
    let fix = analyse(&parse(document), trusting(trust)).fix.unwrap();
    assert_eq!(verdicts(&fix.policy), (false, false), "{}", fix.policy);
    assert_eq!(patched(document, &fix.patch), fix.policy, "{:?}", fix.patch);
    fix
}

/// A plain reader of the JSON Patch operations that occur.
fn patched(document: &Value, patch: &[Value]) -> Value {
    let mut document = document.clone();
    for operation in patch {
        let path = operation["path"].as_str().unwrap();
        let (parent, name) = path.rsplit_once('/').unwrap();
        let name = name.replace("~1", "/").replace("~0", "~");
        let value = operation["value"].clone();
        match (operation["op"].as_str().unwrap(), document.pointer_mut(parent).unwrap()) {
            ("remove", Value::Object(object)) => drop(object.shift_remove(&name)),
            ("remove", Value::Array(list)) => drop(list.remove(name.parse().unwrap())),
            ("add", Value::Array(list)) => list.insert(name.parse().unwrap(), value),
            ("replace", Value::Array(list)) => list[name.parse::<usize>().unwrap()] = value,
            (_, Value::Object(object)) => drop(object.insert(name, value)),
            other => panic!("{other:?}"),
        }
    }
    document
}

/// The policy with the owner's account in the place of its variable.
fn owned(document: &Value) -> Value {
    if document["Version"] != "2012-10-17" {
        return document.clone();
    }
    serde_json::from_str(&document.to_string().replace("${aws:ResourceAccount}", "111122223333")).unwrap()
}

fn fix_of(principal: Value) -> Fix {
    fix(&allow(principal, json!({})), &settings())
}

/// Everything is allowed but for what the Deny takes away.
fn but(deny: Value) -> Value {
    policy_of(vec![statement("Allow", json!("*"), json!({})), statement("Deny", json!("*"), deny)])
}

#[test]
fn principals_of_a_named_account_that_come_through_the_owners_endpoint_are_said_to_be_shut_out() {
    let mut named = statement("Allow", json!("*"), json!({}));
    named["NotPrincipal"] = json!({ "AWS": "444455556666" });
    named.as_object_mut().unwrap().remove("Principal");
    named["Action"] = json!("s3:PutObject");
    let endpoint = json!({ "StringLike": { "aws:VpceAccount": "111122223333" } });
    let document = policy_of(vec![named, statement("Allow", json!("*"), endpoint)]);
    let fix = fix(&document, &settings());
    let said = "Principals of `444455556666`, which the policy names, lose access that they had.";
    assert!(fix.shuts_out.iter().any(|own| own == said), "{:?}", fix.shuts_out);
}

#[test]
fn a_statement_for_everyone_is_narrowed_to_the_own_account() {
    let fix = fix(&allow(json!("*"), json!({})), &settings());
    assert_eq!(fix.policy["Statement"][0]["Principal"], json!({ "AWS": "111122223333" }));
    assert_eq!(fix.patch.len(), 1);
    assert!(fix.fill_in.is_empty());
}

#[test]
fn an_unknown_owner_is_to_be_filled_in() {
    let fix = fix(&allow(json!("*"), json!({})), &Trust::default());
    assert_eq!(fix.fill_in, [OWNER_PLACEHOLDER]);
}

#[test]
fn what_a_deny_requires_is_required_by_the_allow() {
    let deny =
        statement("Deny", json!("*"), json!({ "StringNotEquals": { "aws:SourceVpce": "vpce-1a2b3c4d" } }));
    let fix = fix(&policy_of(vec![statement("Allow", json!("*"), json!({})), deny]), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"],
        json!({ "StringEquals": { "aws:SourceVpce": "vpce-1a2b3c4d" } })
    );
    assert_eq!(fix.policy["Statement"].as_array().unwrap().len(), 2);
}

#[test]
fn a_wildcard_beside_a_pinned_account_gets_the_account_as_a_condition() {
    let arn = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*" } });
    let fix = fix(&allow(json!("*"), arn), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"]["StringEquals"],
        json!({ "aws:SourceAccount": "111122223333" })
    );
    assert_eq!(fix.policy["Statement"][0]["Principal"], "*");
}

#[test]
fn if_exists_is_dropped_and_the_own_account_keeps_its_access() {
    let condition = json!({ "StringEqualsIfExists": { "aws:SourceVpc": "vpc-11111111" } });
    let mut document = allow(json!("*"), condition);
    document["Statement"][0]["Sid"] = json!("Web");
    let fix = fix(&document, &settings());
    // S3 refuses two statements of the same name.
    assert_eq!(fix.policy["Statement"][1]["Sid"], "WebAccounts");
    let statements = fix.policy["Statement"].as_array().unwrap();
    assert_eq!(statements[0]["Condition"], json!({ "StringEquals": { "aws:SourceVpc": "vpc-11111111" } }));
    assert_eq!(statements[1]["Principal"], json!({ "AWS": "111122223333" }));
}

#[test]
fn trusted_parties_get_statements_of_their_own() {
    let trust = Trust {
        organizations: vec!["o-a1b2c3d4e5".to_owned()],
        networks: vec!["203.0.113.0/24".to_owned()],
        accounts: vec!["444455556666".to_owned()],
        ..settings()
    };
    let fix = fix(&allow(json!("*"), json!({})), &trust);
    let text = fix.policy.to_string();
    for party in ["111122223333", "444455556666", "o-a1b2c3d4e5", "203.0.113.0/24"] {
        assert!(text.contains(party), "{party} is missing in {text}");
    }
}

#[test]
fn a_statement_that_only_demands_a_key_is_narrowed() {
    let deny = statement("Deny", json!("*"), json!({ "NotIpAddress": { "aws:SourceIp": "8.0.0.0/6" } }));
    let allow = statement("Allow", json!("*"), json!({ "Null": { "aws:SourceIp": "false" } }));
    let fix = fix(&policy_of(vec![allow, deny]), &settings());
    assert_eq!(fix.policy["Statement"][0]["Principal"], json!({ "AWS": "111122223333" }));
}

#[test]
fn services_and_fixed_principals_stay() {
    let principal =
        json!({ "AWS": ["*", "arn:aws:iam::999999999999:root"], "Service": "cloudtrail.amazonaws.com" });
    let fix = fix(&allow(principal, json!({})), &settings());
    let [accounts, services] = fix.policy["Statement"].as_array().unwrap().as_slice() else {
        panic!("{fix:?}")
    };
    assert_eq!(accounts["Principal"], json!({ "AWS": ["111122223333", "arn:aws:iam::999999999999:root"] }));
    assert_eq!(services["Principal"], json!({ "Service": "cloudtrail.amazonaws.com" }));
}

#[test]
fn those_for_whom_a_deny_leaves_one_account_stay() {
    let roles = "arn:aws:iam::222222222222:role/*";
    let fix = fix(&but(json!({ "ArnNotLike": { "aws:PrincipalArn": roles } })), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"]["StringEquals"],
        json!({ "aws:PrincipalAccount": "222222222222" })
    );
}

#[test]
fn a_named_vpc_is_pinned_where_its_arn_fixes_nothing() {
    let vpc = json!({ "StringEquals": { "aws:SourceVpcArn": "arn:aws:ec2:us-east-1:222222222222:vpc/vpc-1a2b3c4d" } });
    let text = fix(&allow(json!("*"), vpc), &settings()).policy.to_string();
    assert!(text.contains(r#""aws:SourceVpc":"vpc-1a2b3c4d""#), "{text}");
}

#[test]
fn open_values_beside_fixed_ones_are_dropped_with_if_exists() {
    let condition = json!({ "StringLikeIfExists": { "aws:SourceVpc": ["vpc-1a2b3c4d", "vpc-*"] } });
    let fix = fix(&allow(json!("*"), condition), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"],
        json!({ "StringLike": { "aws:SourceVpc": "vpc-1a2b3c4d" } })
    );
}

#[test]
fn principals_that_are_no_accounts_are_limited_to_those_of_the_own_account() {
    let identity = fix_of(json!({ "Federated": "graph.facebook.com" })).policy;
    assert_eq!(identity["Statement"][0]["Principal"], json!({ "Federated": "graph.facebook.com" }));
    let own = json!({ "StringEquals": { "aws:PrincipalAccount": "111122223333" } });
    assert_eq!(identity["Statement"][0]["Condition"], own);
    let role = fix_of(json!({ "AWS": "arn:aws:iam::*:role/app" })).policy;
    assert_eq!(role["Statement"][0]["Principal"], json!({ "AWS": "111122223333" }));
    let pattern = json!({ "StringLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/app" } });
    assert_eq!(role["Statement"][0]["Condition"], pattern);
}

#[test]
fn a_variable_in_a_resource_stays() {
    let mut document = allow(json!("*"), json!({}));
    document["Statement"][0]["Resource"] = json!("arn:aws:s3:::bucket/home/${aws:username}/*");
    let fix = fix(&document, &settings());
    assert_eq!(fix.policy["Statement"][0]["Principal"], json!({ "AWS": "111122223333" }));
}

#[test]
fn members_of_a_trusted_organization_stay() {
    let trust = Trust { organizations: vec!["o-a1b2c3d4e5".to_owned()], ..settings() };
    let text = fix(&allow(json!("*"), json!({})), &trust).policy.to_string();
    assert!(text.contains(r#""aws:PrincipalOrgID":"o-a1b2c3d4e5""#), "{text}");
}

#[test]
fn callers_from_a_network_that_another_statement_names_are_said() {
    for named in [
        json!({ "StringEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" } }),
        json!({ "IpAddress": { "aws:SourceIp": "8.8.8.0/24" } }),
    ] {
        let mut other = statement("Allow", json!("*"), named);
        other["Resource"] = json!("arn:aws:s3:::bucket/a/*");
        let document = policy_of(vec![statement("Allow", json!("*"), json!({})), other]);
        let said = "Callers from networks, VPCs or VPC endpoints that the policy names lose access that `*` gave them.";
        let shuts_out = fix(&document, &settings()).shuts_out;
        assert!(shuts_out.iter().any(|own| own == said), "{shuts_out:?}");
    }
}

#[test]
fn a_statement_that_nobody_meets_is_deleted() {
    let mut everybody = allow(json!("*"), json!({}));
    let statement = everybody["Statement"][0].as_object_mut().unwrap();
    statement.remove("Principal");
    statement.insert("NotPrincipal".to_owned(), json!("*"));
    assert_eq!(fix(&everybody, &settings()).policy["Statement"], json!([]));
    let unheard_of = but(json!({ "StringNotEquals": { "aws:PrincipalType": "Nobody" } }));
    assert_eq!(fix(&unheard_of, &settings()).policy["Statement"].as_array().unwrap().len(), 1);
    let nobody = allow(json!("*"), json!({ "StringEquals": { "aws:userid": "AROAEXAMPLE:*" } }));
    let fix = fix(&nobody, &settings());
    assert_eq!(fix.policy["Statement"], json!([]));
    assert!(fix.summary[0].contains("delete the statement"), "{:?}", fix.summary);
}

#[test]
fn a_role_whose_id_is_written_shorter_than_aws_gives_them_is_meant_too() {
    for id in ["AROAEXAMPLEID", "AROAEXAMPLEID12345678"] {
        let role = json!({ "StringLike": { "aws:userid": format!("{id}:*") } });
        let fix = fix(&allow(json!("*"), role.clone()), &settings());
        assert_eq!(fix.policy["Statement"][0]["Principal"], json!({ "AWS": "111122223333" }), "{id}");
        assert_eq!(fix.policy["Statement"][0]["Condition"], role, "{id}");
    }
}

#[test]
fn a_closed_policy_needs_no_fix() {
    let analysis =
        analyse(&parse(&allow(json!({ "AWS": "111122223333" }), json!({}))), trusting(&settings()));
    assert_eq!(analysis.fix, Err(NoFix::NotPublic));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_fixed_policy_is_closed_and_lets_nobody_in_who_was_out(document in generator::policy()) {
        let before = parse(&document);
        if let Ok(fix) = analyse(&before, trusting(&settings())).fix {
            prop_assert_eq!(verdicts(&fix.policy), (false, false));
            prop_assert_eq!(patched(&document, &fix.patch), fix.policy.clone());
            // The fix knows whose the bucket is.
            let (before, after) = (parse(&owned(&document)), parse(&owned(&fix.policy)));
            prop_assert!(!matches!(policy::lets_in_more(&before, &after, now()), policy::Change::LetsIn(_)));
        }
    }

    #[test]
    fn a_fix_keeps_those_who_are_meant_or_says_whom_it_shuts_out(
        document in generator::policy(),
        own in prop::collection::vec(generator::request("111122223333", "111122223333"), 30),
        named in prop::collection::vec(generator::request("111111111111", "111122223333"), 20),
        outside in prop::collection::vec(generator::request("999999999999", "111122223333"), 20),
    ) {
        let Ok(fix) = analyse(&parse(&document), trusting(&settings())).fix else { return Ok(()) };
        let is_lost = |request: &&Request| allows(&document, request) && !allows(&fix.policy, request);
        for request in own.iter().chain(&named).chain(&outside) {
            prop_assert!(
                !allows(&fix.policy, request) || allows(&document, request),
                "{} lets in {request:?}", fix.policy
            );
        }
        for request in own.iter().filter(is_lost).filter(|request| request.kind != "anonymous") {
            prop_assert!(
                request.kind == "service" && !fix.shuts_out.is_empty(),
                "{} shuts out {request:?} and says {:?}", fix.policy, fix.shuts_out
            );
        }
        let is_named = document.to_string().contains("111111111111");
        for request in named.iter().filter(|request| is_named && request.kind != "anonymous").filter(is_lost) {
            prop_assert!(!fix.shuts_out.is_empty(), "{} shuts out {request:?} unsaid", fix.policy);
        }
        // A service that the policy names is no outsider.
        let names_service = document.to_string().contains("cloudtrail.amazonaws.com");
        for request in outside.iter().filter(|request| request.kind != "service" || !names_service) {
            prop_assert!(!allows(&fix.policy, request), "{} is open to {request:?}", fix.policy);
        }
    }
}
