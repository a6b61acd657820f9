//! Block Public Access of a bucket and of its account.

use aws_sdk_s3::operation::delete_public_access_block::DeletePublicAccessBlockOutput;
use aws_sdk_s3::operation::get_public_access_block::GetPublicAccessBlockOutput;
use aws_sdk_s3::operation::put_public_access_block::PutPublicAccessBlockOutput;
use aws_sdk_s3control::config::retry::RetryConfig as AccountRetries;
use aws_sdk_s3control::operation::get_public_access_block::{
    GetPublicAccessBlockError as AccountError, GetPublicAccessBlockOutput as AccountOutput,
};
use aws_sdk_s3control::types::PublicAccessBlockConfiguration as AccountConfiguration;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use buckets::{BucketAcls, PublicAccessBlock, ReadBucketAcls};
use remediation::CallError;
use remediation::testing::run;

use super::acls::{OWNER, acls, blocking, flags, sdk_block};
use super::bucket;
use crate::S3BucketAcls;
use crate::clients::Clients;

pub(super) fn with_accounts(rule: &Rule) -> S3BucketAcls {
    let once = |config: aws_sdk_s3control::config::Builder| config.retry_config(AccountRetries::disabled());
    let accounts = mock_client!(aws_sdk_s3control, RuleMode::MatchAny, [rule], once);
    S3BucketAcls(Clients::of(mock_client!(aws_sdk_s3, []), accounts))
}

#[test]
fn block_public_access_is_read_flag_by_flag_from_the_expected_owner() {
    let rule = mock!(aws_sdk_s3::Client::get_public_access_block)
        .match_requests(|request| request.expected_bucket_owner() == OWNER)
        .then_output(|| {
            let block = sdk_block(flags(false, true, false, false));
            GetPublicAccessBlockOutput::builder().public_access_block_configuration(block).build()
        });
    let answer = run(acls(&rule).public_access_block(&bucket().target()));
    assert_eq!(answer, Ok(Some(flags(false, true, false, false))));
}

/// What the account's switches are read as where S3 control answers with this error code.
fn account_refused(code: &'static str) -> Result<PublicAccessBlock, CallError> {
    let rule = mock!(aws_sdk_s3control::Client::get_public_access_block).then_error(move || {
        let metadata = aws_sdk_s3control::error::ErrorMetadata::builder().code(code).message("no").build();
        AccountError::generic(metadata)
    });
    run(with_accounts(&rule).account_block(&bucket().target()))
}

#[test]
fn the_accounts_switches_are_those_of_the_account_that_owns_the_bucket() {
    let rule = mock!(aws_sdk_s3control::Client::get_public_access_block)
        .match_requests(|request| request.account_id() == OWNER)
        .then_output(|| {
            let block = AccountConfiguration::builder()
                .block_public_acls(false)
                .ignore_public_acls(true)
                .block_public_policy(false)
                .restrict_public_buckets(false)
                .build();
            AccountOutput::builder().public_access_block_configuration(block).build()
        });
    let answer = run(with_accounts(&rule).account_block(&bucket().target()));
    assert_eq!(answer, Ok(flags(false, true, false, false)));
    assert_eq!(account_refused("NoSuchPublicAccessBlockConfiguration"), Ok(PublicAccessBlock::default()));
    assert!(account_refused("SlowDown").unwrap_err().is_passing());
    let denied = account_refused("AccessDenied").unwrap_err();
    assert!(
        matches!(&denied, CallError::Denied(d) if d.action == "s3:GetAccountPublicAccessBlock"),
        "{denied}"
    );
}

#[test]
fn all_four_flags_are_written_to_the_expected_owner() {
    let rule = mock!(aws_sdk_s3::Client::put_public_access_block)
        .match_requests(|request| {
            let block = request.public_access_block_configuration().unwrap();
            let flags = [
                block.block_public_acls(),
                block.ignore_public_acls(),
                block.block_public_policy(),
                block.restrict_public_buckets(),
            ];
            request.expected_bucket_owner() == OWNER
                && flags == [Some(true), Some(true), Some(false), Some(true)]
        })
        .then_output(|| PutPublicAccessBlockOutput::builder().build());
    assert_eq!(
        run(acls(&rule).block(&bucket().target(), blocking(Some(flags(true, true, false, true))))),
        Ok(())
    );
    assert_eq!(rule.num_calls(), 1);
}

#[test]
fn taking_the_block_away_names_the_expected_owner() {
    let rule = mock!(aws_sdk_s3::Client::delete_public_access_block)
        .match_requests(|request| {
            request.bucket() == Some("acme-reports") && request.expected_bucket_owner() == OWNER
        })
        .then_output(|| DeletePublicAccessBlockOutput::builder().build());
    assert_eq!(run(acls(&rule).block(&bucket().target(), blocking(None))), Ok(()));
}
