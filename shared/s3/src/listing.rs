//! The list of buckets.

use buckets::ListBuckets;
use events::BucketName;
use remediation::{CallError, Place};

use crate::clients::Buckets;
use crate::{S3BucketAcls, S3BucketPolicies};

const ACTION: &str = "s3:ListAllMyBuckets";

/// How many buckets one page holds: the most that S3 allows. Without it a long list is refused.
const PAGE: i32 = 10_000;

impl ListBuckets for S3BucketAcls {
    async fn buckets(&self, place: &Place<'_>) -> Result<Vec<BucketName>, CallError> {
        list(&self.0.buckets, place).await
    }
}

impl ListBuckets for S3BucketPolicies {
    async fn buckets(&self, place: &Place<'_>) -> Result<Vec<BucketName>, CallError> {
        list(&self.0.buckets, place).await
    }
}

async fn list(buckets: &Buckets, place: &Place<'_>) -> Result<Vec<BucketName>, CallError> {
    let request = buckets.of(place.region).list_buckets().bucket_region(place.region.as_str());
    let pages = request.max_buckets(PAGE).into_paginator().stop_on_duplicate_token(false);
    let all = pages.items().send().try_collect().await.map_err(|error| aws::failed(ACTION, error))?;
    let name = |name: Option<String>| name.and_then(|name| BucketName::new(&name));
    let incomplete = || CallError::Incomplete { action: ACTION, field: "Name" };
    all.into_iter().map(|bucket| name(bucket.name).ok_or_else(incomplete)).collect()
}
