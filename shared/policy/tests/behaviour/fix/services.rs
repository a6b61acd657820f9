//! The services that a fix keeps, pins, shuts out and leaves open.

use policy::{Outsider, Trust, analyse};
use serde_json::json;

use super::{but, fix, fix_of, settings};
use crate::support::{allow, parse, policy_of, statement, trusting};

#[test]
fn what_only_services_meet_is_pinned_to_the_own_account() {
    let sources = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:sns:*:*:*" } });
    let fix = fix(&allow(json!("*"), sources), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"]["StringEquals"],
        json!({ "aws:SourceAccount": "111122223333" })
    );
    assert_eq!(fix.policy["Statement"][0]["Principal"], "*");
}

#[test]
fn services_that_a_deny_exempts_keep_a_statement_of_their_own() {
    let deny = json!({
        "StringNotEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" },
        "BoolIfExists": { "aws:PrincipalIsAWSService": "false" },
    });
    let document =
        policy_of(vec![statement("Allow", json!("*"), json!({})), statement("Deny", json!("*"), deny)]);
    let trust = Trust { organizations: vec!["o-a1b2c3d4e5".to_owned()], ..settings() };
    let text = fix(&document, &trust).policy.to_string();
    assert!(text.contains("o-a1b2c3d4e5") && text.contains("aws:SourceAccount"), "{text}");
}

#[test]
fn services_that_are_shut_out_are_said() {
    let fix = fix(&allow(json!("*"), json!({})), &settings());
    assert_eq!(fix.shuts_out, ["AWS services of this account that came in by `*` are shut out."]);
    let accounts = fix_of(json!({ "AWS": "arn:aws:iam::*:root" }));
    assert_eq!(accounts.shuts_out, Vec::<String>::new());
}

#[test]
fn the_organization_of_the_owner_is_kept() {
    for condition in [
        json!({ "StringEquals": { "aws:PrincipalOrgID": "${aws:ResourceOrgID}" } }),
        json!({ "StringEquals": { "aws:ResourceOrgID": "${aws:PrincipalOrgID}" } }),
    ] {
        let fix = fix(&allow(json!("*"), condition), &settings());
        assert_eq!(
            fix.policy["Statement"][0]["Condition"],
            json!({ "StringEquals": { "aws:PrincipalOrgID": policy::ORGANIZATION_PLACEHOLDER } })
        );
        assert_eq!(fix.fill_in, [policy::ORGANIZATION_PLACEHOLDER]);
    }
}

#[test]
fn services_that_act_for_whom_a_deny_names_stay() {
    for (operator, positive) in [
        ("StringNotEquals", "StringEquals"),
        ("StringNotLike", "StringLike"),
        ("StringNotEqualsIfExists", "StringEquals"),
        ("ForAnyValue:StringNotLike", "StringLike"),
    ] {
        for (key, value) in [
            ("aws:SourceAccount", "222222222222"),
            ("aws:SourceArn", "arn:aws:sns:us-east-1:222222222222:topic"),
        ] {
            let fix = fix(&but(json!({ operator: { key: value } })), &settings());
            assert_eq!(
                fix.policy["Statement"][0]["Condition"],
                json!({ positive: { key: value } }),
                "{operator} {key}"
            );
        }
    }
}

#[test]
fn services_whose_sources_have_a_wildcard_are_pinned_to_their_account() {
    let sources = "arn:aws:sns:*:222222222222:*";
    let fix = fix(&but(json!({ "ArnNotLike": { "aws:SourceArn": sources } })), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"],
        json!({
            "ArnLike": { "aws:SourceArn": sources },
            "StringEquals": { "aws:SourceAccount": "222222222222" },
        })
    );
    // Some of them do not send the account.
    assert_eq!(
        fix.shuts_out,
        ["AWS services that came in by `*` and do not say for which account they act are shut out."]
    );
}

#[test]
fn services_of_an_organization_that_a_deny_names_stay_for_the_own_account_and_the_others_are_said() {
    for operator in ["StringNotEquals", "StringNotLike", "StringNotEqualsIfExists"] {
        let fix = fix(&but(json!({ operator: { "aws:SourceOrgID": "o-a1b2c3d4e5" } })), &settings());
        assert_eq!(
            fix.policy["Statement"][0]["Condition"],
            json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } })
        );
        let said = "AWS services that act for accounts of `o-a1b2c3d4e5`, which the policy names, lose access that `*` gave them.";
        assert!(fix.shuts_out.iter().any(|own| own == said), "{:?}", fix.shuts_out);
    }
}

