//! Whom a statement names is said to be let in only where somebody of that party is.

use policy::{Analysis, FindingKind, Trust, analyse, headline};
use serde_json::{Value, json};

use crate::support::{allow, parse, policy_of, statement, trusting};

const OWN: &str = "123456789012";
const THEIRS: &str = "444455556666";

fn analysis(statements: Vec<Value>) -> Analysis {
    let trust = Trust { own_account: Some(OWN.to_owned()), ..Trust::default() };
    analyse(&parse(&policy_of(statements)), trusting(&trust))
}

fn kinds(statements: Vec<Value>) -> Vec<FindingKind> {
    analysis(statements).findings.iter().map(|finding| finding.kind).collect()
}

fn with(principal: Value, condition: Value) -> Value {
    statement("Allow", principal, condition)
}

fn of(action: Value, resource: Value, principal: Value) -> Value {
    let mut statement = with(principal, json!({}));
    statement["Action"] = action;
    statement["Resource"] = resource;
    statement
}

fn deny(action: Value, condition: Value) -> Value {
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let mut statement = of(action, both, json!("*"));
    statement["Effect"] = json!("Deny");
    if condition != json!({}) {
        statement["Condition"] = condition;
    }
    statement
}

/// Every way to name a party, and what it is when it is let in.
fn named() -> Vec<(Value, Value, FindingKind)> {
    let account = FindingKind::OutsideAccount;
    let network = FindingKind::OutsideNetwork;
    let everyone = || json!("*");
    vec![
        (json!({ "AWS": THEIRS }), json!({}), account),
        (json!({ "AWS": format!("arn:aws:iam::{THEIRS}:root") }), json!({}), account),
        (json!({ "AWS": format!("arn:aws:iam::{THEIRS}:role/app/reader") }), json!({}), account),
        (json!({ "AWS": format!("arn:aws:iam::{THEIRS}:user/bob") }), json!({}), account),
        (json!({ "AWS": format!("arn:aws:sts::{THEIRS}:assumed-role/app/session") }), json!({}), account),
        (json!({ "Federated": format!("arn:aws:iam::{THEIRS}:saml-provider/corp") }), json!({}), account),
        (json!({ "CanonicalUser": "79a59df9" }), json!({}), FindingKind::OutsideCanonicalUser),
        (everyone(), json!({ "StringEquals": { "aws:PrincipalAccount": THEIRS } }), account),
        (
            everyone(),
            json!({ "ArnEquals": { "aws:PrincipalArn": format!("arn:aws:iam::{THEIRS}:role/app") } }),
            account,
        ),
        (everyone(), json!({ "StringEquals": { "aws:SourceAccount": THEIRS } }), account),
        (
            everyone(),
            json!({ "ArnEquals": { "aws:SourceArn": format!("arn:aws:sns:eu-west-1:{THEIRS}:t") } }),
            account,
        ),
        (everyone(), json!({ "StringEquals": { "s3:DataAccessPointAccount": THEIRS } }), account),
        (
            everyone(),
            json!({ "StringLike": { "s3:DataAccessPointArn": format!("arn:aws:s3:us-west-2:{THEIRS}:accesspoint/*") } }),
            account,
        ),
        (
            everyone(),
            json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }),
            FindingKind::OutsideOrganization,
        ),
        (
            everyone(),
            json!({ "ForAnyValue:StringEquals": { "aws:PrincipalOrgPaths": "o-a1b2c3d4e5/r-ab12/" } }),
            FindingKind::OutsideOrganization,
        ),
        (everyone(), json!({ "IpAddress": { "aws:SourceIp": "52.1.2.0/24" } }), network),
        (everyone(), json!({ "StringEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" } }), network),
        (everyone(), json!({ "StringEquals": { "aws:SourceVpce": "vpce-1a2b3c4d" } }), network),
    ]
}

