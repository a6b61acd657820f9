//! What is known although much is left to be searched, and what is said of the rest.

use policy::{AbilityKind, Outsider};
use serde_json::json;

use super::{analysis, of};
use crate::support::{parse, policy_of, statement};

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
