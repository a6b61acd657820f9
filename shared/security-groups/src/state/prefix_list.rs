//! A prefix list that a rule names as its source.

use std::fmt;

use network::{IpNet, PrefixListId, PrefixLists};
use remediation::Fact;
use serde::{Deserialize, Serialize};

/// A prefix list as far as it could be read.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct PrefixList {
    /// The id (`pl-...`).
    pub id: PrefixListId,
    /// What it is called and whose it is, where that is known.
    #[serde(flatten)]
    pub name: Option<ListName>,
    /// What is in it.
    pub blocks: Fact<Vec<IpNet>>,
}

/// What a prefix list is called, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct ListName {
    /// The name, as in `offices` or `com.amazonaws.eu-west-1.s3`.
    pub name: String,
    /// The account that owns it, or `AWS`.
    pub owner: String,
}

impl ListName {
    /// Whether AWS keeps the list: it then holds addresses of AWS's own.
    #[must_use]
    pub fn is_of_aws(&self) -> bool {
        self.owner.eq_ignore_ascii_case("aws")
    }
}

impl fmt::Display for ListName {
    /// Such as `offices`, or `com.amazonaws.eu-west-1.s3, managed by AWS`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.name)?;
        if self.is_of_aws() { f.write_str(", managed by AWS") } else { Ok(()) }
    }
}

/// The lists as the decision takes them: one that could not be read is not there.
pub(crate) fn readable(all: &[PrefixList]) -> PrefixLists {
    let mut readable = PrefixLists::default();
    for list in all {
        if let Some(blocks) = list.blocks.known() {
            readable.insert(list.id.clone(), blocks.iter().copied());
        }
    }
    readable
}
