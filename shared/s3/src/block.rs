//! Block Public Access of a bucket and of its account: the calls that read and write it.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use aws_sdk_s3control::types::PublicAccessBlockConfiguration as OfAccount;
use buckets::{Bucket, PublicAccessBlock};
use remediation::CallError;

use crate::clients::{Accounts, Buckets, explain};

const READ: &str = "s3:GetBucketPublicAccessBlock";
const READ_ACCOUNT: &str = "s3:GetAccountPublicAccessBlock";
const WRITE: &str = "s3:PutBucketPublicAccessBlock";

/// Reads the bucket's Block Public Access; `None` where it has none, which is the same as all flags off.
pub(crate) async fn read(
    clients: &Buckets,
    bucket: &Bucket<'_>,
) -> Result<Option<PublicAccessBlock>, CallError> {
    let answer = clients
        .of(bucket.region)
        .get_public_access_block()
        .bucket(bucket.id.as_str())
        .expected_bucket_owner(bucket.account.as_str())
        .send()
        .await;
    match answer {
        Ok(answer) => of_bucket(answer.public_access_block_configuration).map(Some),
        Err(error) if aws::code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => Ok(None),
        Err(error) => Err(explain(aws::failed(READ, error), bucket)),
    }
}

/// Reads the switches of the account that owns the bucket; an account that has none has all of them off.
pub(crate) async fn read_account(
    clients: &Accounts,
    bucket: &Bucket<'_>,
) -> Result<PublicAccessBlock, CallError> {
    let answer =
        clients.of(bucket.region).get_public_access_block().account_id(bucket.account.as_str()).send().await;
    match answer {
        Ok(answer) => of_account(answer.public_access_block_configuration),
        Err(error) if aws::code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => {
            Ok(PublicAccessBlock::default())
        }
        Err(error) => Err(aws::failed(READ_ACCOUNT, error)),
    }
}

/// Replaces the bucket's Block Public Access: all four flags at once, S3 takes them no other way.
pub(crate) async fn write(
    clients: &Buckets,
    bucket: &Bucket<'_>,
    block: PublicAccessBlock,
) -> Result<(), CallError> {
    let configuration = PublicAccessBlockConfiguration::builder()
        .block_public_acls(block.block_public_acls)
        .ignore_public_acls(block.ignore_public_acls)
        .block_public_policy(block.block_public_policy)
        .restrict_public_buckets(block.restrict_public_buckets)
        .build();
    let answer = clients
        .of(bucket.region)
        .put_public_access_block()
        .bucket(bucket.id.as_str())
        .expected_bucket_owner(bucket.account.as_str())
        .public_access_block_configuration(configuration)
        .send()
        .await;
    answer.map(|_| ()).map_err(|error| explain(aws::failed(WRITE, error), bucket))
}

/// Takes the bucket's Block Public Access away. The IAM action is that of replacing it.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_DeletePublicAccessBlock.html>
pub(crate) async fn delete(clients: &Buckets, bucket: &Bucket<'_>) -> Result<(), CallError> {
    let answer = clients
        .of(bucket.region)
        .delete_public_access_block()
        .bucket(bucket.id.as_str())
        .expected_bucket_owner(bucket.account.as_str())
        .send()
        .await;
    answer.map(|_| ()).map_err(|error| explain(aws::failed(WRITE, error), bucket))
}

fn of_bucket(block: Option<PublicAccessBlockConfiguration>) -> Result<PublicAccessBlock, CallError> {
    let flags = block.map(|block| {
        [
            block.block_public_acls,
            block.ignore_public_acls,
            block.block_public_policy,
            block.restrict_public_buckets,
        ]
    });
    said(READ, flags)
}

fn of_account(block: Option<OfAccount>) -> Result<PublicAccessBlock, CallError> {
    let flags = block.map(|block| {
        [
            block.block_public_acls,
            block.ignore_public_acls,
            block.block_public_policy,
            block.restrict_public_buckets,
        ]
    });
    said(READ_ACCOUNT, flags)
}

/// What an answer says. Each flag is optional, and one that is not named is off; an answer that names none says nothing.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PublicAccessBlockConfiguration.html>
fn said(action: &'static str, flags: Option<[Option<bool>; 4]>) -> Result<PublicAccessBlock, CallError> {
    let named = flags.filter(|flags| flags.iter().any(Option::is_some));
    let incomplete = CallError::Incomplete { action, field: "PublicAccessBlockConfiguration" };
    let [acls, ignore, policy, restrict] = named.ok_or(incomplete)?.map(Option::unwrap_or_default);
    Ok(PublicAccessBlock {
        block_public_acls: acls,
        ignore_public_acls: ignore,
        block_public_policy: policy,
        restrict_public_buckets: restrict,
    })
}
