//! Prefix lists by id.

use std::collections::BTreeMap;

use addresses::{Addresses, IpNet};
use serde_json::Value;

use crate::ids::PrefixListId;
use crate::node::{Node, ReadError};

/// The prefix lists that could be read. One that is not here is unreadable, never empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PrefixLists(BTreeMap<PrefixListId, Addresses>);

impl PrefixLists {
    /// Adds a list of these blocks, in place of one of the same id.
    pub fn insert(&mut self, id: PrefixListId, blocks: impl IntoIterator<Item = IpNet>) {
        self.0.insert(id, blocks.into_iter().collect());
    }

    /// The addresses of a list, `None` if it could not be read.
    #[must_use]
    pub fn get(&self, id: &PrefixListId) -> Option<&Addresses> {
        self.0.get(id)
    }

    /// Reads an object of ids and lists of blocks. A list that is `null` is unreadable.
    ///
    /// # Errors
    /// Names the field that is not what it should be.
    pub fn read(json: &Value) -> Result<Self, ReadError> {
        Self::read_node(&Node::root("prefix_lists", json))
    }

    pub(crate) fn read_node(node: &Node<'_>) -> Result<Self, ReadError> {
        let mut lists = Self::default();
        for (id, blocks) in node.entries()? {
            let blocks: Vec<IpNet> = blocks.items()?.iter().map(Node::block).collect::<Result<_, _>>()?;
            lists.insert(id.into(), blocks);
        }
        Ok(lists)
    }
}
