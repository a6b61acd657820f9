//! Block Public Access, of a bucket or of its account.

use serde::{Deserialize, Serialize};

/// A bucket's Block Public Access.
/// <https://docs.aws.amazon.com/AmazonS3/latest/API/API_PublicAccessBlockConfiguration.html>
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
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

    /// The same with the flag on that keeps the public out whatever the policy says.
    pub(crate) fn with_public_restricted(self) -> Self {
        Self { restrict_public_buckets: true, ..self }
    }

    /// Whether both flags are on that are about ACLs.
    pub(crate) fn blocks_acls(self) -> bool {
        self.block_public_acls && self.ignore_public_acls
    }

    /// Both flags that are about ACLs, by S3's names for them.
    pub(crate) fn acl_flags(self) -> [(&'static str, bool); 2] {
        [("BlockPublicAcls", self.block_public_acls), ("IgnorePublicAcls", self.ignore_public_acls)]
    }

    /// Each flag by S3's name for it.
    pub(crate) fn flags(self) -> [(&'static str, bool); 4] {
        let [block, ignore] = self.acl_flags();
        [
            block,
            ignore,
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