#[test]
fn a_party_that_a_statement_names_is_found() {
    for (principal, condition, kind) in named() {
        assert_eq!(
            kinds(vec![with(principal.clone(), condition.clone())]),
            [kind],
            "{principal} {condition}"
        );
    }
}

#[test]
fn a_party_that_a_deny_keeps_out_is_not_said_to_be_let_in() {
    for (principal, condition, _) in named() {
        let statements = vec![with(principal.clone(), condition.clone()), deny(json!("s3:*"), json!({}))];
        assert_eq!(kinds(statements), [], "{principal} {condition}");
    }
}

#[test]
fn a_party_that_a_deny_keeps_from_a_part_is_let_in() {
    for (principal, condition, kind) in named() {
        let mut part = deny(json!("s3:*"), json!({}));
        part["Resource"] = json!("arn:aws:s3:::bucket/private/*");
        assert_eq!(
            kinds(vec![with(principal.clone(), condition.clone()), part]),
            [kind],
            "{principal} {condition}"
        );
    }
}

#[test]
fn a_party_that_cannot_meet_the_other_conditions_is_not_let_in() {
    for condition in [
        json!({ "DateLessThan": { "aws:CurrentTime": "2020-01-01T00:00:00Z" } }),
        json!({ "StringEquals": { "aws:SourceAccount": OWN } }),
        json!({ "StringEquals": { "aws:PrincipalAccount": OWN } }),
        json!({ "Bool": { "aws:PrincipalIsAWSService": "true" } }),
    ] {
        assert_eq!(kinds(vec![with(json!({ "AWS": THEIRS }), condition.clone())]), [], "{condition}");
    }
    let of_bucket = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket"), json!({ "AWS": THEIRS }));
    assert_eq!(kinds(vec![of_bucket]), []);
    for both in [
        json!({ "IpAddress": { "aws:SourceIp": "52.1.2.0/24" }, "StringEquals": { "aws:SourceVpc": "vpc-1a2b3c4d" } }),
        json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5", "aws:PrincipalAccount": OWN } }),
        json!({ "StringEquals": { "aws:SourceVpc": "vpc-1a2b3c4d", "aws:PrincipalAccount": OWN } }),
        json!({ "StringEquals": { "aws:PrincipalAccount": THEIRS, "aws:SourceAccount": OWN } }),
    ] {
        assert_eq!(kinds(vec![with(json!("*"), both.clone())]), [], "{both}");
    }
}

#[test]
fn a_party_that_cannot_be_is_not_let_in() {
    for (key, value) in [
        ("aws:PrincipalOrgID", ""),
        ("aws:PrincipalOrgID", "our-organization"),
        ("aws:SourceVpc", ""),
        ("aws:SourceVpc", "vpce-1a2b3c4d"),
        ("aws:PrincipalAccount", ""),
        ("aws:PrincipalAccount", "1234"),
        ("aws:SourceAccount", ""),
        ("aws:SourceArn", ""),
        ("aws:PrincipalArn", "arn:aws-cn:iam::444455556666:role/app"),
    ] {
        let document = with(json!("*"), json!({ "StringEquals": { key: value } }));
        let analysis = analysis(vec![document]);
        assert_eq!(analysis.findings, [], "{key} {value}");
        assert_eq!(headline(&analysis, "x"), "Nobody outside is let in to `x` by its policy.");
    }
    for block in ["10.0.0.0/8", "192.168.1.0/24", "fd00::/8", "100.64.0.0/10"] {
        assert_eq!(
            kinds(vec![with(json!("*"), json!({ "IpAddress": { "aws:SourceIp": block } }))]),
            [],
            "{block}"
        );
    }
}

#[test]
fn blocks_that_cover_the_internet_let_it_in_only_past_every_deny() {
    let blocks: Vec<String> = (1..224).map(|first| format!("{first}.0.0.0/8")).collect();
    let open = || with(json!("*"), json!({ "IpAddress": { "aws:SourceIp": blocks.clone() } }));
    assert_eq!(kinds(vec![open()])[0], FindingKind::NetworksCoverInternet);
    assert_eq!(kinds(vec![open(), deny(json!("s3:*"), json!({}))]), []);
    let mut own = open();
    own["Principal"] = json!({ "AWS": OWN });
    assert_eq!(kinds(vec![own]), []);
}

