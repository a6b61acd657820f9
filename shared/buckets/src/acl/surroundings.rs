//! What decides whether a public grant has an effect, and what depends on it.

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
    /// As far as the bucket says, they do.
    Now,
    /// `IgnorePublicAcls` is on: they are there, and do nothing.
    Ignored,
    /// Nobody said.
    Unknown,
}

impl Surroundings {
    /// What is looked at after the flags were turned on.
    pub(crate) fn after_blocking(block: Option<PublicAccessBlock>) -> Self {
        let public_access_block = Fact::Known(block);
        Self { public_access_block, serves_website: None, acls_disabled: None, has_to_block: true }
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
    pub(crate) fn effect(&self) -> Effect {
        match &self.public_access_block {
            Fact::Known(Some(block)) if block.ignore_public_acls => Effect::Ignored,
            Fact::Known(_) => Effect::Now,
            Fact::Unknown(_) => Effect::Unknown,
        }
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
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(error) => serializer.collect_str(&format_args!("unknown: {error}")),
        }
    }
}
