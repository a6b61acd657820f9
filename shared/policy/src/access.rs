//! What an action lets somebody do, in classes that a person thinks in.

use serde::Serialize;

use crate::Scope;
use crate::pattern::{Pattern, Style};
use crate::template::Bindings;

/// A class of access.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Access {
    /// Every action of S3.
    Everything,
    /// Change who may do what.
    Permissions,
    /// Delete objects, versions or the bucket.
    Delete,
    /// Write objects or change settings.
    Write,
    /// List what is there.
    List,
    /// Read objects or settings.
    Read,
    /// Only actions of other services.
    Other,
}

impl Access {
    /// Whether it is enough to change who may do what.
    pub(crate) const fn is_powerful(self) -> bool {
        matches!(self, Self::Everything | Self::Permissions)
    }
}

/// Actions of the bucket that change who may do what, the gravest first.
pub(crate) const BUCKET_PERMISSIONS: &[&str] = &[
    "s3:PutBucketPolicy",
    "s3:PutBucketAcl",
    "s3:DeleteBucketPolicy",
    "s3:PutBucketOwnershipControls",
    "s3:PutBucketPublicAccessBlock",
];

/// Actions of objects that change who may do what.
pub(crate) const OBJECT_PERMISSIONS: &[&str] = &["s3:PutObjectAcl", "s3:PutObjectVersionAcl"];

/// A few actions of each class: enough to tell which classes a pattern reaches.
const ACTIONS: [(Access, &[&str]); 5] = [
    (
        Access::Permissions,
        &[
            "s3:PutBucketPolicy",
            "s3:DeleteBucketPolicy",
            "s3:PutBucketAcl",
            "s3:PutObjectAcl",
            "s3:PutObjectVersionAcl",
            "s3:PutBucketPublicAccessBlock",
            "s3:PutBucketOwnershipControls",
            "s3:PutAccessPointPolicy",
            "s3:DeleteAccessPointPolicy",
            "s3:BypassGovernanceRetention",
            "s3:ObjectOwnerOverrideToBucketOwner",
        ],
    ),
    (
        Access::Delete,
        &[
            "s3:DeleteObject",
            "s3:DeleteObjectVersion",
            "s3:DeleteBucket",
            "s3:DeleteObjectTagging",
            "s3:DeleteBucketWebsite",
        ],
    ),
    (
        Access::Write,
        &[
            "s3:PutObject",
            "s3:PutObjectTagging",
            "s3:PutObjectRetention",
            "s3:PutObjectLegalHold",
            "s3:AbortMultipartUpload",
            "s3:RestoreObject",
            "s3:ReplicateObject",
            "s3:PutBucketVersioning",
            "s3:PutBucketTagging",
            "s3:PutBucketWebsite",
            "s3:PutBucketCORS",
            "s3:PutBucketNotification",
            "s3:PutBucketLogging",
            "s3:PutLifecycleConfiguration",
            "s3:PutReplicationConfiguration",
            "s3:PutEncryptionConfiguration",
            "s3:PutInventoryConfiguration",
            "s3:CreateBucket",
        ],
    ),
    (
        Access::List,
        &[
            "s3:ListBucket",
            "s3:ListBucketVersions",
            "s3:ListBucketMultipartUploads",
            "s3:ListMultipartUploadParts",
            "s3:ListAllMyBuckets",
        ],
    ),
    (
        Access::Read,
        &[
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:GetObjectAcl",
            "s3:GetObjectTagging",
            "s3:GetObjectTorrent",
            "s3:GetObjectAttributes",
            "s3:GetBucketAcl",
            "s3:GetBucketPolicy",
            "s3:GetBucketPolicyStatus",
            "s3:GetBucketLocation",
            "s3:GetBucketTagging",
            "s3:GetBucketVersioning",
            "s3:GetBucketWebsite",
            "s3:GetBucketCORS",
            "s3:GetBucketLogging",
            "s3:GetBucketNotification",
            "s3:GetLifecycleConfiguration",
            "s3:GetReplicationConfiguration",
            "s3:GetEncryptionConfiguration",
            "s3:GetInventoryConfiguration",
            "s3:GetBucketPublicAccessBlock",
            "s3:GetBucketOwnershipControls",
        ],
    ),
];

/// The classes that an action element reaches, gravest first.
pub(crate) fn classes(action: &Scope) -> Vec<Access> {
    let patterns: Vec<Pattern> = action
        .patterns
        .iter()
        .filter_map(|text| Pattern::compile(text, Style::LikeIgnoreCase, false, &Bindings::default()))
        .collect();
    let reaches = |name: &str| patterns.iter().any(|pattern| pattern.matches(name)) != action.negated;
    if ACTIONS.iter().all(|(_, names)| names.iter().all(|name| reaches(name))) {
        return vec![Access::Everything];
    }
    let mut classes: Vec<Access> = ACTIONS
        .iter()
        .filter(|(_, names)| names.iter().any(|name| reaches(name)))
        .map(|(class, _)| *class)
        .collect();
    let speaks_of_s3 = action.patterns.iter().any(|text| text.to_ascii_lowercase().starts_with("s3"));
    if classes.is_empty() && !action.patterns.is_empty() {
        classes.push(if speaks_of_s3 { Access::Read } else { Access::Other });
    }
    classes
}
