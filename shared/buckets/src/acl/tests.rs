//! The control `s3-acl` and its calls to S3.

use std::cell::RefCell;
use std::time::SystemTime;

use aws_sdk_s3::operation::get_bucket_acl::{GetBucketAclError, GetBucketAclOutput};
use aws_sdk_s3::operation::put_bucket_acl::{PutBucketAclError, PutBucketAclOutput};
use aws_sdk_s3::types;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use proptest::prelude::*;
use remediation::Control;
use serde_json::Value;

use super::*;
use crate::tests::{bucket, run, sdk_error};

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
const AUTHENTICATED: &str = "http://acs.amazonaws.com/groups/global/AuthenticatedUsers";
const LOG_DELIVERY: &str = "http://acs.amazonaws.com/groups/s3/LogDelivery";

fn group(permission: &str, uri: &str) -> Grant {
    let grantee = Grantee {
        kind: "Group".into(),
        id: None,
        display_name: None,
        email_address: None,
        uri: Some(uri.into()),
    };
    Grant { grantee, permission: permission.into() }
}

fn user(permission: &str, id: &str) -> Grant {
    let grantee = Grantee {
        kind: "CanonicalUser".into(),
        id: Some(id.into()),
        display_name: Some(format!("name of {id}")),
        email_address: None,
        uri: None,
    };
    Grant { grantee, permission: permission.into() }
}

fn acl(grants: Vec<Grant>) -> Acl {
    Acl { owner: Owner { id: Some("owner".into()), display_name: None }, grants }
}

/// Bucket ACLs that are kept in memory.
struct Memory(RefCell<Acl>);

impl BucketAcls for Memory {
    async fn read(&self, _: &Target<'_, BucketName>) -> Result<Option<Acl>, CallError> {
        Ok(Some(self.0.borrow().clone()))
    }

    async fn write(&self, _: &Target<'_, BucketName>, acl: &NewAcl) -> Result<Written, CallError> {
        let owner = self.0.borrow().owner.clone();
        let new = match acl {
            NewAcl::Grants(acl) => acl.clone(),
            NewAcl::Private => Acl { owner, grants: vec![user("FULL_CONTROL", "owner")] },
        };
        self.0.replace(new);
        Ok(Written::Done)
    }
}

fn control(style: AclStyle, state: Acl) -> S3Acl<Memory> {
    S3Acl::new(Memory(RefCell::new(state)), S3AclSettings { style })
}

/// Plans and applies, as the walk does.
fn close(control: &S3Acl<Memory>) -> Vec<Change> {
    let state = control.acls.0.borrow().clone();
    let mut done = Vec::new();
    let findings = control.assess(&state);
    if let Some(plan) = control.plan(&state, &findings, SystemTime::UNIX_EPOCH) {
        run(control.apply(&bucket().target(), &plan, &mut done)).unwrap();
    }
    done
}

#[test]
fn every_permission_of_a_public_group_is_a_finding_and_nothing_else_is() {
    for permission in ["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL", "SOMETHING_NEW"] {
        for uri in [ALL_USERS, AUTHENTICATED] {
            let state = acl(vec![
                user("FULL_CONTROL", "owner"),
                group(permission, uri),
                group(permission, LOG_DELIVERY),
                user(permission, "another account"),
            ]);
            let findings = control(AclStyle::Grants, state.clone()).assess(&state);
            assert_eq!(findings.len(), 1, "{permission} {uri}");
            assert_eq!(findings[0].evidence, json!(group(permission, uri)));
            assert_eq!(findings[0].remedy, Remedy::Close);
        }
    }
}

#[test]
fn a_group_is_public_by_its_whole_name_only() {
    for (uri, is_public) in [
        (ALL_USERS, true),
        ("https://acs.amazonaws.com/groups/global/AllUsers", true),
        ("http://acs.amazonaws.com.cn/groups/global/AuthenticatedUsers", true),
        ("http://acs.amazonaws.com/groups/s3/AllUsers", false),
        ("http://acs.amazonaws.com/groups/global/AllUsersOfAcme", false),
        ("http://acs.example.com/groups/global/AllUsers", false),
        ("AllUsers", false),
        ("", false),
    ] {
        assert_eq!(group("READ", uri).grantee.public_group().is_some(), is_public, "{uri}");
    }
}

#[test]
fn the_worst_finding_comes_first() {
    let state = acl(vec![group("READ_ACP", ALL_USERS), group("READ", ALL_USERS), group("WRITE", ALL_USERS)]);
    let findings = control(AclStyle::Grants, state.clone()).assess(&state);
    let severities: Vec<&str> = findings.iter().map(|finding| finding.severity.as_str()).collect();
    assert_eq!(severities, ["critical", "high", "medium"]);
}

#[test]
fn the_style_private_keeps_only_the_owner_and_says_what_else_goes() {
    let state = acl(vec![
        user("FULL_CONTROL", "owner"),
        group("READ", ALL_USERS),
        group("WRITE", LOG_DELIVERY),
        user("READ", "another account"),
    ]);
    let control = control(AclStyle::Private, state);
    let done: Vec<String> = close(&control).into_iter().map(|change| change.summary).collect();
    assert_eq!(
        done,
        [
            "removed grant READ to the group AllUsers",
            "removed grant WRITE to the group LogDelivery",
            "removed grant READ to the user another account",
        ]
    );
    assert_eq!(control.acls.0.borrow().grants, [user("FULL_CONTROL", "owner")]);
    assert!(close(&control).is_empty());
}

#[test]
fn the_style_private_leaves_a_bucket_alone_that_is_not_public() {
    let state = acl(vec![user("FULL_CONTROL", "owner"), group("WRITE", LOG_DELIVERY)]);
    let control = control(AclStyle::Private, state.clone());
    assert!(close(&control).is_empty());
    assert_eq!(*control.acls.0.borrow(), state);
}

