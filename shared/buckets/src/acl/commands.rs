//! A plan as commands of the AWS CLI that people can run as they stand, each on a line of its own.

use serde_json::json;

use super::plan::{AclPlan, AclStep};
use super::port::NewAcl;
use crate::commands::{command, put_block};
use crate::{Bucket, PublicAccessBlock};

/// The commands of a plan, in its order. Each is run only where the one before it succeeded, since the flags would mask a
/// grant that is still there; but what turns the flags on again once an ACL was to be put back is run in any case.
pub(super) fn commands(bucket: &Bucket<'_>, plan: &AclPlan) -> String {
    let mut commands = String::new();
    let steps = plan.steps.iter();
    let before = [None].into_iter().chain(plan.steps.iter().map(Some));
    for (step, before) in steps.zip(before) {
        let puts_back = |step: &AclStep| matches!(step, AclStep::Write(write) if !write.added.is_empty());
        commands.push_str(match before {
            None => "",
            Some(before) if puts_back(before) => "\n",
            Some(_) => " &&\n",
        });
        commands.push_str(&lines(bucket, step).join("\n"));
    }
    commands
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
        AclStep::BlockOnceRead => block_once_read(bucket),
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

/// Turns on the flags that are about ACLs and keeps the others, which Curfew could not read: S3 takes only all four at
/// once.
pub(super) fn block_once_read(bucket: &Bucket<'_>) -> Vec<String> {
    let kept = ["BlockPublicPolicy", "RestrictPublicBuckets"]
        .map(|name| format!("'{name}=',to_string(PublicAccessBlockConfiguration.{name})"));
    let query = format!(" --query \"join('',[{}])\" --output text", kept.join(",',',"));
    let all_off = put_block(bucket, PublicAccessBlock::default().with_acls_blocked());
    vec![
        format!("  kept=$({}) &&", command(bucket, "get-public-access-block", &query).trim_start()),
        command(
            bucket,
            "put-public-access-block",
            " --public-access-block-configuration \"BlockPublicAcls=true,IgnorePublicAcls=true,$kept\"",
        ),
        "  # Where the first says NoSuchPublicAccessBlockConfiguration, the bucket has none, and this does it:".to_owned(),
        format!("  # {}", all_off.trim_start()),
    ]
}
