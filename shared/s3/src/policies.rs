//! What the control `s3-policy` may do in S3: read. It has no way to change anything.

use std::future::Future;

use aws_sdk_s3::Client;
use aws_types::SdkConfig;
use remediation::CallError;
use serde::Serialize;

use crate::account::{self, AccountBlock};
use crate::client::{self, Bucket};
use crate::public_access_block::{self, PublicAccessBlock};

/// What S3 says about a bucket's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PolicyState {
    /// The bucket's name.
    pub bucket: String,
    /// The account that owns it.
    pub account: String,
    /// The policy, and what limits it; `None` where the bucket has none.
    pub policy: Option<BucketPolicy>,
}

/// A bucket's policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketPolicy {
    /// The document, as S3 gives it.
    pub document: String,
    /// S3's own verdict.
    pub is_public: bool,
    /// What blocks it on the bucket.
    pub bucket_block: PublicAccessBlock,
    /// What blocks it on the whole account.
    pub account_block: AccountBlock,
}

/// Bucket policies, to read.
pub trait BucketPolicies {
    /// What S3 says about the bucket's policy, or `None` where the bucket does not exist.
    ///
    /// # Errors
    /// When S3 does not say.
    fn read(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<Option<PolicyState>, CallError>>;
}

/// Bucket policies in S3.
#[derive(Debug, Clone)]
pub struct S3BucketPolicies {
    buckets: Client,
    accounts: aws_sdk_s3control::Client,
}

impl S3BucketPolicies {
    /// Bucket policies, reached with this configuration.
    pub fn new(sdk: &SdkConfig) -> Self {
        Self { buckets: client::client(sdk), accounts: client::account_client(sdk) }
    }

    #[cfg(test)]
    pub(crate) fn with_clients(buckets: Client, accounts: aws_sdk_s3control::Client) -> Self {
        Self { buckets, accounts }
    }

    async fn document(&self, bucket: &Bucket<'_>) -> Result<Answer<String>, CallError> {
        const ACTION: &str = "s3:GetBucketPolicy";
        let answer = self
            .buckets
            .get_bucket_policy()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .customize()
            .config_override(client::in_region_of(bucket))
            .send()
            .await;
        match answer {
            Ok(answer) => {
                answer.policy.map(Answer::Is).ok_or(CallError::Incomplete { action: ACTION, field: "Policy" })
            }
            Err(error) => match client::code(&error) {
                Some("NoSuchBucketPolicy") => Ok(Answer::NoPolicy),
                Some("NoSuchBucket") => Ok(Answer::NoBucket),
                _ => Err(client::explain(CallError::from_sdk(ACTION, &error), bucket)),
            },
        }
    }

    async fn is_public(&self, bucket: &Bucket<'_>) -> Result<Answer<bool>, CallError> {
        const ACTION: &str = "s3:GetBucketPolicyStatus";
        let answer = self
            .buckets
            .get_bucket_policy_status()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .customize()
            .config_override(client::in_region_of(bucket))
            .send()
            .await;
        match answer {
            // An answer that does not say is not taken for "not public".
            Ok(answer) => answer
                .policy_status
                .and_then(|status| status.is_public)
                .map(Answer::Is)
                .ok_or(CallError::Incomplete { action: ACTION, field: "IsPublic" }),
            Err(error) => match client::code(&error) {
                Some("NoSuchBucketPolicy") => Ok(Answer::NoPolicy),
                Some("NoSuchBucket") => Ok(Answer::NoBucket),
                _ => Err(client::explain(CallError::from_sdk(ACTION, &error), bucket)),
            },
        }
    }

    async fn bucket_block(&self, bucket: &Bucket<'_>) -> Result<Answer<PublicAccessBlock>, CallError> {
        match public_access_block::read(&self.buckets, bucket).await {
            Ok(block) => Ok(Answer::Is(block.unwrap_or_default())),
            Err(CallError::Refused { code, .. }) if code == "NoSuchBucket" => Ok(Answer::NoBucket),
            Err(error) => Err(error),
        }
    }
}

/// What S3 answers about a part of a bucket.
enum Answer<T> {
    Is(T),
    NoPolicy,
    NoBucket,
}

impl BucketPolicies for S3BucketPolicies {
    async fn read(&self, bucket: &Bucket<'_>) -> Result<Option<PolicyState>, CallError> {
        let state = |policy| {
            let (bucket, account) = (bucket.id.to_string(), bucket.account.to_string());
            Ok(Some(PolicyState { bucket, account, policy }))
        };
        // Most buckets have no policy: one call is enough for them.
        let document = match self.document(bucket).await? {
            Answer::Is(document) => document,
            Answer::NoPolicy => return state(None),
            Answer::NoBucket => return Ok(None),
        };
        let account_block = async { Ok(account::read(&self.accounts, bucket).await.into()) };
        let (is_public, bucket_block, account_block) =
            futures_util::try_join!(self.is_public(bucket), self.bucket_block(bucket), account_block)?;
        match (is_public, bucket_block) {
            (Answer::NoBucket, _) | (_, Answer::NoBucket) => Ok(None),
            (Answer::NoPolicy, _) | (_, Answer::NoPolicy) => state(None),
            (Answer::Is(is_public), Answer::Is(bucket_block)) => {
                state(Some(BucketPolicy { document, is_public, bucket_block, account_block }))
            }
        }
    }
}
