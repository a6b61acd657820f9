//! A bucket's policy, and what limits it.

use events::{AccountId, BucketName};
use remediation::{Fact, Unread};
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
    pub document: Fact<String>,
    /// S3's own verdict: whether it calls the policy public.
    pub is_public: Fact<bool>,
    /// What blocks it on the bucket.
    pub bucket_block: Fact<PublicAccessBlock>,
    /// What blocks it on the whole account.
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
    /// What is known to keep the public out. `RestrictPublicBuckets` goes by S3's own verdict: where S3 does not call the
    /// policy public, it does nothing, and where nobody knows, nobody knows what it does.
    pub(super) fn blocker(&self) -> Option<Blocker> {
        self.restricted().filter(|_| self.is_public == Fact::Known(true))
    }

    /// Whose `RestrictPublicBuckets` is known to be on.
    pub(super) fn restricted(&self) -> Option<Blocker> {
        let is_on = |block: &Fact<PublicAccessBlock>| {
            block.known().is_some_and(|block| block.restrict_public_buckets)
        };
        match (is_on(&self.bucket_block), is_on(&self.account_block)) {
            (true, true) => Some(Blocker::Both),
            (true, false) => Some(Blocker::Bucket),
            (false, true) => Some(Blocker::Account),
            (false, false) => None,
        }
    }

    /// What is not known and may keep the public out. S3's verdict does so only where a switch is on, or may be.
    pub(super) fn may_block(&self) -> Vec<Unread> {
        let is_off = |block: &Fact<PublicAccessBlock>| {
            block.known().is_some_and(|block| !block.restrict_public_buckets)
        };
        if self.is_public == Fact::Known(false) || (is_off(&self.bucket_block) && is_off(&self.account_block))
        {
            return Vec::new();
        }
        self.unread_verdict().into_iter().chain(self.unread_switches()).collect()
    }

    /// What is not known of it.
    pub(super) fn unread(&self) -> Vec<Unread> {
        self.unread_words().into_iter().chain(self.unread_switches()).collect()
    }

    /// What is not known of the policy itself.
    pub(super) fn unread_words(&self) -> Vec<Unread> {
        let document = self.document.unread("what the policy says");
        document.into_iter().chain(self.unread_verdict()).collect()
    }

    fn unread_verdict(&self) -> Option<Unread> {
        self.is_public.unread("S3's own verdict on the policy")
    }

    /// What is not known of the switches that may keep the public out.
    fn unread_switches(&self) -> Vec<Unread> {
        let bucket = self.bucket_block.unread("Block Public Access of the bucket");
        let account = self.account_block.unread("Block Public Access of the account");
        [bucket, account].into_iter().flatten().collect()
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
