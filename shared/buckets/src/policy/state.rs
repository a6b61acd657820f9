//! A bucket's policy, and what limits it.

use events::{AccountId, BucketName};
use remediation::Fact;
use serde::{Deserialize, Serialize};

use crate::PublicAccessBlock;

/// What S3 says about a bucket's policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PolicyState {
    /// The bucket's name.
    pub bucket: BucketName,
    /// The account that owns it.
    pub account: AccountId,
    /// The policy, and what limits it; `None` where the bucket has none.
    pub policy: Option<BucketPolicy>,
}

/// A bucket's policy.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct BucketPolicy {
    /// The document, as S3 gives it.
    pub document: String,
    /// S3's own verdict.
    pub is_public: bool,
    /// What blocks it on the bucket.
    pub bucket_block: PublicAccessBlock,
    /// What blocks it on the whole account. The function may not be allowed to see that.
    pub account_block: Fact<PublicAccessBlock>,
}

/// Whose `RestrictPublicBuckets` keeps the public out although the policy lets it in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Blocker {
    /// The bucket's alone, as far as is known.
    Bucket,
    /// The account's alone.
    Account,
    /// Both.
    Both,
}

impl BucketPolicy {
    /// What keeps the public out. `RestrictPublicBuckets` goes by S3's own verdict: where S3 does not call the policy
    /// public, it does nothing.
    pub(super) fn blocker(&self) -> Option<Blocker> {
        let account = self.account_block.known().is_some_and(|block| block.restrict_public_buckets);
        match (self.is_public, self.bucket_block.restrict_public_buckets, account) {
            (true, true, true) => Some(Blocker::Both),
            (true, true, false) => Some(Blocker::Bucket),
            (true, false, true) => Some(Blocker::Account),
            (false, ..) | (true, false, false) => None,
        }
    }
}

impl Blocker {
    /// The blocker in words.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Both => "RestrictPublicBuckets of the bucket and of the account",
            Self::Bucket => "RestrictPublicBuckets of the bucket",
            Self::Account => "RestrictPublicBuckets of the account",
        }
    }
}
