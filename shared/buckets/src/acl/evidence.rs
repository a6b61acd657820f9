//! What the alert about a public ACL shows: what was there, what depends on it, how to put it back.

use remediation::{Evidence, Finding, Outcome, Target};
use serde_json::json;

use super::finding::EFFECTIVE;
use super::plan::AclPlan;
use super::state::AclState;
use super::surroundings::{Effect, Fact, Surroundings};
use crate::client::Bucket;
use crate::public_access_block::PublicAccessBlock;

/// The blocks of the alert.
pub(super) fn blocks(bucket: &Bucket<'_>, state: &AclState, plan: Option<&AclPlan>) -> Vec<Evidence> {
    let block = |title: &str, body: String| Evidence { title: title.to_owned(), body };
    let grants: Vec<String> = state.acl.grants.iter().map(|grant| format!("  {}", grant.words())).collect();
    let mut blocks = vec![block("The ACL as it was", grants.join("\n"))];
    let blocks_acls = plan.is_some_and(|plan| plan.block.is_some());
    if let Some(surroundings) = &state.surroundings {
        blocks.push(block("Block Public Access as it was", public_access(bucket, surroundings)));
        match &surroundings.serves_website {
            Some(Fact::Known(true)) => {
                blocks.push(block("This bucket serves a website", website(blocks_acls)))
            }
            Some(Fact::Known(false)) | None => {}
            Some(Fact::Unknown(error)) => {
                blocks.push(block("Whether this bucket serves a website", format!("  Unknown: {error}")));
            }
        }
        if !blocks_acls && surroundings.effect() != Effect::Ignored {
            blocks.push(block("How to close public objects too", close_objects(bucket, surroundings)));
        }
    }
    blocks.push(block("How to put it back", put_back(bucket, state, plan)));
    blocks
}

/// What a person should do now.
pub(super) fn advice(outcome: Outcome, findings: &[Finding], blocks: bool) -> Vec<String> {
    let objects = if !findings.iter().any(|finding| finding.kind == EFFECTIVE) {
        "Leave IgnorePublicAcls on: it keeps the public out, and from objects that were uploaded as public too."
    } else if !blocks {
        "Objects keep ACLs of their own, which Curfew does not change: objects that were uploaded as public \
         may still be. Turning on IgnorePublicAcls of the bucket closes those too, BlockPublicAcls keeps the \
         ACL from coming back; the command is below."
    } else if outcome == Outcome::Remediated {
        "Public ACLs of the bucket and of its objects have no effect any more, and uploads that ask for a \
         public ACL are refused from now on: find out whether somebody relied on that."
    } else {
        "Objects keep ACLs of their own: until BlockPublicAcls and IgnorePublicAcls of the bucket are on, \
         those that were uploaded as public may still be."
    };
    let advice: &[&str] = match outcome {
        Outcome::Remediated => &[
            "Find out who made the bucket public, and whether somebody relied on it.",
            objects,
            "If it has to be public after all, what is below puts it back; Curfew will close it again at the \
             next trigger.",
        ],
        Outcome::Observed => &[
            "Decide whether the bucket has to be public. In `enforce` mode Curfew would have made the \
             change above.",
            objects,
        ],
        Outcome::StillOpen => {
            &["Make the bucket private by hand now: somebody or something keeps changing its ACL.", objects]
        }
        Outcome::Compliant | Outcome::Alerted | Outcome::Gone | Outcome::Failed => &[],
    };
    advice.iter().map(ToString::to_string).collect()
}

fn public_access(bucket: &Bucket<'_>, surroundings: &Surroundings) -> String {
    let flags = match &surroundings.public_access_block {
        Fact::Known(Some(block)) => block.table(),
        Fact::Known(None) => "  The bucket has none: all four flags are off.".to_owned(),
        Fact::Unknown(error) => format!("  Unknown: {error}"),
    };
    if surroundings.effect() == Effect::Ignored {
        return flags;
    }
    let Target { account, region, .. } = bucket;
    format!(
        "{flags}\n  The account's own was not looked at; it may keep the public out as well:\n  aws s3control \
         get-public-access-block --region {region} --account-id {account}"
    )
}

fn website(blocks_acls: bool) -> String {
    let closed = "  That exempts it from nothing. Its pages are read by the bucket policy or by the ACLs of the \
                  objects, not by\n  the ACL of the bucket: without the grants above the public can not list \
                  or change the bucket any more, and a\n  page that does not exist is answered with 403 \
                  instead of 404.";
    let objects = if blocks_acls {
        "\n  With IgnorePublicAcls, pages that only their own ACLs make public are not served any more. Those \
         that the\n  bucket policy makes public still are."
    } else {
        "\n  Closing public objects too would end pages that only their own ACLs make public. Those that the \
         bucket\n  policy makes public would stay."
    };
    format!("{closed}{objects}")
}

fn close_objects(bucket: &Bucket<'_>, surroundings: &Surroundings) -> String {
    match surroundings.public_access_block {
        Fact::Known(before) => put_block(bucket, before.unwrap_or_default().with_acls_blocked()),
        Fact::Unknown(_) => format!(
            "{}\n  That writes all four flags: look first which are on, and keep them.",
            put_block(bucket, PublicAccessBlock::default().with_acls_blocked())
        ),
    }
}

/// The commands that rebuild the state before, in order: S3 refuses a public ACL while `BlockPublicAcls` is on.
fn put_back(bucket: &Bucket<'_>, state: &AclState, plan: Option<&AclPlan>) -> String {
    let before = state.surroundings.as_ref().and_then(|around| match around.public_access_block {
        Fact::Known(before) => before,
        Fact::Unknown(_) => None,
    });
    let changed = plan.is_some_and(|plan| plan.block.is_some());
    let acl = put_acl(bucket, state);
    let commands = match before {
        Some(before) if before.block_public_acls => {
            let without = PublicAccessBlock { block_public_acls: false, ..before };
            vec![put_block(bucket, without), acl, put_block(bucket, before)]
        }
        Some(before) if changed => vec![put_block(bucket, before), acl],
        None if changed => vec![command(bucket, "delete-public-access-block", ""), acl],
        _ => vec![acl],
    };
    commands.join("\n")
}

fn put_acl(bucket: &Bucket<'_>, state: &AclState) -> String {
    let list = json!(state.acl).to_string().replace('\'', r"'\''");
    command(bucket, "put-bucket-acl", &format!(" --access-control-policy '{list}'"))
}

fn put_block(bucket: &Bucket<'_>, block: PublicAccessBlock) -> String {
    let flags = block.flags().map(|(name, on)| format!("{name}={on}")).join(",");
    command(bucket, "put-public-access-block", &format!(" --public-access-block-configuration {flags}"))
}

fn command(bucket: &Bucket<'_>, name: &str, options: &str) -> String {
    let Target { id, account, region } = bucket;
    format!("  aws s3api {name} --region {region} --bucket {id} --expected-bucket-owner {account}{options}")
}
