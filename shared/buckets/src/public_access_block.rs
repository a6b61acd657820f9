//! A bucket's Block Public Access: the type, and the calls that read and write it.

use aws_sdk_s3::Client;
use aws_sdk_s3::types::PublicAccessBlockConfiguration;
use remediation::CallError;
use serde::Serialize;

use crate::client::{self, Bucket};

/// A bucket's Block Public Access.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PublicAccessBlockConfiguration.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct PublicAccessBlock {
    /// Calls that would make an ACL public are refused.
    pub block_public_acls: bool,
    /// Public ACLs have no effect.
    pub ignore_public_acls: bool,
    /// Calls that would make the policy public are refused.
    pub block_public_policy: bool,
    /// A public policy lets in nobody but the account and AWS services.
    pub restrict_public_buckets: bool,
}

impl PublicAccessBlock {
    /// The same with both flags on that are about ACLs.
    pub(crate) fn with_acls_blocked(self) -> Self {
        Self { block_public_acls: true, ignore_public_acls: true, ..self }
    }

    /// Whether both flags are on that are about ACLs.
    pub(crate) fn blocks_acls(self) -> bool {
        self.block_public_acls && self.ignore_public_acls
    }

    /// Each flag by S3's name for it.
    pub(crate) fn flags(self) -> [(&'static str, bool); 4] {
        [
            ("BlockPublicAcls", self.block_public_acls),
            ("IgnorePublicAcls", self.ignore_public_acls),
            ("BlockPublicPolicy", self.block_public_policy),
            ("RestrictPublicBuckets", self.restrict_public_buckets),
        ]
    }

    /// The flags as people read them, a line a flag.
    pub(crate) fn table(self) -> String {
        let line = |(name, on)| format!("    {name:<22} {}", if on { "on" } else { "off" });
        self.flags().map(line).join("\n")
    }
}

/// Reads the bucket's Block Public Access; `None` where it has none, which is the same as all flags off.
pub(crate) async fn read(
    client: &Client,
    bucket: &Bucket<'_>,
) -> Result<Option<PublicAccessBlock>, CallError> {
    let answer = client
        .get_public_access_block()
        .bucket(bucket.id.as_str())
        .expected_bucket_owner(bucket.account.as_str())
        .customize()
        .config_override(client::in_region_of(bucket))
        .send()
        .await;
    match answer {
        Ok(answer) => Ok(answer.public_access_block_configuration.map(Into::into)),
        Err(error) if client::code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => Ok(None),
        Err(error) => {
            Err(client::explain(CallError::from_sdk("s3:GetBucketPublicAccessBlock", &error), bucket))
        }
    }
}

/// Replaces the bucket's Block Public Access: all four flags at once, S3 takes them no other way.
pub(crate) async fn write(
    client: &Client,
    bucket: &Bucket<'_>,
    block: PublicAccessBlock,
) -> Result<(), CallError> {
    let answer = client
        .put_public_access_block()
        .bucket(bucket.id.as_str())
        .expected_bucket_owner(bucket.account.as_str())
        .public_access_block_configuration(block.into())
        .customize()
        .config_override(client::in_region_of(bucket))
        .send()
        .await;
    answer.map(|_| ()).map_err(|error| {
        client::explain(CallError::from_sdk("s3:PutBucketPublicAccessBlock", &error), bucket)
    })
}

impl From<PublicAccessBlockConfiguration> for PublicAccessBlock {
    fn from(block: PublicAccessBlockConfiguration) -> Self {
        let flag = |flag: Option<bool>| flag.unwrap_or(false);
        Self {
            block_public_acls: flag(block.block_public_acls),
            ignore_public_acls: flag(block.ignore_public_acls),
            block_public_policy: flag(block.block_public_policy),
            restrict_public_buckets: flag(block.restrict_public_buckets),
        }
    }
}

impl From<PublicAccessBlock> for PublicAccessBlockConfiguration {
    fn from(block: PublicAccessBlock) -> Self {
        Self::builder()
            .block_public_acls(block.block_public_acls)
            .ignore_public_acls(block.ignore_public_acls)
            .block_public_policy(block.block_public_policy)
            .restrict_public_buckets(block.restrict_public_buckets)
            .build()
    }
}
