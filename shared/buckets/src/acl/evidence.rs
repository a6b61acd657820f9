//! What the alert about a public ACL shows: what was there, and what depends on it.

use remediation::{Evidence, Fact, Target};

use super::around::{Around, Effect};
use super::commands::block_once_read;
use super::plan::AclPlan;
use super::state::AclState;
use crate::commands::put_block;
use crate::{Bucket, PublicAccessBlock};

/// The blocks of the alert.
pub(super) fn blocks(bucket: &Bucket<'_>, state: &AclState, plan: Option<&AclPlan>) -> Vec<Evidence> {
    let block = Evidence::new;
    let grants: Vec<String> = state.acl.grants.iter().map(|grant| format!("  {}", grant.words())).collect();
    let mut blocks = vec![block("The ACL as it was", grants.join("\n"))];
    let blocks_acls = plan.is_some_and(AclPlan::blocks_acls);
    if let Some(around) = &state.around {
        blocks.push(block("Block Public Access as it was", public_access(bucket, around)));
        match &around.serves_website {
            Some(Fact::Known(true)) => {
                blocks.push(block("This bucket serves a website", website(blocks_acls)))
            }
            Some(Fact::Known(false)) | None => {}
            Some(Fact::Unknown(error)) => {
                blocks.push(block("Whether this bucket serves a website", format!("  Unknown: {error}")));
            }
        }
        if let Some(Fact::Unknown(error)) = &around.acls_disabled {
            blocks.push(block("Whether ACLs are disabled on this bucket", format!("  Unknown: {error}")));
        }
        if !blocks_acls && !matches!(around.effect(), Effect::Ignored(_)) {
            blocks.push(block("How to close public objects too", close_objects(bucket, around)));
        }
    }
    blocks
}

fn public_access(bucket: &Bucket<'_>, around: &Around) -> String {
    let bucket_block = match &around.public_access_block {
        Fact::Known(Some(block)) => format!("  Of the bucket:\n{}", block.table()),
        Fact::Known(None) => "  The bucket has none: all four flags are off.".to_owned(),
        Fact::Unknown(error) => format!("  Of the bucket: unknown: {error}"),
    };
    let Target { account, region, .. } = bucket;
    let account_block = match &around.account_block {
        None => return bucket_block,
        Some(Fact::Known(block)) if *block == PublicAccessBlock::default() => {
            "  Of the account: all four flags are off.".to_owned()
        }
        Some(Fact::Known(block)) => format!("  Of the account:\n{}{}", block.table(), refused(block)),
        Some(Fact::Unknown(error)) => format!(
            "  Of the account: unknown: {error}\n  It may keep the public out as well. To look:\n  aws s3control \
             get-public-access-block --region {region} --account-id {account}"
        ),
    };
    format!("{bucket_block}\n{account_block}")
}

/// What the account's flags mean for putting the ACL back.
fn refused(account: &PublicAccessBlock) -> &'static str {
    if account.block_public_acls {
        "\n  While BlockPublicAcls of the account is on, S3 refuses the command that puts a public ACL back."
    } else {
        ""
    }
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

fn close_objects(bucket: &Bucket<'_>, around: &Around) -> String {
    match around.public_access_block {
        Fact::Known(before) => put_block(bucket, before.unwrap_or_default().with_acls_blocked()),
        Fact::Unknown(_) => block_once_read(bucket).join("\n"),
    }
}
