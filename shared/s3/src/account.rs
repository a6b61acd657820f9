//! An account's Block Public Access, which reaches every bucket of it; of the bucket's and the account's
//! switches the stricter wins.

use aws_sdk_s3control::Client;
use aws_sdk_s3control::types::PublicAccessBlockConfiguration;
use remediation::CallError;
use serde::{Serialize, Serializer};

use crate::client::{self, Bucket};
use crate::public_access_block::PublicAccessBlock;

/// The account's switches, which the function may not be allowed to see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AccountBlock {
    /// They are these.
    Known(PublicAccessBlock),
    /// They could not be read, for this reason.
    Unknown(String),
}

impl AccountBlock {
    /// The switches, as far as they are known.
    pub fn known(&self) -> Option<&PublicAccessBlock> {
        match self {
            Self::Known(block) => Some(block),
            Self::Unknown(_) => None,
        }
    }
}

impl Serialize for AccountBlock {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.known().serialize(serializer)
    }
}

impl From<Result<PublicAccessBlock, CallError>> for AccountBlock {
    /// The switches help to say how bad it is; without them there is still everything to say, so that not
    /// being able to read them is an answer too.
    fn from(answer: Result<PublicAccessBlock, CallError>) -> Self {
        answer.map_or_else(|error| Self::Unknown(error.to_string()), Self::Known)
    }
}

/// Reads the switches of the account that owns the bucket; an account that has none has all of them off.
pub(crate) async fn read(client: &Client, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
    let answer = client
        .get_public_access_block()
        .account_id(bucket.account.as_str())
        .customize()
        .config_override(client::control_in_region_of(bucket))
        .send()
        .await;
    match answer {
        Ok(answer) => {
            let block = answer.public_access_block_configuration.map(PublicAccessBlock::from);
            Ok(block.unwrap_or_default())
        }
        Err(error) if client::code(&error) == Some("NoSuchPublicAccessBlockConfiguration") => {
            Ok(PublicAccessBlock::default())
        }
        Err(error) => Err(CallError::from_sdk("s3:GetAccountPublicAccessBlock", &error)),
    }
}

impl From<PublicAccessBlockConfiguration> for PublicAccessBlock {
    fn from(block: PublicAccessBlockConfiguration) -> Self {
        Self {
            block_public_acls: block.block_public_acls.unwrap_or(false),
            ignore_public_acls: block.ignore_public_acls.unwrap_or(false),
            block_public_policy: block.block_public_policy.unwrap_or(false),
            restrict_public_buckets: block.restrict_public_buckets.unwrap_or(false),
        }
    }
}
