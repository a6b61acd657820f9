//! Commands of the AWS CLI that people can run as they stand, each on a line of its own.

use remediation::Target;
use serde_json::json;

use super::plan::Unfinished;
use super::port::NewAcl;
use crate::client::Bucket;
use crate::public_access_block::PublicAccessBlock;

/// What is left to do, in the order of the plan.
pub(super) fn finish(bucket: &Bucket<'_>, left: &Unfinished) -> Vec<String> {
    let write = left.write.as_ref().map(|acl| put_acl(bucket, acl));
    let look = (left.block.is_some() && left.is_blind).then(|| {
        "  # This writes all four flags. Curfew could not read them: look first which are on, and keep them.".to_owned()
    });
    write.into_iter().chain(look).chain(left.block.map(|block| put_block(bucket, block))).collect()
}

pub(super) fn put_acl(bucket: &Bucket<'_>, acl: &NewAcl) -> String {
    match acl {
        NewAcl::Private => command(bucket, "put-bucket-acl", " --acl private"),
        NewAcl::Grants(acl) => {
            // Quotes in a name must not end the shell's.
            let list = json!(acl).to_string().replace('\'', r"'\''");
            command(bucket, "put-bucket-acl", &format!(" --access-control-policy '{list}'"))
        }
    }
}

pub(super) fn put_block(bucket: &Bucket<'_>, block: PublicAccessBlock) -> String {
    let flags = block.flags().map(|(name, on)| format!("{name}={on}")).join(",");
    command(bucket, "put-public-access-block", &format!(" --public-access-block-configuration {flags}"))
}

pub(super) fn delete_block(bucket: &Bucket<'_>) -> String {
    command(bucket, "delete-public-access-block", "")
}

fn command(bucket: &Bucket<'_>, name: &str, options: &str) -> String {
    let Target { id, account, region } = bucket;
    format!("  aws s3api {name} --region {region} --bucket {id} --expected-bucket-owner {account}{options}")
}
