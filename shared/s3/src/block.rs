//! Block Public Access of a bucket and of its account: the calls that read and write it.

use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use aws_sdk_s3control::types::PublicAccessBlockConfiguration as OfAccount;
use buckets::{Bucket, PublicAccessBlock};
use remediation::CallError;

use crate::clients::{Accounts, Buckets, explain};

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
        Ok(answer) => Ok(answer.public_access_block_configuration.map(of_bucket)),
        Err(error) if aws::code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => Ok(None),
        Err(error) => Err(explain(aws::failed("s3:GetBucketPublicAccessBlock", error), bucket)),
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
        Ok(answer) => Ok(answer.public_access_block_configuration.map(of_account).unwrap_or_default()),
        Err(error) if aws::code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => {
            Ok(PublicAccessBlock::default())
        }
        Err(error) => Err(aws::failed("s3:GetAccountPublicAccessBlock", error)),
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

fn of_bucket(block: PublicAccessBlockConfiguration) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: block.block_public_acls.unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls.unwrap_or(false),
        block_public_policy: block.block_public_policy.unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or(false),
    }
}

fn of_account(block: OfAccount) -> PublicAccessBlock {
    PublicAccessBlock {
        block_public_acls: block.block_public_acls.unwrap_or(false),
        ignore_public_acls: block.ignore_public_acls.unwrap_or(false),
        block_public_policy: block.block_public_policy.unwrap_or(false),
        restrict_public_buckets: block.restrict_public_buckets.unwrap_or(false),
    }
}
