//! What is found wrong with a policy, and how it is said.

use policy::{Access, Analysis, FindingKind, Severity, Trust, analyse, explain_text, headline};
use serde_json::{Value, json};

use crate::support::{allow, asking, parse, policy_of, statement, trusting};

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
        "Anyone on the internet can read, write, delete and change the ACLs of every object in `x`."
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
fn only_a_deny_is_said_to_keep_outsiders_out_where_one_does() {
    let mut of_bucket = statement("Allow", json!("*"), json!({}));
    of_bucket["Action"] = json!("s3:DeleteBucket");
    // What a variable stands for makes it harder to know.
    let unset = json!({ "StringLikeIfExists": { "aws:SourceVpce": "${aws:PrincipalTag/vpce}" } });
    let open = statement("Allow", json!("*"), unset);
    let elsewhere = statement("Deny", json!("*"), json!({ "Bool": { "aws:SecureTransport": "false" } }));
    for denies in [vec![], vec![elsewhere]] {
        let statements = [of_bucket.clone(), open.clone()].into_iter().chain(denies).collect();
        let found = kinds(&policy_of(statements), &settings());
        assert_eq!(found, [FindingKind::Public, FindingKind::PublicByText]);
    }
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
    document["Statement"][0]["Resource"] = json!("arn:aws:s3:::bucket");
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
        "unsourced-service",
        "service-shut-out",
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

/// A Deny for everyone on everything, under these conditions.
fn deny(conditions: Value) -> Value {
    let mut deny = statement("Deny", json!("*"), conditions);
    deny["Action"] = json!("s3:*");
    deny["Resource"] = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    deny
}

fn of_service(conditions: Value, denies: &[Value]) -> Vec<FindingKind> {
    let service = statement("Allow", json!({ "Service": "cloudtrail.amazonaws.com" }), conditions);
    let statements = [service].into_iter().chain(denies.iter().cloned());
    kinds(&policy_of(statements.collect()), &settings())
}

#[test]
fn a_service_whose_source_is_limited_is_no_deputy() {
    let own = "111122223333";
    for limit in [
        json!({ "StringEquals": { "aws:SourceAccount": own } }),
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:111122223333:trail/*" } }),
        json!({ "StringLike": { "aws:SourceArn": "arn:aws:*:*:111122223333:*" } }),
        json!({ "ArnEquals": { "aws:SourceArn": "arn:aws:cloudtrail:eu-west-1:111122223333:trail/own" } }),
        json!({ "StringEquals": { "aws:SourceOrgID": "o-a1b2c3d4e5" } }),
        json!({ "ForAnyValue:StringLike": { "aws:SourceOrgPaths": "o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*" } }),
    ] {
        assert_eq!(of_service(limit.clone(), &[]), [], "{limit}");
    }
    for limit in [
        json!({ "StringNotEquals": { "aws:SourceAccount": own } }),
        json!({ "StringNotEquals": { "aws:SourceAccount": own }, "Bool": { "aws:PrincipalIsAWSService": "true" } }),
        json!({
            "StringNotEqualsIfExists": { "aws:SourceOrgID": "o-a1b2c3d4e5" },
            "Bool": { "aws:PrincipalIsAWSService": "true" },
        }),
        json!({ "ArnNotLike": { "aws:SourceArn": "arn:aws:*:*:111122223333:*" } }),
        json!({ "StringNotLike": { "aws:SourceArn": "arn:aws:*:*:111122223333:*" } }),
        json!({}),
    ] {
        assert_eq!(of_service(json!({}), &[deny(limit.clone())]), [], "{limit}");
    }
}

#[test]
fn a_service_whose_source_is_not_limited_is_a_deputy() {
    for open in [
        json!({}),
        json!({ "StringLike": { "aws:SourceAccount": "*" } }),
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:cloudtrail:*:*:trail/*" } }),
        json!({ "StringNotEquals": { "aws:SourceAccount": "111122223333" } }),
        json!({ "Bool": { "aws:SecureTransport": "true" } }),
        json!({ "StringEquals": { "s3:x-amz-acl": "bucket-owner-full-control" } }),
    ] {
        assert_eq!(of_service(open.clone(), &[]), [FindingKind::ConfusedDeputy], "{open}");
    }
    for other in [
        json!({ "StringNotEquals": { "aws:SourceAccount": "111122223333" }, "Bool": { "aws:PrincipalIsAWSService": "false" } }),
        json!({ "Bool": { "aws:SecureTransport": "false" } }),
        json!({ "StringEquals": { "aws:SourceAccount": "999988887777" } }),
    ] {
        assert_eq!(of_service(json!({}), &[deny(other.clone())]), [FindingKind::ConfusedDeputy], "{other}");
    }
}

#[test]
fn a_service_that_is_limited_only_where_it_names_its_source_is_told_apart() {
    let guarded = json!({
        "StringNotEqualsIfExists": { "aws:SourceOrgID": "o-a1b2c3d4e5" },
        "Null": { "aws:SourceAccount": "false" },
        "Bool": { "aws:PrincipalIsAWSService": "true" },
    });
    assert_eq!(of_service(json!({}), &[deny(guarded)]), [FindingKind::UnsourcedService]);
    let optional = json!({ "StringEqualsIfExists": { "aws:SourceAccount": "111122223333" } });
    assert_eq!(of_service(optional, &[]), [FindingKind::UnsourcedService]);
    let optional = json!({ "ArnLikeIfExists": { "aws:SourceArn": "arn:aws:sns:*:111122223333:*" } });
    assert_eq!(of_service(optional, &[]), [FindingKind::UnsourcedService]);
}

#[test]
fn a_condition_that_no_service_meets_is_said() {
    for (key, value, instead) in [
        ("aws:PrincipalOrgID", "o-a1b2c3d4e5", Some("aws:SourceOrgID")),
        ("aws:PrincipalOrgPaths", "o-a1b2c3d4e5/r-ab12/", Some("aws:SourceOrgPaths")),
        ("aws:PrincipalArn", "arn:aws:iam::111122223333:role/app", Some("aws:SourceArn")),
        ("aws:SourceVpce", "vpce-1a2b3c4d", None),
    ] {
        let limit = json!({ "StringEquals": { key: value } });
        let document = allow(json!({ "Service": "cloudtrail.amazonaws.com" }), limit);
        let findings = analysis(&document, &settings()).findings;
        assert_eq!(findings.len(), 1, "{key}");
        assert_eq!(findings[0].kind, FindingKind::ServiceShutOut, "{key}");
        let reason = &findings[0].reasons[0];
        assert!(reason.contains(key) && instead.is_none_or(|instead| reason.contains(instead)), "{reason}");
    }
    let optional = json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } });
    assert_eq!(of_service(optional, &[]), [FindingKind::ConfusedDeputy]);
}

#[test]
fn everyone_who_does_not_sign_in_is_found_by_name() {
    let named = json!({ "StringEquals": { "aws:PrincipalAccount": ["111122223333", "anonymous"] } });
    let found = analysis(&allow(json!("*"), named), &settings());
    assert!(found.documented && found.semantic.public);
    assert_eq!(found.findings[0].kind, FindingKind::AnonymousByName);
    let reason = "`aws:PrincipalAccount` is `anonymous` for everyone who does not sign in (one matching value is enough).";
    assert!(found.findings[0].reasons.iter().any(|own| own == reason), "{:?}", found.findings[0].reasons);
}

#[test]
fn a_service_that_must_name_a_source_of_another_one_comes_in_for_nobody() {
    let of = |service: &str, pattern: Value| {
        let condition = json!({ "ArnLike": { "aws:SourceArn": pattern } });
        analyse(&parse(&allow(json!({ "Service": service }), condition)), asking()).findings
    };
    let findings = of("cloudtrail.amazonaws.com", json!("arn:aws:sns:*:111122223333:*"));
    assert_eq!(findings[0].kind, FindingKind::ServiceShutOut);
    assert_eq!(
        findings[0].reasons,
        ["`ArnLike` demands a source that `cloudtrail.amazonaws.com` never names, so this statement lets \
             `cloudtrail.amazonaws.com` in for nobody. The ARNs that it names are of `cloudtrail`."]
    );
    for pattern in [json!("arn:aws:cloudtrail:*:111122223333:*"), json!("arn:aws:*:*:111122223333:*")] {
        assert_eq!(of("cloudtrail.amazonaws.com", pattern), []);
    }
    let unknown = of("unheard-of.amazonaws.com", json!("arn:aws:sns:*:111122223333:*"));
    assert!(unknown.iter().all(|finding| finding.kind != FindingKind::ServiceShutOut));
}
