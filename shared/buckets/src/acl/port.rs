//! What the control `s3-acl` may do in S3: read a bucket's ACL and write it.

use std::future::Future;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::put_bucket_acl::builders::PutBucketAclFluentBuilder;
use aws_sdk_s3::types::{self, AccessControlPolicy, BucketCannedAcl};
use aws_types::SdkConfig;
use remediation::CallError;

use super::state::{Acl, Grant, Grantee, Owner};
use crate::client::{self, Bucket};

/// What to write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NewAcl {
    /// This list of grants.
    Grants(Acl),
    /// The canned ACL `private`.
    Private,
}

/// How writing went.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Written {
    /// S3 took it.
    Done,
    /// The bucket has ACLs disabled (`BucketOwnerEnforced`): no grant in it has any effect.
    AclsDisabled,
}

/// Bucket ACLs.
pub trait BucketAcls {
    /// The bucket's ACL, or `None` where the bucket does not exist.
    ///
    /// # Errors
    /// When S3 does not say.
    fn read(&self, bucket: &Bucket<'_>) -> impl Future<Output = Result<Option<Acl>, CallError>>;

    /// Replaces the bucket's ACL.
    ///
    /// # Errors
    /// When S3 does not take it.
    fn write(&self, bucket: &Bucket<'_>, acl: &NewAcl) -> impl Future<Output = Result<Written, CallError>>;
}

/// Bucket ACLs in S3.
#[derive(Debug, Clone)]
pub struct S3BucketAcls(Client);

impl S3BucketAcls {
    /// Bucket ACLs, reached with this configuration.
    pub fn new(sdk: &SdkConfig) -> Self {
        Self(client::client(sdk))
    }

    #[cfg(test)]
    pub(crate) fn with_client(client: Client) -> Self {
        Self(client)
    }
}

impl BucketAcls for S3BucketAcls {
    async fn read(&self, bucket: &Bucket<'_>) -> Result<Option<Acl>, CallError> {
        const ACTION: &str = "s3:GetBucketAcl";
        let answer = self
            .0
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

    async fn write(&self, bucket: &Bucket<'_>, acl: &NewAcl) -> Result<Written, CallError> {
        const ACTION: &str = "s3:PutBucketAcl";
        let request =
            self.0.put_bucket_acl().bucket(bucket.id.as_str()).expected_bucket_owner(bucket.account.as_str());
        let answer =
            fill(request, acl)?.customize().config_override(client::in_region_of(bucket)).send().await;
        match answer {
            Ok(_) => Ok(Written::Done),
            Err(error) if client::code(&error) == Some("AccessControlListNotSupported") => {
                Ok(Written::AclsDisabled)
            }
            Err(error) => Err(client::explain(CallError::from_sdk(ACTION, &error), bucket)),
        }
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
