//! Bucket ACLs in S3.

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::put_bucket_acl::builders::PutBucketAclFluentBuilder;
use aws_sdk_s3::types::{self, AccessControlPolicy, BucketCannedAcl, ObjectOwnership};
use aws_types::SdkConfig;
use remediation::CallError;

use super::port::{BucketAcls, NewAcl, Written};
use super::state::{Acl, Grant, Grantee, Owner};
use crate::account;
use crate::client::{self, Bucket};
use crate::public_access_block::{self, PublicAccessBlock};

/// Bucket ACLs in S3.
#[derive(Debug, Clone)]
pub struct S3BucketAcls {
    buckets: Client,
    accounts: aws_sdk_s3control::Client,
}

impl S3BucketAcls {
    /// Bucket ACLs, reached with this configuration.
    pub fn new(sdk: &SdkConfig) -> Self {
        Self { buckets: client::client(sdk), accounts: client::account_client(sdk) }
    }

    #[cfg(test)]
    pub(crate) fn with_clients(buckets: Client, accounts: aws_sdk_s3control::Client) -> Self {
        Self { buckets, accounts }
    }
}

impl BucketAcls for S3BucketAcls {
    async fn acl(&self, bucket: &Bucket<'_>) -> Result<Option<Acl>, CallError> {
        const ACTION: &str = "s3:GetBucketAcl";
        let answer = self
            .buckets
            .get_bucket_acl()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .customize()
            .config_override(client::in_region_of(bucket))
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if client::code(&error) == Some("NoSuchBucket") => return Ok(None),
            Err(error) => return Err(client::explain(CallError::from_sdk(ACTION, &error), bucket)),
        };
        let owner = answer.owner.ok_or(CallError::Incomplete { action: ACTION, field: "Owner" })?;
        let grants = answer.grants.unwrap_or_default().into_iter().map(|grant| {
            let incomplete = |field| CallError::Incomplete { action: ACTION, field };
            let grantee = grant.grantee.ok_or_else(|| incomplete("Grantee"))?;
            let permission = grant.permission.ok_or_else(|| incomplete("Permission"))?;
            Ok(Grant { grantee: grantee.into(), permission: permission.as_str().to_owned() })
        });
        Ok(Some(Acl {
            owner: Owner { id: owner.id, display_name: owner.display_name },
            grants: grants.collect::<Result<_, _>>()?,
        }))
    }

    async fn public_access_block(&self, bucket: &Bucket<'_>) -> Result<Option<PublicAccessBlock>, CallError> {
        public_access_block::read(&self.buckets, bucket).await
    }

    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        account::read(&self.accounts, bucket).await
    }

    async fn serves_website(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        let answer = self
            .buckets
            .get_bucket_website()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .customize()
            .config_override(client::in_region_of(bucket))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(true),
            Err(error) if client::code(&error) == Some("NoSuchWebsiteConfiguration") => Ok(false),
            Err(error) => Err(client::explain(CallError::from_sdk("s3:GetBucketWebsite", &error), bucket)),
        }
    }

    async fn acls_disabled(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        let answer = self
            .buckets
            .get_bucket_ownership_controls()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .customize()
            .config_override(client::in_region_of(bucket))
            .send()
            .await;
        match answer {
            Ok(answer) => {
                let rules = answer.ownership_controls.map(|controls| controls.rules).unwrap_or_default();
                let enforced = |ownership| ownership == ObjectOwnership::BucketOwnerEnforced;
                Ok(rules.into_iter().any(|rule| enforced(rule.object_ownership)))
            }
            Err(error) if client::code(&error) == Some("OwnershipControlsNotFoundError") => Ok(false),
            Err(error) => {
                Err(client::explain(CallError::from_sdk("s3:GetBucketOwnershipControls", &error), bucket))
            }
        }
    }

    async fn write(&self, bucket: &Bucket<'_>, acl: &NewAcl) -> Result<Written, CallError> {
        const ACTION: &str = "s3:PutBucketAcl";
        let request = self
            .buckets
            .put_bucket_acl()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str());
        let answer =
            fill(request, acl)?.customize().config_override(client::in_region_of(bucket)).send().await;
        match answer {
            Ok(_) => Ok(Written::Done),
            Err(error) => match client::code(&error) {
                Some("AccessControlListNotSupported") => Ok(Written::AclsDisabled),
                Some("NoSuchBucket") => Ok(Written::NoBucket),
                _ => Err(client::explain(CallError::from_sdk(ACTION, &error), bucket)),
            },
        }
    }

    async fn block(&self, bucket: &Bucket<'_>, block: PublicAccessBlock) -> Result<(), CallError> {
        public_access_block::write(&self.buckets, bucket, block).await
    }
}

fn fill(request: PutBucketAclFluentBuilder, acl: &NewAcl) -> Result<PutBucketAclFluentBuilder, CallError> {
    let NewAcl::Grants(acl) = acl else { return Ok(request.acl(BucketCannedAcl::Private)) };
    let owner = types::Owner::builder()
        .set_id(acl.owner.id.clone())
        .set_display_name(acl.owner.display_name.clone())
        .build();
    let grants = acl.grants.iter().map(|grant| {
        Ok(types::Grant::builder()
            .grantee(grant.grantee.to_sdk()?)
            .permission(grant.permission.as_str().into())
            .build())
    });
    let list = AccessControlPolicy::builder()
        .owner(owner)
        .set_grants(Some(grants.collect::<Result<_, CallError>>()?))
        .build();
    Ok(request.access_control_policy(list))
}

impl From<types::Grantee> for Grantee {
    fn from(grantee: types::Grantee) -> Self {
        Self {
            kind: grantee.r#type.as_str().to_owned(),
            id: grantee.id,
            display_name: grantee.display_name,
            email_address: grantee.email_address,
            uri: grantee.uri,
        }
    }
}

impl Grantee {
    pub(super) fn to_sdk(&self) -> Result<types::Grantee, CallError> {
        types::Grantee::builder()
            .r#type(self.kind.as_str().into())
            .set_id(self.id.clone())
            .set_display_name(self.display_name.clone())
            .set_email_address(self.email_address.clone())
            .set_uri(self.uri.clone())
            .build()
            .map_err(|_| CallError::Incomplete { action: "s3:GetBucketAcl", field: "Grantee type" })
    }
}
