//! What outsiders really have, held against a plain evaluator.

mod access_points;
mod properties;
mod variables;

use policy::{AbilityKind, Analysis, Outsider, analyse};
use serde_json::{Value, json};

use crate::support::{allow, asking, parse, policy_of, statement};

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
fn an_action_of_objects_is_about_objects_and_one_of_the_bucket_about_the_bucket() {
    let (bucket, objects) = (json!("arn:aws:s3:::bucket"), json!("arn:aws:s3:::bucket/*"));
    for (action, resource) in [
        (json!("s3:GetObject"), bucket.clone()),
        (json!("s3:GetObject*"), bucket.clone()),
        (json!(["s3:getobject", "s3:PutObjectAcl", "s3:AbortMultipartUpload"]), bucket.clone()),
        (json!("s3:ListBucket"), objects.clone()),
        (json!("s3:ListBucket*"), objects.clone()),
        (json!(["s3:GetBucketAcl", "s3:getbucketlocation", "s3:PutLifecycleConfiguration"]), objects.clone()),
    ] {
        let analysis = analysis(&of(action.clone(), resource.clone()));
        assert!(!analysis.semantic.public, "{action} {resource}: {:?}", analysis.semantic.witness);
        assert_eq!(analysis.abilities, policy::Abilities::default(), "{action} {resource}");
    }
    for (action, resource, asked) in [
        ("s3:Get*", bucket.clone(), "s3:GetBucketAcl"),
        ("s3:List*", objects.clone(), "s3:ListMultipartUploadParts"),
        ("s3:*Tagging", bucket, "s3:GetBucketTagging"),
        // What is not known may be about either.
        ("s3:FrobnicateAnything", objects, "s3:FrobnicateAnything"),
    ] {
        let analysis = analysis(&of(json!(action), resource.clone()));
        let witness = analysis.semantic.witness.unwrap();
        assert_eq!(witness.action, asked, "{resource}");
        assert_eq!(witness.resource.contains('/'), resource != json!("arn:aws:s3:::bucket"));
    }
}

#[test]
fn a_deny_that_leaves_only_an_action_of_objects_on_the_bucket_leaves_nothing() {
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let mut document = of(json!(["s3:GetObject", "s3:ListBucket"]), both);
    let deny = |action: &str, resource: &str| {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny["Action"] = json!(action);
        deny["Resource"] = json!(resource);
        deny
    };
    let statements = document["Statement"].as_array_mut().unwrap();
    statements.push(deny("s3:*", "arn:aws:s3:::bucket/*"));
    assert_eq!(found(&document), everyone(&["list all"]));
    document["Statement"].as_array_mut().unwrap().push(deny("s3:ListBucket", "arn:aws:s3:::bucket"));
    let analysis = analysis(&document);
    assert!(!analysis.semantic.public, "{:?}", analysis.semantic.witness);
    assert_eq!(analysis.abilities, policy::Abilities::default());
    let headline = policy::headline(&analysis, "bucket");
    assert!(headline.starts_with("Only a `Deny` keeps outsiders out"), "{headline}");
}

#[test]
fn what_is_about_the_bucket_or_lists_nothing_lacks_what_only_others_carry() {
    let both = || json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let all = |condition: Value| {
        let mut document = of(json!("s3:*"), both());
        document["Statement"][0]["Condition"] = condition;
        found(&document)
    };
    let prefixed = json!({ "StringLike": { "s3:prefix": "public/*" } });
    assert_eq!(all(prefixed), everyone(&["list part"]));
    assert_eq!(all(json!({ "NumericLessThanEquals": { "s3:max-keys": "10" } })), everyone(&["list all"]));
    let tagged = json!({ "StringEquals": { "s3:ExistingObjectTag/public": "yes" } });
    let parts = ["read part", "write part", "delete part", "permissions part"];
    assert_eq!(all(tagged), everyone(&parts));
    let but = |condition: Value| {
        let mut document = of(json!("s3:*"), both());
        document["Statement"].as_array_mut().unwrap().push(json!({
            "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": both(), "Condition": condition,
        }));
        found(&document)
    };
    assert_eq!(but(json!({ "StringNotLike": { "s3:prefix": "public/*" } })), everyone(&["list part"]));
    let without = json!({ "StringLike": { "s3:prefix": "secret/*" } });
    let rest = ["read all", "write all", "delete all", "list part", "permissions all"];
    assert_eq!(but(without), everyone(&rest));
}

