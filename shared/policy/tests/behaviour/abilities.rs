//! What outsiders really have, held against a plain evaluator.

use std::collections::BTreeSet;

use policy::{AbilityKind, Analysis, Extent, Outsider, analyse};
use proptest::prelude::*;
use proptest::sample::{select, subsequence};
use serde_json::{Value, json};

use crate::support::evaluator::{Request, allows};
use crate::support::{allow, asking, generator, parse, policy_of, statement};

fn analysis(document: &Value) -> Analysis {
    analyse(&parse(document), asking())
}

/// What is found, as in `anonymous read all`.
fn found(document: &Value) -> Vec<String> {
    let word = |value: Value| value.as_str().unwrap().to_owned();
    let list = analysis(document).abilities.list;
    let words = list.iter().map(|own| [json!(own.caller), json!(own.ability), json!(own.scope)].map(word));
    words.map(|words| words.join(" ")).collect()
}

fn of(action: Value, resource: Value) -> Value {
    let mut document = allow(json!({ "AWS": "*" }), json!({}));
    document["Statement"][0]["Action"] = action;
    document["Statement"][0]["Resource"] = resource;
    document
}

/// What each kind of outsider has alike.
fn everyone(what: &[&str]) -> Vec<String> {
    let of = |caller: &str| what.iter().map(|what| format!("{caller} {what}")).collect::<Vec<_>>();
    ["anonymous", "account", "service"].iter().flat_map(|caller| of(caller)).collect()
}

