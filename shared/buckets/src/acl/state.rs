//! A bucket's ACL, in the shape and with the names of the S3 API, so that it can be handed back to it.

use serde::{Deserialize, Serialize};

use super::around::Around;

/// What was read of a bucket, complete enough to rebuild all that a plan changes.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AclState {
    /// The ACL.
    #[serde(flatten)]
    pub acl: Acl,
    /// What was read beside it, where it is public.
    #[serde(flatten, skip_serializing_if = "Option::is_none")]
    pub around: Option<Around>,
}

/// A bucket's ACL. <https://docs.aws.amazon.com/AmazonS3/latest/API/API_AccessControlPolicy.html>
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Acl {
    /// The bucket's owner.
    pub owner: Owner,
    /// Who may do what, in S3's order.
    pub grants: Vec<Grant>,
}

/// A bucket's owner.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Owner {
    /// The owner's canonical user id.
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// The owner's name, where the Region gives one.
    #[serde(rename = "DisplayName", default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
}

/// One grant of an ACL.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Grant {
    /// Who.
    pub grantee: Grantee,
    /// `READ`, `WRITE`, `READ_ACP`, `WRITE_ACP` or `FULL_CONTROL`.
    pub permission: String,
}

/// Whom a grant is for.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Grantee {
    /// `CanonicalUser`, `AmazonCustomerByEmail` or `Group`.
    #[serde(rename = "Type")]
    pub kind: String,
    /// A canonical user id.
    #[serde(rename = "ID", default, skip_serializing_if = "Option::is_none")]
    pub id: Option<String>,
    /// A user's name.
    #[serde(rename = "DisplayName", default, skip_serializing_if = "Option::is_none")]
    pub display_name: Option<String>,
    /// A user's e-mail address.
    #[serde(rename = "EmailAddress", default, skip_serializing_if = "Option::is_none")]
    pub email_address: Option<String>,
    /// A group's URI.
    #[serde(rename = "URI", default, skip_serializing_if = "Option::is_none")]
    pub uri: Option<String>,
}

/// A group that lets in people from outside.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PublicGroup {
    /// Everybody, without a name.
    AllUsers,
    /// Everybody with any AWS account.
    AuthenticatedUsers,
}

impl Grantee {
    /// The public group that this is, if it is one. `LogDelivery` is none.
    /// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#specifying-grantee>
    #[must_use]
    pub fn public_group(&self) -> Option<PublicGroup> {
        let uri = self.uri.as_deref()?;
        let rest = uri.strip_prefix("http://").or_else(|| uri.strip_prefix("https://"))?;
        let (host, path) = rest.split_once('/')?;
        let is_s3 = host == "acs.amazonaws.com" || host.starts_with("acs.amazonaws.com.");
        match path {
            "groups/global/AllUsers" if is_s3 => Some(PublicGroup::AllUsers),
            "groups/global/AuthenticatedUsers" if is_s3 => Some(PublicGroup::AuthenticatedUsers),
            _ => None,
        }
    }
}

impl Acl {
    /// Whether it grants anything to a public group.
    pub(crate) fn is_public(&self) -> bool {
        self.grants.iter().any(|grant| grant.grantee.public_group().is_some())
    }

    /// The same ACL with only the grants that stay; all else, and the order, as it was.
    pub(crate) fn with_only(&self, stays: impl Fn(&Grant) -> bool) -> Self {
        let grants = self.grants.iter().filter(|grant| stays(grant)).cloned().collect();
        Self { owner: self.owner.clone(), grants }
    }
}
