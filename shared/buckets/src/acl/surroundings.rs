//! What decides whether a public grant has an effect, and what depends on it.

use std::fmt;

use remediation::CallError;
use serde::{Serialize, Serializer};

use crate::public_access_block::PublicAccessBlock;

/// What was read beside an ACL that is public.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Surroundings {
    /// The bucket's Block Public Access, `None` where it has none.
    #[serde(rename = "PublicAccessBlockConfiguration")]
    pub public_access_block: Fact<Option<PublicAccessBlock>>,
    /// The account's; `None` where nobody asked.
    #[serde(rename = "AccountPublicAccessBlockConfiguration", skip_serializing_if = "Option::is_none")]
    pub account_block: Option<Fact<PublicAccessBlock>>,
    /// Whether the bucket serves a website; `None` where nobody asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub serves_website: Option<Fact<bool>>,
    /// Whether Object Ownership disables ACLs; `None` where the write is left to say so.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub acls_disabled: Option<Fact<bool>>,
    /// Whether the flags that are about ACLs have just been turned on, so that they have to be.
    #[serde(skip)]
    pub has_to_block: bool,
}

/// What S3 said, or why it did not: no reason to leave a bucket open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fact<T> {
    /// S3 said so.
    Known(T),
    /// S3 did not say.
    Unknown(CallError),
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

impl Surroundings {
    /// What is looked at after the flags were turned on.
    pub(crate) fn after_blocking(public_access_block: Fact<Option<PublicAccessBlock>>) -> Self {
        Self {
            public_access_block,
            account_block: None,
            serves_website: None,
            acls_disabled: None,
            has_to_block: true,
        }
    }

    /// Whether the flags that are about ACLs are not known to be on, although they have to be.
    pub(crate) fn fails_to_block(&self) -> bool {
        let blocks = |block: Option<PublicAccessBlock>| block.is_some_and(PublicAccessBlock::blocks_acls);
        match self.public_access_block {
            Fact::Known(block) => self.has_to_block && !blocks(block),
            Fact::Unknown(_) => self.has_to_block,
        }
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
            (Some(false), Some(false)) => Effect::Now,
            (None, _) | (_, None) => Effect::Unknown,
        }
    }

    /// What could not be read that might stop public grants, in words with the reason.
    pub(crate) fn unknowns(&self) -> Vec<String> {
        let bucket = self.public_access_block.unknown().map(|error| ("bucket", error));
        let account = self.account_block.as_ref().and_then(Fact::unknown).map(|error| ("account", error));
        let words = |(whose, error)| format!("Block Public Access of the {whose} ({})", why(error));
        bucket.into_iter().chain(account).map(words).collect()
    }

    /// Whether Object Ownership is known to disable ACLs: then nothing is public by ACL.
    pub(crate) fn acls_are_disabled(&self) -> bool {
        self.acls_disabled == Some(Fact::Known(true))
    }
}

impl<T> Fact<T> {
    /// Takes an answer as it is; an error becomes part of what is known.
    pub(crate) fn of(answer: Result<T, CallError>) -> Self {
        answer.map_or_else(Self::Unknown, Self::Known)
    }

    /// What S3 said, if it did.
    pub(crate) fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Why S3 did not say.
    pub(crate) fn unknown(&self) -> Option<&CallError> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(error) => Some(error),
        }
    }
}

/// Without the service's own words, which may differ from call to call: the same is told once.
fn why(error: &CallError) -> String {
    match error {
        CallError::Denied(denied) => format!("the function's role may not call `{}`", denied.action),
        CallError::Refused { action, code, .. } => format!("`{action}` was refused: {code}"),
        CallError::Passing { action, code, .. } => format!("`{action}` did not go through: {code}"),
        other => other.to_string(),
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

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(error) => serializer.collect_str(&format_args!("unknown: {}", why(error))),
        }
    }
}