#[test]
fn every_object_is_all_and_anything_less_is_a_part() {
    let objects = json!("arn:aws:s3:::bucket/*");
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    for (action, resource, what) in [
        (json!("s3:GetObject"), objects.clone(), vec!["read all"]),
        (json!("s3:GetObjectVersion"), objects.clone(), vec!["read all"]),
        (json!("s3:PutObject"), objects.clone(), vec!["write all"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket/public/*"), vec!["read part"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket/index.html"), vec!["read part"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket"), vec![]),
        (json!("s3:GetBucketLocation"), json!("arn:aws:s3:::bucket"), vec![]),
        (json!("s3:ListBucket"), both.clone(), vec!["list all"]),
        (json!("s3:PutObjectAcl"), objects, vec!["permissions all"]),
        (
            json!("s3:*"),
            both.clone(),
            vec!["read all", "write all", "delete all", "list all", "permissions all"],
        ),
        (json!(["s3:Get*", "s3:List*"]), both, vec!["read all", "list all"]),
        (json!("s3:GetObject"), json!("*"), vec!["read all"]),
        (json!("s3:GetObject"), json!("arn:aws:s3:::bucket/a/*/b"), vec!["read part"]),
    ] {
        assert_eq!(found(&of(action.clone(), resource.clone())), everyone(&what), "{action} {resource}");
    }
}

#[test]
fn keys_and_prefixes_that_hold_a_wildcard_character_exist() {
    let list = |condition: Value| {
        let mut document = of(json!("s3:ListBucket"), json!("arn:aws:s3:::bucket"));
        document["Statement"][0]["Condition"] = condition;
        found(&document)
    };
    for prefix in ["*", "home/*"] {
        let but = json!({ "StringNotEquals": { "s3:prefix": prefix } });
        assert_eq!(list(but), everyone(&["list part"]), "{prefix}");
        let only = json!({ "StringEquals": { "s3:prefix": prefix } });
        assert_eq!(list(only), everyone(&["list part"]), "{prefix}");
    }
    let escaped = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/${*}/*"));
    assert_eq!(found(&escaped), everyone(&["read part"]));
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny["Resource"] = json!("arn:aws:s3:::bucket/${?}");
    let document = policy_of(vec![statement("Allow", json!("*"), json!({})), deny]);
    assert_eq!(found(&document), everyone(&["read part"]));
}

#[test]
fn no_object_has_an_empty_key() {
    let empty = of(json!("s3:*"), json!("arn:aws:s3:::bucket/"));
    assert!(!analysis(&empty).semantic.public);
    let folder = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/*/"));
    assert!(analysis(&folder).semantic.public);
}

#[test]
fn a_service_calls_over_tls() {
    let plain = json!({ "Bool": { "aws:SecureTransport": "false" } });
    let document = allow(json!("*"), plain);
    assert_eq!(found(&document), ["anonymous read all", "account read all"]);
}

#[test]
fn what_the_witness_shows_is_an_ability_however_much_work_is_left() {
    let document = json!({
        "Statement": [
            {
                "Effect": "Allow",
                "Principal": {
                    "AWS": "arn:aws:iam::*:role/app"
                },
                "Action": [
                    "s3:GetObject",
                    "s3:PutObject"
                ],
                "Resource": "arn:aws:s3:::b/a",
                "Condition": {
                    "StringNotEquals": {
                        "aws:PrincipalArn": [
                            "arn:aws:iam::*:role/app",
                            "arn:aws:iam::111122223333:role/*"
                        ]
                    },
                    "Null": {
                        "aws:MultiFactorAuthAge": "false"
                    },
                    "ForAllValues:StringNotLike": {
                        "aws:SourceVpce": [
                            "*",
                            "vpce-1a2b3c4d"
                        ]
                    }
                }
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "NotAction": "s3:List*",
                "NotResource": "arn:aws:s3:::b",
                "Condition": {
                    "NotIpAddressIfExists": {
                        "aws:SourceIp": [
                            "2000::/3"
                        ]
                    }
                }
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:Get*",
                "Resource": "*"
            },
            {
                "Effect": "Deny",
                "Principal": "*",
                "Action": "s3:PutObject",
                "Resource": "*",
                "Condition": {
                    "ArnLikeIfExists": {
                        "aws:PrincipalArn": "arn:aws:iam::*:role/app"
                    },
                    "StringNotEquals": {
                        "s3:x-amz-acl": "*"
                    }
                }
            }
        ]
    });
    let analysis = analysis(&document);
    assert_eq!(analysis.semantic.witness.unwrap().action, "s3:PutObject");
    assert!(analysis.abilities.list.iter().any(|own| own.ability == AbilityKind::Write));
}

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

#[test]
fn parts_that_together_are_everything_are_all() {
    let mut rest = statement("Allow", json!("*"), json!({}));
    rest.as_object_mut().unwrap().remove("Resource");
    rest["NotResource"] = json!("arn:aws:s3:::bucket/a*");
    let mut some = statement("Allow", json!("*"), json!({}));
    some["Resource"] = json!("arn:aws:s3:::bucket/a*");
    assert_eq!(found(&policy_of(vec![some.clone(), rest.clone()])), everyone(&["read all"]));
    assert_eq!(found(&policy_of(vec![rest])), everyone(&["read part"]));
    let mut versions = some.clone();
    versions["Action"] = json!("s3:GetObjectVersion");
    versions["Resource"] = json!("arn:aws:s3:::bucket/*");
    assert_eq!(found(&policy_of(vec![some, versions])), everyone(&["read all"]));
}

#[test]
fn a_deny_takes_away_all_or_a_part() {
    let both = || {
        let mut both = statement("Allow", json!("*"), json!({}));
        both["Action"] = json!(["s3:GetObject", "s3:PutObject"]);
        both
    };
    let deny = |key: &str, value: Value| {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny[key] = value;
        deny
    };
    let with = |deny: Value| found(&policy_of(vec![both(), deny]));
    assert_eq!(with(deny("Action", json!("s3:PutObject"))), everyone(&["read all"]));
    assert_eq!(
        with(deny("Resource", json!("arn:aws:s3:::bucket/secret/*"))),
        everyone(&["read part", "write all"])
    );
    let tagged = json!({ "StringEquals": { "s3:ExistingObjectTag/secret": "yes" } });
    assert_eq!(with(deny("Condition", tagged)), everyone(&["read part", "write all"]));
    let encrypted = json!({ "Bool": { "aws:SecureTransport": "false" } });
    assert_eq!(with(deny("Condition", encrypted)), everyone(&["read all", "write all"]));
}

#[test]
fn what_the_caller_chooses_takes_nothing_from_all() {
    for condition in [
        json!({ "StringLike": { "aws:Referer": "https://example.com/*" } }),
        json!({ "IpAddress": { "aws:SourceIp": "0.0.0.0/1" } }),
        json!({ "NotIpAddress": { "aws:SourceIp": "203.0.113.0/24" } }),
    ] {
        let found = found(&allow(json!("*"), condition.clone()));
        assert!(found.contains(&"anonymous read all".to_owned()), "{condition}: {found:?}");
    }
    let tag = json!({ "StringEquals": { "s3:ExistingObjectTag/public": "yes" } });
    assert_eq!(found(&allow(json!("*"), tag)), everyone(&["read part"]));
    let no_tag = json!({ "StringNotEquals": { "s3:ExistingObjectTag/secret": "yes" } });
    assert_eq!(found(&allow(json!("*"), no_tag)), everyone(&["read part"]));
}

#[test]
fn listing_some_prefixes_is_a_part() {
    let list = |condition: Value| {
        let mut document = allow(json!("*"), condition);
        document["Statement"][0]["Action"] = json!("s3:ListBucket");
        document["Statement"][0]["Resource"] = json!("arn:aws:s3:::bucket");
        found(&document)
    };
    assert_eq!(list(json!({ "StringLike": { "s3:prefix": "public/*" } })), everyone(&["list part"]));
    assert_eq!(list(json!({ "StringNotLike": { "s3:prefix": "secret/*" } })), everyone(&["list part"]));
    assert_eq!(list(json!({ "StringLike": { "s3:prefix": "*" } })), everyone(&["list all"]));
    assert_eq!(list(json!({ "NumericLessThan": { "s3:max-keys": "10" } })), everyone(&["list all"]));
}

#[test]
fn a_service_that_is_named_has_what_it_may_do_for_somebody_else() {
    let mut logs = allow(json!({ "Service": "logging.s3.amazonaws.com" }), json!({}));
    logs["Statement"][0]["Action"] = json!("s3:PutObject");
    assert_eq!(found(&logs), ["service write all"]);
    for limit in [
        json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } }),
        json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:::source" } }),
    ] {
        logs["Statement"][0]["Condition"] = limit;
        assert_eq!(found(&logs), Vec::<String>::new());
    }
}

#[test]
fn a_home_of_ones_own_is_a_part() {
    let home = of(json!("s3:GetObject"), json!("arn:aws:s3:::bucket/home/${aws:username}/*"));
    assert_eq!(found(&home), ["account read part"]);
}

#[test]
fn parties_that_are_named_are_no_outsiders() {
    for principal in [json!({ "AWS": "111122223333" }), json!({ "AWS": "AIDAEXAMPLE" })] {
        assert_eq!(found(&allow(principal, json!({}))), Vec::<String>::new());
    }
    assert_eq!(
        found(&allow(json!("*"), json!({ "StringEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } }))),
        Vec::<String>::new()
    );
}

const KEYS: [&str; 7] = ["a", "a/x", "a/b/x", "c", "ab", "z", "zz"];
const TAGS: [Option<&str>; 4] = [None, Some("yes"), Some("no"), Some("other")];
const ACTIONS: [(AbilityKind, &[&str]); 3] = [
    (AbilityKind::Read, &["s3:GetObject", "s3:GetObjectVersion"]),
    (AbilityKind::Write, &["s3:PutObject"]),
    (AbilityKind::Delete, &["s3:DeleteObject", "s3:DeleteObjectVersion"]),
];

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
