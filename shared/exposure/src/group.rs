//! Security groups as AWS describes them.

use std::collections::BTreeMap;

use document::{Fault, Node, Place};
use network::{PrefixLists, Rule};
use serde_json::Value;
use thiserror::Error;

use crate::read;

/// A security group and its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SecurityGroup {
    /// The id.
    pub id: String,
    /// The name, where it is known.
    pub name: Option<String>,
    /// The rules.
    pub rules: Vec<Rule>,
}

/// A group of an answer that cannot be read.
#[derive(Debug, Error)]
#[error("{}: {fault}", id.as_deref().unwrap_or("a group without an id"))]
pub struct UnreadableGroup {
    /// Its id, where that can be read.
    pub id: Option<String>,
    /// Why, with the place in the answer.
    pub fault: Fault,
}

impl SecurityGroup {
    /// Reads the groups of a DescribeSecurityGroups answer, whose rules have no ids, or of a
    /// DescribeSecurityGroupRules answer, whose groups have no names. One that cannot be read hides no other.
    ///
    /// # Errors
    /// The document is no such answer.
    pub fn read_each(answer: &Value) -> Result<Vec<Result<Self, UnreadableGroup>>, Fault> {
        let root = Node::root(answer).in_any_spelling();
        if let Some(rules) = root.field("SecurityGroupRules")? {
            return Ok(groups_of_rules(&rules.items()?));
        }
        let groups = root.required("SecurityGroups")?.items()?;
        let read =
            |node: &Node<'_>| group(node).map_err(|fault| UnreadableGroup { id: id(node).ok(), fault });
        Ok(groups.iter().map(read).collect())
    }
}

/// The prefix lists that a person put beside the groups of an answer, as `prefix_lists`: an object of ids and lists of
/// blocks. None where there are none.
///
/// # Errors
/// They are no such object.
pub fn prefix_lists(answer: &Value) -> Result<PrefixLists, Fault> {
    const NAME: &str = "prefix_lists";
    let Some(lists) = answer.get(NAME).filter(|lists| !lists.is_null()) else {
        return Ok(PrefixLists::default());
    };
    read::prefix_lists(&Node::at(lists, Place::default().member(NAME)).in_any_spelling())
}

fn id(node: &Node<'_>) -> Result<String, Fault> {
    Ok(node.required("GroupId")?.text()?.to_owned())
}

fn group(node: &Node<'_>) -> Result<SecurityGroup, Fault> {
    let permissions = node.field("IpPermissions")?;
    Ok(SecurityGroup {
        id: id(node)?,
        name: node.text_of("GroupName")?.map(str::to_owned),
        rules: permissions.map_or_else(|| Ok(Vec::new()), |list| read::ip_permissions(&list))?,
    })
}

/// A group of which a rule cannot be read cannot be judged.
fn groups_of_rules(items: &[Node<'_>]) -> Vec<Result<SecurityGroup, UnreadableGroup>> {
    let mut groups: BTreeMap<String, Result<Vec<Rule>, Fault>> = BTreeMap::new();
    let mut nameless = Vec::new();
    for item in items {
        let id = match id(item) {
            Ok(id) => id,
            Err(fault) => {
                nameless.push(Err(UnreadableGroup { id: None, fault }));
                continue;
            }
        };
        let rules = groups.entry(id).or_insert_with(|| Ok(Vec::new()));
        match (rules.as_mut(), read::rule(item)) {
            (Ok(all), Ok(rule)) => all.push(rule),
            (Ok(_), Err(fault)) => *rules = Err(fault),
            (Err(_), _) => {}
        }
    }
    let group = |(id, rules): (String, Result<Vec<Rule>, Fault>)| match rules {
        Ok(rules) => Ok(SecurityGroup { id, name: None, rules }),
        Err(fault) => Err(UnreadableGroup { id: Some(id), fault }),
    };
    groups.into_iter().map(group).chain(nameless).collect()
}
