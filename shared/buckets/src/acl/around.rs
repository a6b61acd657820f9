//! What decides whether a public grant has an effect, and what depends on it.

use std::fmt;

use remediation::{Fact, Unread};
use serde::{Deserialize, Serialize};

use crate::PublicAccessBlock;

/// What was read beside an ACL that is public.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Around {
    /// The bucket's Block Public Access, `None` where it has none.
    #[serde(rename = "PublicAccessBlockConfiguration")]
    pub public_access_block: Fact<Option<PublicAccessBlock>>,
    /// The account's; `None` where nobody asked.
    #[serde(
        rename = "AccountPublicAccessBlockConfiguration",
        default,
        skip_serializing_if = "Option::is_none"
    )]
    pub account_block: Option<Fact<PublicAccessBlock>>,
    /// Whether the bucket serves a website; `None` where nobody asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serves_website: Option<Fact<bool>>,
    /// Whether Object Ownership disables ACLs; `None` where the write is left to say so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub acls_disabled: Option<Fact<bool>>,
}

/// Whether the public grants of an ACL let anybody in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Effect {
    /// They do.
    Now,
    /// `IgnorePublicAcls` is on: they are there, and do nothing.
    Ignored(By),
    /// Nothing that is known stops them, and not everything is known.
    Unknown,
}

/// Whose `IgnorePublicAcls` is on. Of the bucket's and the account's, the stricter wins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum By {
    /// The bucket's alone, as far as is known.
    Bucket,
    /// The account's alone, as far as is known.
    Account,
    /// Both.
    Both,
}

impl Around {
    /// What is looked at after the flags were turned on.
    pub(crate) fn after_blocking(
        public_access_block: Fact<Option<PublicAccessBlock>>,
        account_block: Fact<PublicAccessBlock>,
    ) -> Self {
        let account_block = Some(account_block);
        Self { public_access_block, account_block, serves_website: None, acls_disabled: None }
    }

    /// Whether public grants let anybody in.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html>
    pub(crate) fn effect(&self) -> Effect {
        let ignores = |block: &PublicAccessBlock| block.ignore_public_acls;
        let bucket = self.public_access_block.known().map(|block| block.as_ref().is_some_and(ignores));
        let account = match &self.account_block {
            Some(fact) => fact.known().map(ignores),
            None => Some(false),
        };
        match (bucket, account) {
            (Some(true), Some(true)) => Effect::Ignored(By::Both),
            (Some(true), _) => Effect::Ignored(By::Bucket),
            (_, Some(true)) => Effect::Ignored(By::Account),
            (Some(false), Some(false)) if matches!(self.acls_disabled, Some(Fact::Unknown(_))) => {
                Effect::Unknown
            }
            (Some(false), Some(false)) => Effect::Now,
            (None, _) | (_, None) => Effect::Unknown,
        }
    }

    /// What could not be read that might stop public grants.
    pub(crate) fn unread(&self) -> Vec<Unread> {
        let bucket = self.public_access_block.unread("Block Public Access of the bucket");
        let account = self.account_block.as_ref();
        let account = account.and_then(|fact| fact.unread("Block Public Access of the account"));
        let ownership = self.acls_disabled.as_ref();
        let ownership = ownership.and_then(|fact| fact.unread("Object Ownership of the bucket"));
        [bucket, account, ownership].into_iter().flatten().collect()
    }

    /// The same in words with the reason.
    pub(crate) fn unknowns(&self) -> Vec<String> {
        let words = |Unread { what, unknown }: &Unread| format!("{what} ({})", unknown.why());
        self.unread().iter().map(words).collect()
    }

    /// Whether Object Ownership is known to disable ACLs: then nothing is public by ACL.
    pub(crate) fn acls_are_disabled(&self) -> bool {
        self.acls_disabled == Some(Fact::Known(true))
    }
}

impl fmt::Display for By {
    /// Such as `the bucket`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Bucket => "the bucket",
            Self::Account => "the account",
            Self::Both => "the bucket and of the account",
        })
    }
}
