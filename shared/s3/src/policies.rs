//! The port of the control `s3-policy`.

use aws_types::SdkConfig;
use buckets::{Bucket, BucketPolicies, PolicyAnswer, PublicAccessBlock};
use remediation::{CallError, Tags};

use crate::clients::{Clients, explain};
use crate::{block, tags};

/// Bucket policies in S3.
#[derive(Debug, Clone)]
pub struct S3BucketPolicies(pub(crate) Clients);

impl S3BucketPolicies {
    /// Bucket policies, reached with this configuration.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        Self(Clients::new(sdk))
    }
}

impl BucketPolicies for S3BucketPolicies {
    async fn document(&self, bucket: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
        const ACTION: &str = "s3:GetBucketPolicy";
        let answer = self
            .0
            .buckets
            .of(bucket.region)
            .get_bucket_policy()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .send()
            .await;
        match answer {
            Ok(answer) => answer
                .policy
                .map(PolicyAnswer::Is)
                .ok_or(CallError::Incomplete { action: ACTION, field: "Policy" }),
            Err(error) => match aws::code(&error) {
                Some("NoSuchBucketPolicy") => Ok(PolicyAnswer::NoPolicy),
                Some("NoSuchBucket") => Ok(PolicyAnswer::NoBucket),
                _ => Err(explain(aws::failed(ACTION, error), bucket)),
            },
        }
    }

    async fn is_public(&self, bucket: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
        const ACTION: &str = "s3:GetBucketPolicyStatus";
        let answer = self
            .0
            .buckets
            .of(bucket.region)
            .get_bucket_policy_status()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .send()
            .await;
        match answer {
            // An answer that does not say is not taken for "not public".
            Ok(answer) => answer
                .policy_status
                .and_then(|status| status.is_public)
                .map(PolicyAnswer::Is)
                .ok_or(CallError::Incomplete { action: ACTION, field: "IsPublic" }),
            Err(error) => match aws::code(&error) {
                Some("NoSuchBucketPolicy") => Ok(PolicyAnswer::NoPolicy),
                Some("NoSuchBucket") => Ok(PolicyAnswer::NoBucket),
                _ => Err(explain(aws::failed(ACTION, error), bucket)),
            },
        }
    }

    async fn public_access_block(
        &self,
        bucket: &Bucket<'_>,
    ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
        match block::read(&self.0.buckets, bucket).await {
            Ok(block) => Ok(PolicyAnswer::Is(block.unwrap_or_default())),
            Err(CallError::Refused { code, .. }) if code == "NoSuchBucket" => Ok(PolicyAnswer::NoBucket),
            Err(error) => Err(error),
        }
    }

    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        block::read_account(&self.0.accounts, bucket).await
    }

    async fn tags(&self, bucket: &Bucket<'_>) -> Result<Tags, CallError> {
        tags::read(&self.0.buckets, bucket).await
    }
}