#[test]
fn services_stay_where_beside_them_only_unsigned_callers_came_in() {
    for deny in [
        json!({ "Null": { "aws:PrincipalArn": "false" } }),
        json!({ "Bool": { "aws:PrincipalIsAWSService": "false" } }),
    ] {
        let fix = fix(&but(deny), &settings());
        assert_eq!(
            fix.policy["Statement"][0]["Condition"],
            json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } })
        );
    }
    let mut document = allow(json!({ "AWS": "arn:aws:iam::*" }), json!({}));
    let statement = document["Statement"][0].as_object_mut().unwrap();
    let everybody = statement.remove("Principal").unwrap();
    statement.insert("NotPrincipal".to_owned(), everybody);
    for trust in [settings(), Trust::default()] {
        let text = fix(&document, &trust).policy.to_string();
        assert!(text.contains("aws:SourceAccount"), "{text}");
    }
}

#[test]
fn the_owner_in_the_place_of_a_variable_is_written_down_for_services_too() {
    let own = json!({ "StringEquals": { "aws:SourceAccount": "${aws:ResourceAccount}" } });
    let fix = fix(&allow(json!("*"), own), &settings());
    assert_eq!(
        fix.policy["Statement"][0]["Condition"],
        json!({ "StringEquals": { "aws:SourceAccount": "111122223333" } })
    );
    assert_eq!(fix.shuts_out, Vec::<String>::new());
}

#[test]
fn a_service_that_is_named_beside_everyone_is_pinned_where_it_says_for_whom_it_acts() {
    let beside = json!({ "AWS": "*", "Service": ["logging.s3.amazonaws.com", "cloudtrail.amazonaws.com"] });
    let fix = fix(&allow(beside.clone(), json!({ "Bool": { "aws:SecureTransport": "true" } })), &settings());
    assert_eq!(fix.policy["Statement"][0]["Principal"], json!({ "AWS": "111122223333" }));
    assert_eq!(fix.policy["Statement"][1]["Principal"], json!({ "Service": beside["Service"] }));
    assert_eq!(
        fix.policy["Statement"][1]["Condition"],
        json!({ "Bool": { "aws:SecureTransport": "true" }, "StringEquals": { "aws:SourceAccount": "111122223333" } })
    );
    assert_eq!((fix.leaves, fix.shuts_out.len()), (Vec::new(), 1));
    assert_eq!(
        fix.summary,
        [
            "In statement 1, narrow the principal to the bucket's own account, and require by `aws:SourceAccount`, in a \
          statement of its own, that `logging.s3.amazonaws.com` and `cloudtrail.amazonaws.com` act for the same."
        ]
    );
}

#[test]
fn a_named_service_that_stays_open_is_said() {
    let logs = "logging.s3.amazonaws.com";
    let apart = policy_of(vec![
        statement("Allow", json!("*"), json!({})),
        statement("Allow", json!({ "Service": logs }), json!({})),
    ]);
    let unknown = json!({ "AWS": "*", "Service": ["unheard-of.amazonaws.com", logs] });
    let silent = json!({ "AWS": "*", "Service": "unheard-of.amazonaws.com" });
    for (document, services) in [
        (apart, "`logging.s3.amazonaws.com`"),
        (allow(silent.clone(), json!({})), "`unheard-of.amazonaws.com`"),
        (
            allow(silent, json!({ "StringEqualsIfExists": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } })),
            "`unheard-of.amazonaws.com`",
        ),
        (allow(unknown, json!({})), "`logging.s3.amazonaws.com` and `unheard-of.amazonaws.com`"),
    ] {
        let open =
            format!("{services} may still act for any account: require by `aws:SourceAccount` for whom.");
        assert_eq!(fix(&document, &settings()).leaves, [open], "{document}");
    }
    assert_eq!(fix_of(json!("*")).leaves, Vec::<String>::new());
}

#[test]
fn a_named_service_that_stays_open_to_calls_that_say_less_is_said() {
    for (service, condition) in [
        (
            "logging.s3.amazonaws.com",
            json!({ "StringEqualsIfExists": { "aws:SourceAccount": "111122223333" } }),
        ),
        (
            "cloudtrail.amazonaws.com",
            json!({ "StringEqualsIfExists": { "aws:SourceArn": "arn:aws:cloudtrail:us-east-1:111122223333:trail/t" } }),
        ),
    ] {
        let apart = policy_of(vec![
            statement("Allow", json!("*"), json!({})),
            statement("Allow", json!({ "Service": service }), condition),
        ]);
        let open = format!(
            "`{service}` may still act for an outside account by calls that do not say all about their source: require by \
             `aws:SourceAccount`, without `IfExists`, for whom."
        );
        let fix = fix(&apart, &settings());
        assert_eq!(fix.leaves, [open], "{apart}");
        assert!(analyse(&parse(&fix.policy), trusting(&settings())).abilities.has(Outsider::Service));
    }
}

#[test]
fn a_user_id_that_is_named_is_no_services() {
    let role = json!({ "StringLike": { "aws:userid": "AROAEXAMPLEEXAMPLE12:*" } });
    let fix = fix(&allow(json!("*"), role), &settings());
    assert_eq!(fix.policy["Statement"].as_array().unwrap().len(), 1);
    assert_eq!(fix.shuts_out, Vec::<String>::new());
}
