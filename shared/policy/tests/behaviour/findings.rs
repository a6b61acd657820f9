//! What is found wrong with a policy, and how it is said.

use policy::{Access, Analysis, FindingKind, Severity, Trust, analyse, explain_text, headline};
use serde_json::{Value, json};

use crate::support::{allow, parse, policy_of, statement, trusting};

fn analysis(document: &Value, trust: &Trust) -> Analysis {
    analyse(&parse(document), trusting(trust))
}

fn kinds(document: &Value, trust: &Trust) -> Vec<FindingKind> {
    analysis(document, trust).findings.iter().map(|finding| finding.kind).collect()
}

fn settings() -> Trust {
    Trust {
        own_account: Some("111122223333".to_owned()),
        accounts: vec!["444455556666".to_owned()],
        organizations: vec!["o-a1b2c3d4e5".to_owned()],
        networks: vec!["203.0.113.0/24".to_owned()],
        vpcs: vec!["vpc-11111111".to_owned()],
    }
}

#[test]
fn an_open_statement_is_public_and_says_why_its_condition_does_not_limit() {
    let document =
        allow(json!("*"), json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }));
    let analysis = analysis(&document, &Trust::default());
    let finding = &analysis.findings[0];
    assert_eq!(
        (finding.kind, finding.severity, finding.statement),
        (FindingKind::Public, Severity::Critical, Some(0))
    );
    assert_eq!(finding.access, [Access::Read]);
    assert_eq!(
        finding.reasons,
        [
            "Principal `*` is everyone, without signing in too.",
            "`StringEqualsIfExists` on `aws:PrincipalOrgID` is true when the key is absent, and anonymous requests lack it.",
        ]
    );
}

#[test]
fn the_leading_sentence_says_who_can_do_what() {
    let open = allow(json!("*"), json!({}));
    assert_eq!(
        headline(&analysis(&open, &Trust::default()), "x"),
        "Anyone on the internet can read every object in `x`."
    );
    let mut all = open;
    all["Statement"][0]["Action"] = json!("s3:*");
    assert_eq!(
        headline(&analysis(&all, &Trust::default()), "x"),
        "Anyone on the internet can do everything in `x`."
    );
    let accounts = allow(json!({ "AWS": "arn:aws:iam::*:root" }), json!({}));
    assert_eq!(
        headline(&analysis(&accounts, &Trust::default()), "x"),
        "Anyone with an AWS account can read every object in `x`."
    );
    let closed = allow(json!({ "AWS": "111122223333" }), json!({}));
    assert_eq!(
        headline(&analysis(&closed, &settings()), "x"),
        "Nobody outside is let in to `x` by its policy."
    );
}

#[test]
fn the_text_leads_with_the_sentence_and_holds_statement_reasons_fix_and_policy() {
    let document = allow(json!("*"), json!({}));
    let policy = parse(&document);
    let text = explain_text(&policy, &analyse(&policy, trusting(&settings())), "x");
    let places: Vec<usize> = [
        "Anyone on the internet can read every object",
        "statement 1: public",
        "There is no condition.",
        "For example, an anonymous caller may call s3:GetObject",
        "Proposed fix (not applied)",
        "The policy after the fix",
        "The policy:",
    ]
    .iter()
    .map(|part| text.find(part).unwrap_or_else(|| panic!("{part} is missing in {text}")))
    .collect();
    assert!(places.is_sorted(), "{text}");
}

#[test]
fn a_deny_that_alone_keeps_outsiders_out_is_reported() {
    let deny = json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } });
    let document =
        policy_of(vec![statement("Allow", json!("*"), json!({})), statement("Deny", json!("*"), deny)]);
    assert_eq!(kinds(&document, &settings()), [FindingKind::PublicButForDeny]);
}

#[test]
fn a_key_that_the_caller_chooses_is_reported() {
    let document = allow(json!("*"), json!({ "StringLike": { "aws:Referer": "https://example.com/*" } }));
    assert_eq!(kinds(&document, &settings()), [FindingKind::PublicButForCallerKey]);
}

