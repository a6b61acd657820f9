//! A security group rule.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::RuleId;
use crate::permission::Permission;

/// One rule of a security group, with the one source that it has.
///
/// As JSON it is an item of
/// [DescribeSecurityGroupRules](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html),
/// and what is written reads back as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Rule {
    /// The id.
    #[serde(rename = "SecurityGroupRuleId")]
    pub id: RuleId,
    /// Whether the rule is for outbound traffic.
    pub is_egress: bool,
    /// What the rule allows.
    #[serde(flatten)]
    pub permission: Permission,
    /// The tags by key.
    #[serde(with = "tags", default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Rule {
    /// An inbound rule without tags that is called by what it says.
    #[must_use]
    pub fn unnamed(permission: Permission) -> Self {
        Self { id: permission.to_string().into(), is_egress: false, permission, tags: BTreeMap::new() }
    }
}

/// Tags as EC2 writes them: a list of keys and values.
mod tags {
    use std::borrow::Cow;
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[derive(Serialize, Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Tag<'a> {
        key: Cow<'a, str>,
        value: Cow<'a, str>,
    }

    pub(super) fn serialize<S: Serializer>(
        tags: &BTreeMap<String, String>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(tags.iter().map(|(key, value)| Tag { key: key.into(), value: value.into() }))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(
        deserializer: D,
    ) -> Result<BTreeMap<String, String>, D::Error> {
        let tags = Vec::<Tag<'_>>::deserialize(deserializer)?;
        Ok(tags.into_iter().map(|tag| (tag.key.into_owned(), tag.value.into_owned())).collect())
    }
}
