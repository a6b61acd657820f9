//! Settings of the control `s3-acl`.

use remediation::Mode;
use remediation::ledger::CHANGES_PER_HOUR;
use serde::Deserialize;

/// Settings of the control `s3-acl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct S3AclSettings {
    /// Whether this control changes anything; `None` = what holds for all controls.
    #[serde(deserialize_with = "strict::word_if_any")]
    pub mode: Option<Mode>,
    /// How many buckets may be changed in an hour.
    pub changes_per_hour: u32,
    /// How a public ACL is made private.
    #[serde(deserialize_with = "strict::word")]
    pub style: AclStyle,
    /// Whether a bucket whose public grants were removed also gets `BlockPublicAcls` and `IgnorePublicAcls`.
    pub block_public_acls: bool,
}

impl Default for S3AclSettings {
    fn default() -> Self {
        Self {
            mode: None,
            changes_per_hour: CHANGES_PER_HOUR,
            style: AclStyle::default(),
            block_public_acls: false,
        }
    }
}

/// How a public ACL is made private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AclStyle {
    /// The public grants go; every other grant stays as it is.
    #[default]
    Grants,
    /// The canned ACL `private` replaces the whole list.
    Private,
}
