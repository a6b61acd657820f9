//! What all calls through CloudTrail have in common.

use events::{OwnRoles, Reading, Trigger};
use serde_json::{Value, json};

use crate::support::{event, fixture, subject, with};

const CALLS: [&str; 9] = [
    "s3_call_put_bucket_acl_canned",
    "s3_call_put_bucket_acl_tree",
    "s3_call_put_object_acl",
    "ec2_call_authorize_by_id",
    "ec2_call_authorize_by_name",
    "ec2_call_create_group",
    "ec2_call_modify_rules",
    "ec2_call_modify_prefix_list",
    "put_evaluations_mixed",
];

/// A session of this role.
fn session(role: &str) -> Value {
    let name = role.rsplit('/').next().unwrap();
    json!({
        "type": "AssumedRole",
        "arn": format!("arn:aws:sts::210987654321:assumed-role/{name}/session"),
        "sessionContext": { "sessionIssuer": { "type": "Role", "arn": role, "userName": name } },
    })
}

fn called_by(name: &str, who: Value) -> Reading {
    let document = fixture(name);
    let document = with(document, "/detail/userIdentity", Some(who));
    event(&document)
}

#[test]
fn a_call_that_failed_gives_nothing() {
    for name in CALLS {
        let document = with(fixture(name), "/detail/errorCode", Some("Client.UnauthorizedOperation".into()));
        let document = with(document, "/detail/requestParameters", Some(Value::Null));
        assert_eq!(event(&document), Reading::default(), "{name}");
        let succeeded = with(fixture(name), "/detail/errorCode", Some(Value::Null));
        assert_eq!(event(&succeeded), event(&fixture(name)));
    }
}

#[test]
fn curfews_own_calls_give_nothing() {
    for name in CALLS {
        for role in [
            "arn:aws:iam::210987654321:role/curfew-s3-acl-private-eu-west-1",
            "arn:aws:iam::210987654321:role/security/tools/curfew-restore-eu-west-1",
        ] {
            assert_eq!(called_by(name, session(role)), Reading::default(), "{name}");
        }
    }
}

#[test]
fn a_call_of_anybody_else_is_looked_at() {
    for name in CALLS {
        let whole = event(&fixture(name)).subjects.len();
        for who in [
            session("arn:aws:iam::210987654321:role/deploy"),
            // Such a role in another account, which may write to ours.
            session("arn:aws:iam::999999999999:role/curfew-s3-acl-private-eu-west-1"),
            // A role is not its path, and a user is no role.
            session("arn:aws:iam::210987654321:role/curfew-tools/deploy"),
            session("arn:aws:iam::210987654321:user/curfew-bea"),
            session("curfew-"),
            json!({ "type": "IAMUser", "arn": "arn:aws:iam::210987654321:user/curfew-bea" }),
            json!({ "type": "Root", "arn": "arn:aws:iam::210987654321:root" }),
            json!({ "type": "AWSService", "invokedBy": "cloudformation.amazonaws.com" }),
            json!({ "sessionContext": {} }),
            json!({ "sessionContext": { "sessionIssuer": null }, "arn": 7 }),
            Value::Null,
            json!("nobody"),
        ] {
            let reading = called_by(name, who.clone());
            assert_eq!((reading.subjects.len(), reading.unreadable.len()), (whole, 0), "{name} {who}");
        }
    }
}

#[test]
fn without_roles_of_its_own_every_call_is_looked_at() {
    let role = session("arn:aws:iam::210987654321:role/curfew-s3-acl-private-eu-west-1");
    let document = with(fixture(CALLS[0]), "/detail/userIdentity", Some(role)).to_string();
    for (own, count) in
        [(OwnRoles::none(), 1), (OwnRoles::beginning(["night-"]), 1), (OwnRoles::beginning(["curfew-"]), 0)]
    {
        let Ok(Trigger::Event(reading)) = events::read(&document, &own) else { panic!("not an event") };
        assert_eq!(reading.subjects.len(), count);
    }
}

#[test]
fn the_caller_is_the_principal_or_else_the_service() {
    let opened_by = |who: Value| {
        let document = with(fixture(CALLS[0]), "/detail/userIdentity", Some(who));
        subject(&document).cause.opened_by().map(ToOwned::to_owned)
    };
    let arn = format!("arn:aws:iam::210987654321:user/{}", "department/".repeat(40) + "bea");
    assert_eq!(opened_by(json!({ "arn": arn, "invokedBy": "x.amazonaws.com" })), Some(arn));
    assert_eq!(opened_by(json!({ "invokedBy": "x.amazonaws.com" })), Some("x.amazonaws.com".to_owned()));
    assert_eq!(opened_by(json!({ "type": "Unknown" })), None);
    let odd = opened_by(json!({ "arn": "a\n".repeat(5_000) })).unwrap();
    assert!(odd.chars().count() <= 701 && !odd.contains('\n'), "{odd}");
}

#[test]
fn a_time_that_is_none_tells_nothing() {
    for time in [json!("yesterday"), json!(7), Value::Null] {
        let document = with(fixture(CALLS[0]), "/detail/eventTime", Some(time));
        assert_eq!(subject(&document).cause.open_since(), None);
    }
}