#[test]
fn a_deny_for_the_folder_of_each_user_takes_nothing_from_an_account() {
    let but = |folder: &str| {
        let mut deny = statement("Deny", json!("*"), json!({}));
        deny["Action"] = json!("s3:*");
        deny["Resource"] = json!(format!("arn:aws:s3:::bucket/home/{folder}/*"));
        let mut allow = statement("Allow", json!("*"), json!({ "Null": { "aws:PrincipalArn": "false" } }));
        allow["Action"] = json!("s3:PutObject");
        found(&policy_of(vec![allow, deny]))
    };
    // Another user of the account, or a role, reaches what is closed to the one. No other account does it for an account.
    assert_eq!(but("${aws:username}"), ["account write all"]);
    assert_eq!(but("${aws:userid}"), ["account write all"]);
    assert_eq!(but("${aws:PrincipalAccount}"), ["account write part"]);
}

#[test]
fn many_patterns_of_names_tell_no_accounts_apart() {
    let names: Vec<String> = (0..40).map(|number| format!("*{number:02}*")).collect();
    let only = analysis(&allow(json!("*"), json!({ "StringLike": { "aws:username": names } })));
    assert_eq!(only.abilities.unknown, []);
    let sessions: Vec<String> = (0..40).map(|number| format!("AROA*:*{number:02}*")).collect();
    let only = analysis(&allow(json!("*"), json!({ "StringLike": { "aws:userid": sessions } })));
    assert_eq!(only.abilities.unknown, []);
    // Root users and federated users have their account there.
    let of_account = |id: &str| found(&allow(json!("*"), json!({ "StringLike": { "aws:userid": id } })));
    assert_eq!(of_account("12*:b?b"), ["account read all"]);
    assert_eq!(of_account("12????????9*"), ["account read all"]);
    let deny = statement("Deny", json!("*"), json!({ "StringNotLike": { "aws:username": "bob" } }));
    let allow = statement(
        "Allow",
        json!("*"),
        json!({ "StringNotLike": { "aws:username": ["bo*", "*12*", "1?3*"] } }),
    );
    assert_eq!(found(&policy_of(vec![allow, deny])), Vec::<String>::new());
}

#[test]
fn many_patterns_of_accounts_leave_nothing_open_about_anonymous_callers() {
    let patterns: Vec<String> = (0..40).map(|number| format!("{number:02}*")).collect();
    let only = analysis(&allow(json!("*"), json!({ "StringLike": { "aws:PrincipalAccount": patterns } })));
    let unknown = only.abilities.unknown.iter().map(|own| own.caller);
    assert!(unknown.clone().all(|caller| caller != Outsider::Anonymous), "{:?}", only.abilities.unknown);
    assert!(only.abilities.list.iter().all(|own| own.caller != Outsider::Anonymous));
    let owners = json!({ "StringLike": { "aws:VpceAccount": patterns } });
    let closed = statement("Deny", json!("*"), json!({ "StringLike": { "aws:VpceAccount": "*" } }));
    let through = analysis(&policy_of(vec![statement("Allow", json!("*"), owners), closed]));
    assert!(through.abilities.list.is_empty());
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

/// What an Allow of everything on all objects and the bucket leaves beside another statement.
fn found_with(statement: Value) -> Vec<String> {
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let mut document = of(json!(["s3:GetObject", "s3:ListBucket"]), both.clone());
    document["Statement"].as_array_mut().unwrap().push(statement);
    found(&document)
}

#[test]
fn a_tag_compared_with_the_callers_own_reaches_what_the_caller_can_choose() {
    let own = json!({ "StringEquals": { "s3:ExistingObjectTag/team": "${aws:PrincipalTag/team}" } });
    let mut document =
        of(json!(["s3:GetObject", "s3:ListBucket"]), json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]));
    document["Statement"][0]["Condition"] = own.clone();
    // An object without the tag is nobody's, and what is asked of the bucket has no object.
    assert_eq!(found(&document), ["account read part"]);

    let mut deny = statement("Deny", json!("*"), own);
    deny["Action"] = json!("s3:*");
    deny["Resource"] = json!("*");
    // Callers without the tag are not denied anything.
    assert_eq!(found_with(deny.clone()), everyone(&["read all", "list all"]));
    deny["Condition"] =
        json!({ "StringNotEquals": { "s3:ExistingObjectTag/team": "${aws:PrincipalTag/team}" } });
    let left = found_with(deny);
    assert!(left.contains(&"account read part".to_owned()), "{left:?}");
    assert!(!left.iter().any(|one| one.starts_with("anonymous read")), "{left:?}");
}

