//! What outsiders have, held against a plain evaluator of generated policies.

use std::collections::BTreeSet;

use policy::{AbilityKind, Extent, Outsider};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use super::analysis;
use crate::support::evaluator::{Request, allows};
use crate::support::{generator, policy_of};

const KEYS: [&str; 7] = ["a", "a/x", "a/b/x", "c", "ab", "z", "zz"];
const TAGS: [Option<&str>; 4] = [None, Some("yes"), Some("no"), Some("other")];
const ACTIONS: [(AbilityKind, &[&str]); 3] = [
    (AbilityKind::Read, &["s3:GetObject", "s3:GetObjectVersion"]),
    (AbilityKind::Write, &["s3:PutObject"]),
    (AbilityKind::Delete, &["s3:DeleteObject", "s3:DeleteObjectVersion"]),
];

/// The ability whose action this is, on this resource of the bucket `b`.
fn ability_of(action: &str, resource: &str) -> Option<AbilityKind> {
    let is_bucket = resource == "arn:aws:s3:::b";
    let is_object = resource.strip_prefix("arn:aws:s3:::b/").is_some_and(|key| !key.is_empty());
    match action {
        "s3:GetObject" | "s3:GetObjectVersion" if is_object => Some(AbilityKind::Read),
        "s3:PutObject" if is_object => Some(AbilityKind::Write),
        "s3:DeleteObject" | "s3:DeleteObjectVersion" if is_object => Some(AbilityKind::Delete),
        "s3:ListBucket" | "s3:ListBucketVersions" if is_bucket => Some(AbilityKind::List),
        "s3:PutObjectAcl" | "s3:PutObjectVersionAcl" if is_object => Some(AbilityKind::Permissions),
        "s3:PutBucketAcl" | "s3:PutBucketPolicy" | "s3:DeleteBucketPolicy" if is_bucket => {
            Some(AbilityKind::Permissions)
        }
        _ => None,
    }
}

fn object_conditions() -> impl Strategy<Value = Value> {
    select(vec![
        json!({}),
        json!({}),
        json!({ "StringEquals": { "s3:ExistingObjectTag/t": "yes" } }),
        json!({ "StringNotEquals": { "s3:ExistingObjectTag/t": "yes" } }),
        json!({ "StringEqualsIfExists": { "s3:ExistingObjectTag/t": ["yes", "no"] } }),
        json!({ "Null": { "s3:ExistingObjectTag/t": "true" } }),
        json!({ "StringLike": { "aws:Referer": "*r*" } }),
        json!({ "StringNotLike": { "aws:Referer": "r*" } }),
        json!({ "Bool": { "aws:SecureTransport": "true" } }),
        json!({ "Bool": { "aws:PrincipalIsAWSService": "true" } }),
        json!({ "StringEquals": { "aws:SourceAccount": "111111111111" } }),
        json!({ "StringLike": { "aws:PrincipalArn": "arn:aws:iam::*:role/app" } }),
    ])
}

fn object_statement() -> impl Strategy<Value = Value> {
    let principal = select(vec![
        json!("*"),
        json!("*"),
        json!({ "AWS": "arn:aws:iam::*:root" }),
        json!({ "Service": "cloudtrail.amazonaws.com" }),
        json!({ "AWS": "111111111111" }),
    ]);
    let actions = subsequence(
        vec!["s3:GetObject", "s3:GetObject*", "s3:PutObject", "s3:Delete*", "s3:*", "s3:DeleteObject"],
        1..=2,
    );
    let resources = subsequence(
        vec![
            "arn:aws:s3:::b/*",
            "arn:aws:s3:::b/a/*",
            "arn:aws:s3:::b/a*",
            "arn:aws:s3:::b/c",
            "arn:aws:s3:::b/??*",
        ],
        1..=2,
    );
    (
        prop_oneof![3 => Just("Allow"), 2 => Just("Deny")],
        principal,
        actions,
        resources,
        prop_oneof![5 => Just("Resource"), 1 => Just("NotResource")],
        object_conditions(),
    )
        .prop_map(|(effect, principal, actions, resources, element, condition)| {
            let mut statement = json!({ "Effect": effect, "Principal": principal, "Action": actions });
            statement[element] = json!(resources);
            if condition != json!({}) {
                statement["Condition"] = condition;
            }
            statement
        })
}

