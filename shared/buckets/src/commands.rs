//! Commands of the AWS CLI about a bucket, as people can run them.

use remediation::Target;

use crate::{Bucket, PublicAccessBlock};

/// S3 takes all four flags at once.
pub(crate) fn put_block(bucket: &Bucket<'_>, block: PublicAccessBlock) -> String {
    let flags = block.flags().map(|(name, on)| format!("{name}={on}")).join(",");
    command(bucket, "put-public-access-block", &format!(" --public-access-block-configuration {flags}"))
}

pub(crate) fn command(bucket: &Bucket<'_>, name: &str, options: &str) -> String {
    let Target { id, account, region } = bucket;
    format!("  aws s3api {name} --region {region} --bucket {id} --expected-bucket-owner {account}{options}")
}