fn any_grant() -> impl Strategy<Value = Grant> {
    let permission = proptest::sample::select(vec!["READ", "WRITE", "READ_ACP", "WRITE_ACP", "FULL_CONTROL"]);
    let who = proptest::sample::select(vec![ALL_USERS, AUTHENTICATED, LOG_DELIVERY, "owner", "friend"]);
    (permission, who).prop_map(|(permission, who)| {
        if who.starts_with("http") { group(permission, who) } else { user(permission, who) }
    })
}

proptest! {
    #[test]
    fn exactly_the_public_grants_go_in_order_and_completely(
        grants in proptest::collection::vec(any_grant(), 0..12),
    ) {
        let state = acl(grants.clone());
        let control = control(AclStyle::Grants, state.clone());
        let done = close(&control);
        let is_public = |grant: &&Grant| {
            matches!(grant.grantee.uri.as_deref(), Some(ALL_USERS | AUTHENTICATED))
        };
        let kept: Vec<Grant> = grants.iter().filter(|grant| !is_public(grant)).cloned().collect();
        let gone: Vec<Value> = grants.iter().filter(is_public).map(|grant| json!(grant)).collect();
        prop_assert_eq!(&control.acls.0.borrow().grants, &kept);
        prop_assert_eq!(&control.acls.0.borrow().owner, &state.owner);
        prop_assert_eq!(done.into_iter().map(|change| change.detail).collect::<Vec<_>>(), gone);
        prop_assert!(control.assess(&control.acls.0.borrow()).is_empty());
        prop_assert!(close(&control).is_empty());
    }
}

fn sdk_grant(grant: &Grant) -> types::Grant {
    types::Grant::builder()
        .grantee(grant.grantee.to_sdk().unwrap())
        .permission(grant.permission.as_str().into())
        .build()
}

#[test]
fn reading_names_the_expected_owner_and_keeps_every_field() {
    let grants = vec![user("FULL_CONTROL", "owner"), group("READ", ALL_USERS)];
    let answer = grants.iter().map(sdk_grant).collect::<Vec<_>>();
    let rule = mock!(aws_sdk_s3::Client::get_bucket_acl)
        .match_requests(|request| {
            request.bucket() == Some("acme-reports")
                && request.expected_bucket_owner() == Some("210987654321")
        })
        .then_output(move || {
            let owner = types::Owner::builder().id("owner").build();
            GetBucketAclOutput::builder().owner(owner).set_grants(Some(answer.clone())).build()
        });
    let acls = S3BucketAcls::with_client(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.read(&bucket().target())), Ok(Some(acl(grants))));
    assert_eq!(rule.num_calls(), 1);
}

#[test]
fn writing_sends_owner_and_grants_as_they_were_and_names_the_expected_owner() {
    let grants = vec![user("FULL_CONTROL", "owner"), group("WRITE", LOG_DELIVERY)];
    let expected = grants.iter().map(sdk_grant).collect::<Vec<_>>();
    let rule = mock!(aws_sdk_s3::Client::put_bucket_acl)
        .match_requests(move |request| {
            let list = request.access_control_policy().unwrap();
            request.expected_bucket_owner() == Some("210987654321")
                && request.acl().is_none()
                && list.owner().and_then(|owner| owner.id()) == Some("owner")
                && list.grants() == expected
        })
        .then_output(|| PutBucketAclOutput::builder().build());
    let acls = S3BucketAcls::with_client(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.write(&bucket().target(), &NewAcl::Grants(acl(grants)))), Ok(Written::Done));
    assert_eq!(rule.num_calls(), 1);
}

#[test]
fn a_bucket_that_does_not_exist_is_none() {
    let rule = mock!(aws_sdk_s3::Client::get_bucket_acl)
        .then_error(|| GetBucketAclError::generic(sdk_error("NoSuchBucket", "The bucket does not exist")));
    let acls = S3BucketAcls::with_client(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.read(&bucket().target())), Ok(None));
}

#[test]
fn disabled_acls_are_told_from_an_error() {
    let rule = mock!(aws_sdk_s3::Client::put_bucket_acl)
        .then_error(|| PutBucketAclError::generic(sdk_error("AccessControlListNotSupported", "no ACLs")));
    let acls = S3BucketAcls::with_client(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.write(&bucket().target(), &NewAcl::Private)), Ok(Written::AclsDisabled));
}

#[test]
fn a_denied_call_names_the_action_and_the_account_that_was_expected() {
    let rule = mock!(aws_sdk_s3::Client::get_bucket_acl)
        .then_error(|| GetBucketAclError::generic(sdk_error("AccessDenied", "Access Denied")));
    let acls = S3BucketAcls::with_client(mock_client!(aws_sdk_s3, [&rule]));
    let error = run(acls.read(&bucket().target())).unwrap_err();
    assert!(!error.is_passing());
    assert_eq!(
        error.to_string(),
        "access denied: the function's role may not call `s3:GetBucketAcl` here: Access Denied (S3 answers \
         the same where the bucket is not owned by account 210987654321)"
    );
}

#[test]
fn an_answer_without_an_owner_is_not_taken_for_an_acl() {
    let rule =
        mock!(aws_sdk_s3::Client::get_bucket_acl).then_output(|| GetBucketAclOutput::builder().build());
    let acls = S3BucketAcls::with_client(mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&rule]));
    let error = run(acls.read(&bucket().target())).unwrap_err();
    assert_eq!(error.to_string(), "`s3:GetBucketAcl` answered without `Owner`");
}
