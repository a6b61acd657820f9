//! Sources of security group rules.

use std::fmt;

use names::GroupId;
use network::{Addresses, IpNet, Source, parse_block};
use serde::de::{Deserialize, Deserializer, Error};

/// Sources of security group rules: address blocks, groups and prefix lists.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sources(Vec<Named>);

#[derive(Debug, Clone, PartialEq, Eq)]
enum Named {
    Block(IpNet),
    Group(String),
    PrefixList(String),
}

impl Sources {
    const EXPECTED: &'static str =
        "an address block (203.0.113.0/24), the id of a security group (sg-...) or of a prefix list (pl-...)";

    /// Whether a rule with this source lets in nobody but from these. A group and a prefix list are named by their ids,
    /// whatever is in them.
    #[must_use]
    pub fn cover(&self, source: &Source) -> bool {
        match source {
            Source::V4(block) => self.blocks().covers_block((*block).into()),
            Source::V6(block) => self.blocks().covers_block((*block).into()),
            Source::PrefixList(list) => self.0.contains(&Named::PrefixList(list.to_string())),
            Source::Group(group) => {
                group.group_id.as_ref().is_some_and(|id| self.0.contains(&Named::Group(id.clone())))
            }
        }
    }

    fn blocks(&self) -> Addresses {
        let block = |named: &Named| if let Named::Block(block) = named { Some(*block) } else { None };
        self.0.iter().filter_map(block).collect()
    }
}

impl Named {
    fn new(text: &str) -> Option<Self> {
        let is_list = text.strip_prefix("pl-").is_some_and(|id| {
            !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        match GroupId::new(text) {
            Some(group) => Some(Self::Group(group.to_string())),
            None if is_list => Some(Self::PrefixList(text.to_owned())),
            None => parse_block(text).ok().map(Self::Block),
        }
    }
}

impl fmt::Display for Sources {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words = |named: &Named| match named {
            Named::Block(block) => block.to_string(),
            Named::Group(id) | Named::PrefixList(id) => id.clone(),
        };
        f.write_str(&self.0.iter().map(words).collect::<Vec<_>>().join(", "))
    }
}

impl<'de> Deserialize<'de> for Sources {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let texts = strict::list(deserializer, |text| Named::new(text).is_some(), Self::EXPECTED)?;
        if texts.is_empty() {
            return Err(D::Error::custom("an exemption of no source exempts nothing"));
        }
        Ok(Self(texts.iter().filter_map(|text| Named::new(text)).collect()))
    }
}
