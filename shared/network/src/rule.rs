//! A security group rule.

use std::collections::BTreeMap;

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _, ser::SerializeSeq};
use serde_json::Value;

use crate::ids::RuleId;
use crate::node::{Node, ReadError};
use crate::permission::Permission;

/// One rule of a security group, with the one source that it has.
///
/// As JSON it is an item of
/// [DescribeSecurityGroupRules](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html),
/// and what is written reads back as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
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
    #[serde(serialize_with = "write_tags", skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Rule {
    /// An inbound rule without tags that is called by what it says.
    #[must_use]
    pub fn unnamed(permission: Permission) -> Self {
        Self { id: permission.to_string().into(), is_egress: false, permission, tags: BTreeMap::new() }
    }

    /// Reads an item of a DescribeSecurityGroupRules answer.
    ///
    /// # Errors
    /// Names the field that is missing or not what it should be.
    pub fn read(json: &Value) -> Result<Self, ReadError> {
        Self::read_node(&Node::root("", json))
    }

    /// Reads a list of `IpPermissions`, as DescribeSecurityGroups gives them: a rule for each source.
    ///
    /// # Errors
    /// Names the field that is missing or not what it should be.
    pub fn read_ip_permissions(json: &Value) -> Result<Vec<Self>, ReadError> {
        Self::read_ip_permissions_node(&Node::root("ip_permissions", json))
    }
}

fn write_tags<S: Serializer>(tags: &BTreeMap<String, String>, serializer: S) -> Result<S::Ok, S::Error> {
    #[derive(Serialize)]
    #[serde(rename_all = "PascalCase")]
    struct Tag<'a> {
        key: &'a str,
        value: &'a str,
    }

    let mut list = serializer.serialize_seq(Some(tags.len()))?;
    for (key, value) in tags {
        list.serialize_element(&Tag { key, value })?;
    }
    list.end()
}

impl<'de> Deserialize<'de> for Rule {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::read(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
    }
}