#[test]
fn power_is_what_a_party_has_after_every_deny() {
    let theirs = || json!({ "AWS": THEIRS });
    let both = || json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let powerful = [FindingKind::PowerfulAccess, FindingKind::OutsideAccount];
    assert_eq!(kinds(vec![of(json!("s3:*"), both(), theirs())]), powerful);
    let taken = deny(json!(["s3:Put*", "s3:Delete*"]), json!({}));
    assert_eq!(kinds(vec![of(json!("s3:*"), both(), theirs()), taken]), [FindingKind::OutsideAccount]);
    let of_objects = json!("arn:aws:s3:::bucket/*");
    assert_eq!(kinds(vec![of(json!("s3:PutBucketPolicy"), of_objects, theirs())]), []);
}

#[test]
fn power_is_said_of_those_who_have_it() {
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let two = of(json!("s3:*"), both, json!({ "AWS": [THEIRS, "777788889999"] }));
    let mut taken = deny(json!(["s3:Put*", "s3:Delete*"]), json!({}));
    taken["Principal"] = json!({ "AWS": THEIRS });
    let findings = analysis(vec![two, taken]).findings;
    assert_eq!(findings[0].reasons, ["The statement allows 777788889999 to change who may do what."]);
    assert_eq!(findings[1].principal, format!("{THEIRS}, 777788889999"));
}

#[test]
fn a_party_that_is_kept_out_leaves_the_headline_to_a_deputy() {
    let mut kept_out = deny(json!("s3:*"), json!({}));
    kept_out["Principal"] = json!({ "AWS": THEIRS });
    let service = with(json!({ "Service": "cloudtrail.amazonaws.com" }), json!({}));
    let statements = vec![with(json!({ "AWS": THEIRS }), json!({})), service, kept_out];
    assert_eq!(
        headline(&analysis(statements), "x"),
        "`cloudtrail.amazonaws.com`, acting for an outside account, can read every object in `x`."
    );
}

#[test]
fn an_account_is_not_outside_where_only_a_trusted_organization_of_it_gets_in() {
    let trust = Trust {
        own_account: Some(OWN.to_owned()),
        organizations: vec!["o-a1b2c3d4e5".to_owned()],
        ..Trust::default()
    };
    let of = |condition: Value| {
        let document = allow(json!({ "AWS": THEIRS }), condition);
        analyse(&parse(&document), trusting(&trust)).findings.len()
    };
    assert_eq!(of(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } })), 0);
    assert_eq!(of(json!({ "StringEquals": { "aws:PrincipalOrgID": "o-z9y8x7w6v5" } })), 1);
}

#[test]
fn a_network_that_a_deny_takes_away_is_not_said_to_be_let_in_with_the_others_of_its_list() {
    for key in ["aws:SourceIp", "aws:SourceVpce"] {
        let (operator, values) = match key {
            "aws:SourceIp" => ("IpAddress", ["11.0.0.0/24", "12.0.0.0/24", "13.0.0.0/24"]),
            _ => ("StringEquals", ["vpce-11111111", "vpce-22222222", "vpce-33333333"]),
        };
        let allowed = with(json!("*"), json!({ operator: { key: values } }));
        let denied = deny(json!("s3:*"), json!({ operator: { key: values[1] } }));
        let findings = analysis(vec![allowed, denied]).findings;
        let networks: Vec<&str> = findings
            .iter()
            .filter(|finding| finding.kind == FindingKind::OutsideNetwork)
            .map(|finding| finding.principal.as_str())
            .collect();
        assert_eq!(networks, [format!("{}, {}", values[0], values[2])], "{key}");
    }
}