#[test]
fn a_folder_of_the_callers_own_is_a_part() {
    let home = json!("arn:aws:s3:::bucket/home/${aws:PrincipalTag/team}/*");
    assert_eq!(found(&of(json!("s3:GetObject"), home.clone())), ["account read part"]);
    let mut deny = statement("Deny", json!("*"), json!({}));
    deny["Resource"] = home;
    assert_eq!(found_with(deny), everyone(&["read all", "list all"]));
}

#[test]
fn what_is_not_decided_is_said_and_takes_nothing_from_what_is() {
    let both = json!(["arn:aws:s3:::bucket", "arn:aws:s3:::bucket/*"]);
    let mut allow = statement("Allow", json!("*"), json!({}));
    allow["Action"] = json!("s3:*");
    allow["Resource"] = both.clone();
    // What this takes away, it takes much work to see.
    let value = |number: usize| format!("*{}*{}{number}*", "a?".repeat(60), "b?c".repeat(40));
    let refuse = |number: usize| {
        json!({
            "Effect": "Deny", "Principal": "*", "NotAction": "s3:GetObject", "Resource": both,
            "Condition": { "StringLike": { "aws:Referer": format!("*?b*c{number}*") } },
        })
    };
    let mut demand = refuse(0);
    demand["Condition"] = json!({ "StringNotLike": { "aws:Referer": [value(0), value(1)] } });
    let analysis = analysis(&policy_of(vec![allow, demand, refuse(0), refuse(1)]));

    let known: Vec<_> = analysis.abilities.list.iter().map(|own| (own.caller, own.ability)).collect();
    let callers = [Outsider::Anonymous, Outsider::Account, Outsider::Service];
    assert_eq!(known, callers.map(|caller| (caller, AbilityKind::Read)));
    let kinds = [AbilityKind::Write, AbilityKind::Delete, AbilityKind::List, AbilityKind::Permissions];
    let unknown: Vec<_> = analysis.abilities.unknown.iter().map(|own| (own.caller, own.ability)).collect();
    let all = callers.iter().flat_map(|caller| kinds.map(|kind| (*caller, Some(kind))));
    assert_eq!(unknown, all.collect::<Vec<_>>());
    assert_eq!(json!(analysis)["abilities_unknown"][0], json!({ "caller": "anonymous", "ability": "write" }));
    let headline = policy::headline(&analysis, "bucket");
    let doubt = "it is not known whether anyone on the internet can write objects, delete objects, list what is in \
                 `bucket` or change permissions";
    assert!(
        headline.starts_with("Anyone on the internet can read every object in `bucket`; it is"),
        "{headline}"
    );
    assert!(headline.contains(doubt), "{headline}");
    assert!(headline.contains("an AWS service that acts for an outside account can write"), "{headline}");
    let policy = parse(&of(json!("s3:GetObject"), both));
    assert!(policy::explain_text(&policy, &analysis, "bucket").contains(&format!("  {doubt}.\n")));
}
