//! The port of the control `s3-acl`.

use aws_sdk_s3::operation::put_bucket_acl::builders::PutBucketAclFluentBuilder;
use aws_sdk_s3::types::{self, AccessControlPolicy, BucketCannedAcl, ObjectOwnership};
use aws_types::SdkConfig;
use buckets::{
    Acl, AclWrite, BlockChange, Bucket, BucketAcls, Grant, Grantee, NewAcl, Owner, PublicAccessBlock,
    ReadBucketAcls, Written,
};
use remediation::{CallError, Tags};

use crate::clients::{Clients, explain};
use crate::{block, tags};

/// Bucket ACLs in S3.
#[derive(Debug, Clone)]
pub struct S3BucketAcls(pub(crate) Clients);

impl S3BucketAcls {
    /// Bucket ACLs, reached with this configuration.
    #[must_use]
    pub fn new(sdk: &SdkConfig) -> Self {
        Self(Clients::new(sdk))
    }
}

impl ReadBucketAcls for S3BucketAcls {
    async fn acl(&self, bucket: &Bucket<'_>) -> Result<Option<Acl>, CallError> {
        const ACTION: &str = "s3:GetBucketAcl";
        let answer = self
            .0
            .buckets
            .of(bucket.region)
            .get_bucket_acl()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .send()
            .await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(error) if aws::code(&error) == Some("NoSuchBucket") => return Ok(None),
            Err(error) => return Err(explain(aws::failed(ACTION, error), bucket)),
        };
        let owner = answer.owner.ok_or(CallError::Incomplete { action: ACTION, field: "Owner" })?;
        let incomplete = |field| CallError::Incomplete { action: ACTION, field };
        // An ACL may grant nothing, and then says so.
        let grants = answer.grants.ok_or_else(|| incomplete("AccessControlList"))?.into_iter().map(|grant| {
            let grantee = grant.grantee.ok_or_else(|| incomplete("Grantee"))?;
            let permission = grant.permission.ok_or_else(|| incomplete("Permission"))?;
            Ok(Grant { grantee: self::grantee(grantee), permission: permission.as_str().to_owned() })
        });
        Ok(Some(Acl {
            owner: Owner { id: owner.id, display_name: owner.display_name },
            grants: grants.collect::<Result<_, _>>()?,
        }))
    }

    async fn public_access_block(&self, bucket: &Bucket<'_>) -> Result<Option<PublicAccessBlock>, CallError> {
        block::read(&self.0.buckets, bucket).await
    }

    async fn account_block(&self, bucket: &Bucket<'_>) -> Result<PublicAccessBlock, CallError> {
        block::read_account(&self.0.accounts, bucket).await
    }

    async fn serves_website(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        const ACTION: &str = "s3:GetBucketWebsite";
        let answer = self
            .0
            .buckets
            .of(bucket.region)
            .get_bucket_website()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .send()
            .await;
        match answer {
            // Each website has one of these.
            Ok(website) if website.index_document.is_some() || website.redirect_all_requests_to.is_some() => {
                Ok(true)
            }
            Ok(_) => Err(CallError::Incomplete { action: ACTION, field: "IndexDocument" }),
            Err(error) if aws::code(&error) == Some("NoSuchWebsiteConfiguration") => Ok(false),
            Err(error) => Err(explain(aws::failed(ACTION, error), bucket)),
        }
    }

    async fn acls_disabled(&self, bucket: &Bucket<'_>) -> Result<bool, CallError> {
        const ACTION: &str = "s3:GetBucketOwnershipControls";
        let answer = self
            .0
            .buckets
            .of(bucket.region)
            .get_bucket_ownership_controls()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str())
            .send()
            .await;
        match answer {
            Ok(answer) => {
                // There is one rule, always.
                let rule = answer.ownership_controls.and_then(|controls| controls.rules.into_iter().next());
                let rule = rule.ok_or(CallError::Incomplete { action: ACTION, field: "ObjectOwnership" })?;
                Ok(rule.object_ownership == ObjectOwnership::BucketOwnerEnforced)
            }
            Err(error) if aws::code(&error) == Some("OwnershipControlsNotFoundError") => Ok(false),
            Err(error) => Err(explain(aws::failed(ACTION, error), bucket)),
        }
    }

    async fn tags(&self, bucket: &Bucket<'_>) -> Result<Tags, CallError> {
        tags::read(&self.0.buckets, bucket).await
    }
}

impl BucketAcls for S3BucketAcls {
    async fn write(&self, bucket: &Bucket<'_>, write: &AclWrite) -> Result<Written, CallError> {
        const ACTION: &str = "s3:PutBucketAcl";
        let request = self
            .0
            .buckets
            .of(bucket.region)
            .put_bucket_acl()
            .bucket(bucket.id.as_str())
            .expected_bucket_owner(bucket.account.as_str());
        let request = fill(request, &write.acl)?;
        let call = async || match request.clone().send().await {
            Ok(_) => Ok(Written::Done),
            Err(error) => match aws::code(&error) {
                Some("AccessControlListNotSupported") => Ok(Written::AclsDisabled),
                Some("NoSuchBucket") => Ok(Written::NoBucket),
                _ => Err(explain(aws::failed(ACTION, error), bucket)),
            },
        };
        let is_as_it_was = async || Ok(self.acl(bucket).await?.is_some_and(|live| write.is_of(&live)));
        aws::write_whole(call, is_as_it_was).await
    }

    async fn block(&self, bucket: &Bucket<'_>, change: BlockChange) -> Result<(), CallError> {
        let call = async || match change.after {
            Some(block) => block::write(&self.0.buckets, bucket, block).await,
            None => block::delete(&self.0.buckets, bucket).await,
        };
        let is_as_it_was = async || Ok(self.public_access_block(bucket).await? == change.before);
        aws::write_whole(call, is_as_it_was).await
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
            .grantee(sdk_grantee(&grant.grantee)?)
            .permission(grant.permission.as_str().into())
            .build())
    });
    let list = AccessControlPolicy::builder()
        .owner(owner)
        .set_grants(Some(grants.collect::<Result<_, CallError>>()?))
        .build();
    Ok(request.access_control_policy(list))
}

fn grantee(grantee: types::Grantee) -> Grantee {
    Grantee {
        kind: grantee.r#type.as_str().to_owned(),
        id: grantee.id,
        display_name: grantee.display_name,
        email_address: grantee.email_address,
        uri: grantee.uri,
    }
}

pub(crate) fn sdk_grantee(grantee: &Grantee) -> Result<types::Grantee, CallError> {
    types::Grantee::builder()
        .r#type(grantee.kind.as_str().into())
        .set_id(grantee.id.clone())
        .set_display_name(grantee.display_name.clone())
        .set_email_address(grantee.email_address.clone())
        .set_uri(grantee.uri.clone())
        .build()
        .map_err(|_| CallError::Incomplete { action: "s3:GetBucketAcl", field: "Grantee type" })
}