/// Whether one of the actions on an object is allowed to an outsider of a kind, whatever it sends.
fn can(document: &Value, caller: Outsider, actions: &[&str], key: &str, tag: Option<&str>) -> bool {
    let account = "999999999999";
    let kinds: &[&str] = match caller {
        Outsider::Anonymous => &["anonymous"],
        Outsider::Service => &["cloudtrail.amazonaws.com", "sns.amazonaws.com"],
        Outsider::Account => &["role", "user"],
    };
    let mut requests = Vec::new();
    for kind in kinds {
        for action in actions {
            for referer in [None, Some("r"), Some("xr"), Some("x")] {
                for secure in ["true", "false"] {
                    let mut request = Request {
                        kind: if kind.contains('.') { "service" } else { kind }.to_owned(),
                        action: (*action).to_owned(),
                        resource: format!("arn:aws:s3:::b/{key}"),
                        ..Request::default()
                    };
                    let mut put = |key: &str, value: &str| {
                        drop(request.context.insert(key.to_owned(), vec![value.to_owned()]))
                    };
                    put("aws:securetransport", secure);
                    if let Some(tag) = tag {
                        put("s3:existingobjecttag/t", tag);
                    }
                    if let Some(referer) = referer {
                        put("aws:referer", referer);
                    }
                    match *kind {
                        "anonymous" => {}
                        service if service.contains('.') => {
                            put("aws:principalisawsservice", "true");
                            put("aws:securetransport", "true");
                            put("aws:sourceaccount", account);
                            request.service = Some(service.to_owned());
                            request.account = Some(account.to_owned());
                        }
                        kind => {
                            put("aws:principalisawsservice", "false");
                            let arn = format!("arn:aws:iam::{account}:{kind}/app");
                            put("aws:principalarn", &arn);
                            request.arn = Some(arn);
                            request.account = Some(account.to_owned());
                        }
                    }
                    requests.push(request);
                }
            }
        }
    }
    requests.iter().any(|request| allows(document, request))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn who_gets_in_can_do_something(document in generator::policy()) {
        let analysis = analysis(&document);
        if let Some(witness) = analysis.semantic.witness {
            let caller = Outsider::of(witness.caller.kind);
            prop_assert!(analysis.abilities.has(caller), "{document}: {witness:?}");
            let ability = ability_of(&witness.action, &witness.resource);
            let names_bucket = document.to_string().contains("arn:aws:s3:::b");
            if let Some(ability) = ability.filter(|_| names_bucket) {
                let listed = analysis.abilities.list.iter().any(|own| (own.caller, own.ability) == (caller, ability));
                prop_assert!(listed, "{document}: {witness:?} is not among {:?}", analysis.abilities.list);
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn abilities_are_those_that_a_plain_evaluator_finds_object_by_object(
        statements in prop::collection::vec(object_statement(), 1..4),
    ) {
        let document = policy_of(statements);
        let list = analysis(&document).abilities.list;
        for caller in [Outsider::Anonymous, Outsider::Account, Outsider::Service] {
            for (ability, actions) in ACTIONS {
                let reached: BTreeSet<bool> = KEYS
                    .iter()
                    .flat_map(|key| TAGS.map(|tag| can(&document, caller, actions, key, tag)))
                    .collect();
                let own = list.iter().find(|own| (own.caller, own.ability) == (caller, ability));
                let expected = match (reached.contains(&true), reached.contains(&false)) {
                    (false, _) => None,
                    (true, true) => Some(Extent::Part),
                    (true, false) => Some(Extent::All),
                };
                prop_assert_eq!(own.map(|own| own.scope), expected, "{} {:?} {:?}", document, caller, ability);
            }
        }
    }

    #[test]
    fn a_plain_evaluator_allows_every_witness_of_an_ability(document in generator::policy()) {
        for own in analysis(&document).abilities.list {
            prop_assert!(allows(&document, &Request::of(&own.witness)), "{document} does not allow {own:?}");
            prop_assert_eq!(Outsider::of(own.witness.caller.kind), own.caller);
        }
    }
}
