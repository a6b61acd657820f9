//! The calls to S3, and what each answer means.

use aws_sdk_s3::config::retry::RetryConfig;
use aws_sdk_s3::operation::get_bucket_acl::{GetBucketAclError, GetBucketAclOutput};
use aws_sdk_s3::operation::get_bucket_ownership_controls::{
    GetBucketOwnershipControlsError, GetBucketOwnershipControlsOutput,
};
use aws_sdk_s3::operation::get_bucket_website::{GetBucketWebsiteError, GetBucketWebsiteOutput};
use aws_sdk_s3::operation::get_public_access_block::{GetPublicAccessBlockError, GetPublicAccessBlockOutput};
use aws_sdk_s3::operation::put_bucket_acl::{PutBucketAclError, PutBucketAclOutput};
use aws_sdk_s3::operation::put_public_access_block::PutPublicAccessBlockError;
use aws_sdk_s3::types::{self, ObjectOwnership, PublicAccessBlockConfiguration};
use aws_sdk_s3control::operation::get_public_access_block::GetPublicAccessBlockOutput as AccountOutput;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};

use buckets::{
    Acl, AclWrite, BlockChange, BucketAcls, Grant, Grantee, NewAcl, Owner, PublicAccessBlock, ReadBucketAcls,
    Written,
};
use remediation::CallError;
use remediation::testing::run;

use super::block::with_accounts;
use super::{bucket, sdk_error};
use crate::S3BucketAcls;
use crate::acls::sdk_grantee;
use crate::clients::Clients;

const ALL_USERS: &str = "http://acs.amazonaws.com/groups/global/AllUsers";
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

/// An answer that names all four flags.
pub(super) fn all_off() -> PublicAccessBlockConfiguration {
    sdk_block(flags(false, false, false, false))
}

pub(super) fn sdk_block(block: PublicAccessBlock) -> PublicAccessBlockConfiguration {
    PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build()
}

pub(super) fn flags(block: bool, ignore: bool, policy: bool, restrict: bool) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: block,
        ignore_public_acls: ignore,
        block_public_policy: policy,
        restrict_public_buckets: restrict,
    }
}

fn sdk_grant(grant: &Grant) -> types::Grant {
    types::Grant::builder()
        .grantee(sdk_grantee(&grant.grantee).unwrap())
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
    let acls = with_buckets(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.acl(&bucket().target())), Ok(Some(acl(grants))));
    assert_eq!(rule.num_calls(), 1);
}

fn writing(acl: NewAcl) -> AclWrite {
    AclWrite { acl, removed: Vec::new(), added: Vec::new(), may_be_refused: false }
}

pub(super) fn blocking(after: Option<PublicAccessBlock>) -> BlockChange {
    BlockChange { before: None, after }
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
    let acls = with_buckets(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.write(&bucket().target(), &writing(NewAcl::Grants(acl(grants))))), Ok(Written::Done));
    assert_eq!(rule.num_calls(), 1);
}

#[test]
fn a_bucket_that_does_not_exist_is_none() {
    let rule = mock!(aws_sdk_s3::Client::get_bucket_acl)
        .then_error(|| GetBucketAclError::generic(sdk_error("NoSuchBucket", "The bucket does not exist")));
    let acls = with_buckets(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.acl(&bucket().target())), Ok(None));
}

#[test]
fn disabled_acls_are_told_from_an_error() {
    let rule = mock!(aws_sdk_s3::Client::put_bucket_acl)
        .then_error(|| PutBucketAclError::generic(sdk_error("AccessControlListNotSupported", "no ACLs")));
    let acls = with_buckets(mock_client!(aws_sdk_s3, [&rule]));
    assert_eq!(run(acls.write(&bucket().target(), &writing(NewAcl::Private))), Ok(Written::AclsDisabled));
}

#[test]
fn a_denied_call_names_the_action_and_the_account_that_was_expected() {
    let rule = mock!(aws_sdk_s3::Client::get_bucket_acl)
        .then_error(|| GetBucketAclError::generic(sdk_error("AccessDenied", "Access Denied")));
    let acls = with_buckets(mock_client!(aws_sdk_s3, [&rule]));
    let error = run(acls.acl(&bucket().target())).unwrap_err();
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
    let acls = with_buckets(mock_client!(aws_sdk_s3, RuleMode::MatchAny, [&rule]));
    let error = run(acls.acl(&bucket().target())).unwrap_err();
    assert_eq!(error.to_string(), "`s3:GetBucketAcl` answered without `Owner`");
}