#[test]
fn parties_that_the_settings_name_are_not_reported() {
    for (principal, condition) in [
        (json!({ "AWS": "111122223333" }), json!({})),
        (json!({ "AWS": "arn:aws:iam::444455556666:role/app" }), json!({})),
        (json!("*"), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } })),
        (json!("*"), json!({ "IpAddress": { "aws:SourceIp": "203.0.113.128/25" } })),
        (json!("*"), json!({ "StringEquals": { "aws:SourceVpc": "vpc-11111111" } })),
    ] {
        assert_eq!(kinds(&allow(principal, condition.clone()), &settings()), [], "{condition}");
    }
}

#[test]
fn parties_that_the_settings_do_not_name_are_reported() {
    for (principal, condition, kind) in [
        (json!({ "AWS": "999999999999" }), json!({}), FindingKind::OutsideAccount),
        (json!({ "CanonicalUser": "79a59df9" }), json!({}), FindingKind::OutsideCanonicalUser),
        (
            json!("*"),
            json!({ "StringEquals": { "aws:PrincipalOrgID": "o-other00000" } }),
            FindingKind::OutsideOrganization,
        ),
        (
            json!("*"),
            json!({ "IpAddress": { "aws:SourceIp": "203.0.112.0/23" } }),
            FindingKind::OutsideNetwork,
        ),
        (json!("*"), json!({ "StringEquals": { "aws:SourceVpce": "vpce-2" } }), FindingKind::OutsideNetwork),
        (json!({ "Service": "cloudtrail.amazonaws.com" }), json!({}), FindingKind::ConfusedDeputy),
        (json!("*"), json!({ "StringEquals": { "aws:userid": "anonymous" } }), FindingKind::AnonymousByName),
    ] {
        assert_eq!(kinds(&allow(principal, condition.clone()), &settings()), [kind], "{condition}");
    }
}

#[test]
fn a_service_with_a_source_condition_is_not_reported() {
    let source = json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } });
    assert_eq!(kinds(&allow(json!({ "Service": "cloudtrail.amazonaws.com" }), source), &settings()), []);
    let source = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*" } });
    assert_eq!(kinds(&allow(json!({ "Service": "cloudtrail.amazonaws.com" }), source), &settings()), []);
}

#[test]
fn power_for_somebody_outside_is_reported() {
    let mut document = allow(json!({ "AWS": "999999999999" }), json!({}));
    document["Statement"][0]["Action"] = json!("s3:PutBucketPolicy");
    assert_eq!(kinds(&document, &settings()), [FindingKind::PowerfulAccess, FindingKind::OutsideAccount]);
}

#[test]
fn blocks_that_cover_the_internet_are_reported() {
    let blocks: Vec<String> = (0..256).map(|first| format!("{first}.0.0.0/8")).collect();
    let found = kinds(&allow(json!("*"), json!({ "IpAddress": { "aws:SourceIp": blocks } })), &settings());
    assert_eq!(found[0], FindingKind::NetworksCoverInternet);
}

#[test]
fn a_kind_is_named_alike_in_settings_and_in_what_is_said() {
    for name in [
        "public",
        "public-but-for-caller-key",
        "public-but-for-deny",
        "public-by-text",
        "networks-cover-internet",
        "anonymous-by-name",
        "allow-not-principal",
        "powerful-access",
        "confused-deputy",
        "outside-account",
        "outside-organization",
        "outside-canonical-user",
        "outside-network",
        "refused",
    ] {
        let kind: FindingKind = serde_json::from_value(json!(name)).unwrap();
        assert_eq!((kind.name(), json!(kind)), (name, json!(name)));
    }
}

#[test]
fn findings_come_gravest_first() {
    let document = policy_of(vec![
        statement("Allow", json!({ "AWS": "999999999999" }), json!({})),
        statement("Allow", json!("*"), json!({})),
    ]);
    assert_eq!(kinds(&document, &settings()), [FindingKind::Public, FindingKind::OutsideAccount]);
}
