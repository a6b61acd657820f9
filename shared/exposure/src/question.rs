//! A group, its prefix lists and a query in one JSON document.

use document::{Fault, Node};
use network::{Exposure, PrefixListId, PrefixLists, Rule};
use serde::Serialize;
use serde_json::Value;
use thiserror::Error;

use crate::{Query, read};

/// A document with `ip_permissions` as DescribeSecurityGroups gives them, `prefix_lists` (id to a list
/// of blocks; one that is not there is unreadable) and a `query` of `protocol` and `port`.
///
/// For ICMP `port` is the type, and absent or -1 asks for any; the query may have a `code` too.
#[derive(Debug, Clone)]
pub struct Question {
    rules: Vec<Rule>,
    prefix_lists: PrefixLists,
    query: Query,
}

/// Why a text is not a [`Question`].
#[derive(Debug, Error)]
pub enum QuestionError {
    /// The text is no JSON.
    #[error("not JSON: {0}")]
    NotJson(#[from] serde_json::Error),
    /// A field is missing or not what it should be.
    #[error(transparent)]
    Fault(#[from] Fault),
}

/// What is answered to a [`Question`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// The exposure to IPv4.
    pub v4: Exposure,
    /// The exposure to IPv6.
    pub v6: Exposure,
    /// Whether a rule that reaches the port names a prefix list that could not be read.
    pub unknown_prefix_list: bool,
    /// These lists.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub unknown_prefix_lists: Vec<PrefixListId>,
}

impl Question {
    /// Reads a document.
    ///
    /// # Errors
    /// The text is no JSON, or names the field that is missing or not what it should be.
    pub fn read(json: &str) -> Result<Self, QuestionError> {
        let document: Value = serde_json::from_str(json)?;
        let root = Node::root(&document).in_any_spelling();
        let permissions = root.field("ip_permissions")?;
        let lists = root.field("prefix_lists")?;
        Ok(Self {
            rules: permissions.map_or_else(|| Ok(Vec::new()), |list| read::ip_permissions(&list))?,
            prefix_lists: lists
                .map_or_else(|| Ok(PrefixLists::default()), |lists| read::prefix_lists(&lists))?,
            query: query(&root.required("query")?)?,
        })
    }

    /// Answers the question.
    #[must_use]
    pub fn reply(&self) -> Reply {
        let answer = self.query.answer(&self.rules, &self.prefix_lists);
        Reply {
            v4: answer.exposures.v4,
            v6: answer.exposures.v6,
            unknown_prefix_list: !answer.unreadable.is_empty(),
            unknown_prefix_lists: answer.unreadable.into_iter().collect(),
        }
    }
}

fn query(node: &Node<'_>) -> Result<Query, Fault> {
    let protocol = read::protocol(&node.required("protocol")?)?;
    if !protocol.has_ports() {
        return Ok(Query::any(protocol));
    }
    if protocol.is_icmp() {
        let kind = number(node, "port", "a number from 0 to 65535, or -1 for any")?;
        let code = number(node, "code", "a number from 0 to 255, or -1 for any")?;
        return Ok(match kind {
            None => Query::any(protocol),
            Some(kind) => Query::icmp_type(protocol, kind, code),
        });
    }
    let port = node.required("port")?;
    match port.number::<i32>()?.try_into() {
        Ok(number) => Ok(Query::port(protocol, number)),
        Err(_) => Err(port.unexpected("a port from 0 to 65535")),
    }
}

/// The number `name`, `None` if it is absent or -1.
fn number<T: TryFrom<i32>>(node: &Node<'_>, name: &str, expected: &'static str) -> Result<Option<T>, Fault> {
    let Some(field) = node.field(name)? else {
        return Ok(None);
    };
    match field.number::<i32>()? {
        -1 => Ok(None),
        number => match number.try_into() {
            Ok(number) => Ok(Some(number)),
            Err(_) => Err(field.unexpected(expected)),
        },
    }
}
