//! A bucket's policy in its configuration item. S3's own verdict on it is not there, and stays denied.

use buckets::{Bucket, BucketPolicies, PolicyAnswer, PublicAccessBlock};
use document::{Fault, Node};
use remediation::{CallError, Tags};

use super::{OrItem, acls, supplement, tags};

impl<P: BucketPolicies> BucketPolicies for OrItem<P> {
    async fn document(&self, bucket: &Bucket<'_>) -> Result<PolicyAnswer<String>, CallError> {
        self.or(self.live.document(bucket).await, document)
    }

    async fn is_public(&self, bucket: &Bucket<'_>) -> Result<PolicyAnswer<bool>, CallError> {
        self.live.is_public(bucket).await
    }

    async fn public_access_block(
        &self,
        bucket: &Bucket<'_>,
    ) -> Result<PolicyAnswer<PublicAccessBlock>, CallError> {
        let live = self.live.public_access_block(bucket).await;
        self.or(live, |item| acls::block(item).map(|block| block.map(PolicyAnswer::Is)))
    }

    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        self.live.account_block(bucket).await
    }

    async fn tags(&self, bucket: &Bucket<'_>) -> Result<Tags, CallError> {
        self.or(self.live.tags(bucket).await, tags)
    }
}

/// The document. That there is no policy, the item says by an empty text: without the member nobody knows.
fn document(item: &Node<'_>) -> Result<Option<PolicyAnswer<String>>, Fault> {
    let Some(value) = supplement(item, "BucketPolicy")? else { return Ok(None) };
    let Some(text) = Node::root(&value).member("policyText")? else { return Ok(None) };
    if text.value().is_null() {
        return Ok(Some(PolicyAnswer::NoPolicy));
    }
    Ok(Some(PolicyAnswer::Is(text.text()?.to_owned())))
}
