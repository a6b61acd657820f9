//! Prefix lists by id.

use std::collections::BTreeMap;

use addresses::{Addresses, IpNet};

use crate::ids::PrefixListId;

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
}
