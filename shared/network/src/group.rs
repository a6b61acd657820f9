//! Security groups as AWS describes them.

use std::collections::BTreeMap;

use serde_json::Value;
use thiserror::Error;

use crate::ids::GroupId;
use crate::node::{Node, ReadError};
use crate::rule::Rule;

/// A security group and its inbound rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// The id.
    pub id: GroupId,
    /// The name, where it is known.
    pub name: Option<String>,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// A group of an answer that cannot be read.
#[derive(Debug, Error)]
#[error("{}: {error}", id.as_ref().map_or("a group without an id", GroupId::as_str))]
pub struct UnreadableGroup {
    /// Its id, where that can be read.
    pub id: Option<GroupId>,
    /// Why, with the place in the answer.
    pub error: ReadError,
}

impl SecurityGroup {
    /// Reads the groups of a DescribeSecurityGroups answer, whose rules have no ids, or of a
    /// DescribeSecurityGroupRules answer, whose groups have no names. One that cannot be read hides no other.
    ///
    /// # Errors
    /// The document is no such answer.
    pub fn read_each(answer: &Value) -> Result<Vec<Result<Self, UnreadableGroup>>, ReadError> {
        let root = Node::root("", answer);
        if root.field("SecurityGroupRules")?.is_some() {
            return Ok(groups_of_rules(&root.list("SecurityGroupRules")?));
        }
        let groups = root.required("SecurityGroups")?.items()?;
        let read =
            |node: &Node<'_>| group(node).map_err(|error| UnreadableGroup { id: id(node).ok(), error });
        Ok(groups.iter().map(read).collect())
    }

    /// Reads them all.
    ///
    /// # Errors
    /// Names the field that is missing or not what it should be.
    pub fn read_all(answer: &Value) -> Result<Vec<Self>, ReadError> {
        Self::read_each(answer)?
            .into_iter()
            .map(|group| group.map_err(|unreadable| unreadable.error))
            .collect()
    }
}

fn id(node: &Node<'_>) -> Result<GroupId, ReadError> {
    Ok(node.required("GroupId")?.text()?.into())
}

fn group(node: &Node<'_>) -> Result<SecurityGroup, ReadError> {
    let permissions = node.field("IpPermissions")?;
    Ok(SecurityGroup {
        id: id(node)?,
        name: node.text_of("GroupName")?.map(str::to_owned),
        rules: permissions.map_or(Ok(Vec::new()), |list| Rule::read_ip_permissions_node(&list))?,
    })
}

/// A group of which a rule cannot be read cannot be judged.
fn groups_of_rules(items: &[Node<'_>]) -> Vec<Result<SecurityGroup, UnreadableGroup>> {
    let mut groups: BTreeMap<GroupId, Result<Vec<Rule>, ReadError>> = BTreeMap::new();
    let mut nameless = Vec::new();
    for item in items {
        let id = match id(item) {
            Ok(id) => id,
            Err(error) => {
                nameless.push(Err(UnreadableGroup { id: None, error }));
                continue;
            }
        };
        let rules = groups.entry(id).or_insert_with(|| Ok(Vec::new()));
        match (rules.as_mut(), Rule::read_node(item)) {
            (Ok(all), Ok(rule)) => all.push(rule),
            (Ok(_), Err(error)) => *rules = Err(error),
            (Err(_), _) => {}
        }
    }
    let group = |(id, rules): (GroupId, Result<Vec<Rule>, ReadError>)| match rules {
        Ok(rules) => Ok(SecurityGroup { id, name: None, rules }),
        Err(error) => Err(UnreadableGroup { id: Some(id), error }),
    };
    groups.into_iter().map(group).chain(nameless).collect()
}
