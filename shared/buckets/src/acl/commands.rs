//! A plan as commands of the AWS CLI that people can run as they stand, each on a line of its own.

use remediation::Target;
use serde_json::json;

use super::plan::{AclPlan, AclStep};
use super::port::NewAcl;
use crate::{Bucket, PublicAccessBlock};

/// The commands of a plan, in its order.
pub(super) fn commands(bucket: &Bucket<'_>, plan: &AclPlan) -> String {
    let lines: Vec<String> = plan.steps.iter().flat_map(|step| lines(bucket, step)).collect();
    lines.join("\n")
}

fn lines(bucket: &Bucket<'_>, step: &AclStep) -> Vec<String> {
    match step {
        AclStep::Write(write) => {
            let note = "  # S3 refuses it while BlockPublicAcls is on, which Curfew could not read before.";
            let note = write.may_be_refused.then(|| note.to_owned());
            note.into_iter().chain([put_acl(bucket, &write.acl)]).collect()
        }
        AclStep::Block(change) => vec![match change.after {
            Some(block) => put_block(bucket, block),
            None => command(bucket, "delete-public-access-block", ""),
        }],
        AclStep::BlockOnceRead => {
            let note = "  # This writes all four flags. Curfew could not read them: look first which are on, and keep them.";
            vec![note.to_owned(), put_block(bucket, PublicAccessBlock::default().with_acls_blocked())]
        }
    }
}

fn put_acl(bucket: &Bucket<'_>, acl: &NewAcl) -> String {
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

fn command(bucket: &Bucket<'_>, name: &str, options: &str) -> String {
    let Target { id, account, region } = bucket;
    format!("  aws s3api {name} --region {region} --bucket {id} --expected-bucket-owner {account}{options}")
}
