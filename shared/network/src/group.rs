//! Security groups as AWS describes them.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::{
    ids::GroupId,
    node::{Node, ReadError},
    rule::Rule,
};

/// A security group and its inbound rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SecurityGroup {
    /// The id.
    pub id: GroupId,
    /// The name, where it is known.
    pub name: Option<String>,
    /// The rules.
    pub rules: Vec<Rule>,
}

impl SecurityGroup {
    /// Reads the groups of a DescribeSecurityGroups answer, whose rules have no ids, or of a
    /// DescribeSecurityGroupRules answer, whose groups have no names.
    ///
    /// # Errors
    /// Names the field that is missing or not what it should be.
    pub fn read_all(answer: &Value) -> Result<Vec<Self>, ReadError> {
        let root = Node::root("", answer);
        if root.field("SecurityGroupRules")?.is_some() {
            return groups_of_rules(&root.list("SecurityGroupRules")?);
        }
        let groups = root.required("SecurityGroups")?.items()?;
        groups.iter().map(group).collect()
    }
}

fn group(node: &Node<'_>) -> Result<SecurityGroup, ReadError> {
    let permissions = node.field("IpPermissions")?;
    Ok(SecurityGroup {
        id: node.required("GroupId")?.text()?.into(),
        name: node.text_of("GroupName")?.map(str::to_owned),
        rules: permissions.map_or(Ok(Vec::new()), |list| Rule::read_ip_permissions_node(&list))?,
    })
}

fn groups_of_rules(items: &[Node<'_>]) -> Result<Vec<SecurityGroup>, ReadError> {
    let mut groups: BTreeMap<GroupId, Vec<Rule>> = BTreeMap::new();
    for item in items {
        let id = item.required("GroupId")?.text()?.into();
        let rule = Rule::read_node(item)?;
        groups.entry(id).or_default().push(rule);
    }
    Ok(groups.into_iter().map(|(id, rules)| SecurityGroup { id, name: None, rules }).collect())
}