pub(super) fn acls(rule: &Rule) -> S3BucketAcls {
    let once = |config: aws_sdk_s3::config::Builder| config.retry_config(RetryConfig::disabled());
    with_buckets(mock_client!(aws_sdk_s3, RuleMode::MatchAny, [rule], once))
}

pub(super) fn with_buckets(buckets: aws_sdk_s3::Client) -> S3BucketAcls {
    S3BucketAcls(Clients::of(buckets, mock_client!(aws_sdk_s3control, [])))
}

pub(super) const OWNER: Option<&str> = Some("210987654321");

/// The call, asked of a bucket whose every answer is this error code.
macro_rules! failing {
    ($call:ident, $error:ident, $code:expr) => {{
        let code: &'static str = $code;
        mock!(aws_sdk_s3::Client::$call).then_error(move || $error::generic(sdk_error(code, "why")))
    }};
}

#[test]
fn a_website_configuration_is_a_website() {
    let rule = mock!(aws_sdk_s3::Client::get_bucket_website)
        .match_requests(|request| request.expected_bucket_owner() == OWNER)
        .then_output(|| {
            let index = types::IndexDocument::builder().suffix("index.html").build().unwrap();
            GetBucketWebsiteOutput::builder().index_document(index).build()
        });
    assert_eq!(run(acls(&rule).serves_website(&bucket().target())), Ok(true));
}

#[test]
fn only_bucket_owner_enforced_disables_acls() {
    for (ownership, disabled) in [
        (ObjectOwnership::BucketOwnerEnforced, true),
        (ObjectOwnership::BucketOwnerPreferred, false),
        (ObjectOwnership::ObjectWriter, false),
    ] {
        let rule = mock!(aws_sdk_s3::Client::get_bucket_ownership_controls)
            .match_requests(|request| request.expected_bucket_owner() == OWNER)
            .then_output(move || {
                let rule = types::OwnershipControlsRule::builder().object_ownership(ownership.clone());
                let controls = types::OwnershipControls::builder().rules(rule.build().unwrap());
                GetBucketOwnershipControlsOutput::builder()
                    .ownership_controls(controls.build().unwrap())
                    .build()
            });
        assert_eq!(run(acls(&rule).acls_disabled(&bucket().target())), Ok(disabled));
    }
}

#[test]
fn what_is_not_configured_is_an_answer() {
    let target = bucket();
    let rule =
        failing!(get_public_access_block, GetPublicAccessBlockError, "NoSuchPublicAccessBlockConfiguration");
    assert_eq!(run(acls(&rule).public_access_block(&target.target())), Ok(None));
    let rule = failing!(get_bucket_website, GetBucketWebsiteError, "NoSuchWebsiteConfiguration");
    assert_eq!(run(acls(&rule).serves_website(&target.target())), Ok(false));
    let rule = failing!(
        get_bucket_ownership_controls,
        GetBucketOwnershipControlsError,
        "OwnershipControlsNotFoundError"
    );
    assert_eq!(run(acls(&rule).acls_disabled(&target.target())), Ok(false));
}

#[test]
fn a_bucket_that_is_gone_is_told_from_an_error_when_it_is_written() {
    let rule = failing!(put_bucket_acl, PutBucketAclError, "NoSuchBucket");
    assert_eq!(run(acls(&rule).write(&bucket().target(), &writing(NewAcl::Private))), Ok(Written::NoBucket));
}

/// How each call fails where S3 answers it with this code.
fn failures(code: &'static str) -> [(&'static str, CallError); 6] {
    let target = bucket();
    let target = target.target();
    let get_acl = failing!(get_bucket_acl, GetBucketAclError, code);
    let get_block = failing!(get_public_access_block, GetPublicAccessBlockError, code);
    let website = failing!(get_bucket_website, GetBucketWebsiteError, code);
    let ownership = failing!(get_bucket_ownership_controls, GetBucketOwnershipControlsError, code);
    let put_acl = failing!(put_bucket_acl, PutBucketAclError, code);
    let put_block = failing!(put_public_access_block, PutPublicAccessBlockError, code);
    // Before another try they are looked at, which fails too.
    let writes = || {
        let all = [&put_acl, &get_acl, &put_block, &get_block];
        with_buckets(mock_client!(aws_sdk_s3, RuleMode::MatchAny, all))
    };
    [
        ("s3:GetBucketAcl", run(acls(&get_acl).acl(&target)).unwrap_err()),
        ("s3:GetBucketPublicAccessBlock", run(acls(&get_block).public_access_block(&target)).unwrap_err()),
        ("s3:GetBucketWebsite", run(acls(&website).serves_website(&target)).unwrap_err()),
        ("s3:GetBucketOwnershipControls", run(acls(&ownership).acls_disabled(&target)).unwrap_err()),
        ("s3:PutBucketAcl", run(writes().write(&target, &writing(NewAcl::Private))).unwrap_err()),
        (
            "s3:PutBucketPublicAccessBlock",
            run(writes().block(&target, blocking(Some(PublicAccessBlock::default())))).unwrap_err(),
        ),
    ]
}

#[test]
fn a_throttle_of_each_call_may_pass() {
    for (action, error) in failures("SlowDown") {
        assert!(error.is_passing(), "{action}: {error}");
        assert!(error.to_string().contains(action), "{error}");
    }
}

#[test]
fn a_denial_of_each_call_names_its_iam_action() {
    for (action, error) in failures("AccessDenied") {
        assert!(matches!(&error, CallError::Denied(denied) if denied.action == action), "{action}: {error}");
        assert!(error.to_string().contains("not owned by account 210987654321"), "{error}");
    }
}

/// Asserts that a call errs, and names what its answer lacks.
fn assert_lacks<T: std::fmt::Debug>(answer: Result<T, CallError>, action: &str, field: &str) {
    assert_eq!(answer.unwrap_err().to_string(), format!("`{action}` answered without `{field}`"));
}

#[test]
fn an_answer_that_does_not_say_is_taken_for_nothing() {
    let target = bucket();
    let target = target.target();
    let rule = mock!(aws_sdk_s3::Client::get_bucket_acl).then_output(|| {
        GetBucketAclOutput::builder().owner(types::Owner::builder().id("owner").build()).build()
    });
    assert_lacks(run(acls(&rule).acl(&target)), "s3:GetBucketAcl", "AccessControlList");

    let rule = mock!(aws_sdk_s3::Client::get_public_access_block)
        .then_output(|| GetPublicAccessBlockOutput::builder().build());
    let answer = run(acls(&rule).public_access_block(&target));
    assert_lacks(answer, "s3:GetBucketPublicAccessBlock", "PublicAccessBlockConfiguration");
    let says = |block: PublicAccessBlockConfiguration| {
        let rule = mock!(aws_sdk_s3::Client::get_public_access_block).then_output(move || {
            GetPublicAccessBlockOutput::builder().public_access_block_configuration(block.clone()).build()
        });
        run(acls(&rule).public_access_block(&target))
    };
    let none = PublicAccessBlockConfiguration::builder().build();
    assert_lacks(says(none), "s3:GetBucketPublicAccessBlock", "PublicAccessBlockConfiguration");
    // Each is optional: one that is not named is off.
    let one = PublicAccessBlockConfiguration::builder().ignore_public_acls(true).build();
    let ignores = PublicAccessBlock { ignore_public_acls: true, ..PublicAccessBlock::default() };
    assert_eq!(says(one), Ok(Some(ignores)));

    let rule = mock!(aws_sdk_s3control::Client::get_public_access_block)
        .then_output(|| AccountOutput::builder().build());
    let answer = run(with_accounts(&rule).account_block(&target));
    assert_lacks(answer, "s3:GetAccountPublicAccessBlock", "PublicAccessBlockConfiguration");

    let rule = mock!(aws_sdk_s3::Client::get_bucket_website)
        .then_output(|| GetBucketWebsiteOutput::builder().build());
    assert_lacks(run(acls(&rule).serves_website(&target)), "s3:GetBucketWebsite", "IndexDocument");

    let rule = mock!(aws_sdk_s3::Client::get_bucket_ownership_controls)
        .then_output(|| GetBucketOwnershipControlsOutput::builder().build());
    assert_lacks(run(acls(&rule).acls_disabled(&target)), "s3:GetBucketOwnershipControls", "ObjectOwnership");
}
