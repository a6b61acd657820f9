//! Where a rule lets traffic in from.

use std::borrow::Cow;
use std::fmt;

use addresses::{Addresses, IpNet, Ipv4Net, Ipv6Net};
use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::ids::PrefixListId;
use crate::prefix_lists::PrefixLists;

/// The one source of a rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Fields")]
pub enum Source {
    /// A block of IPv4 addresses, with its host bits as they were written.
    #[serde(rename = "CidrIpv4")]
    V4(Ipv4Net),
    /// A block of IPv6 addresses, with its host bits as they were written.
    #[serde(rename = "CidrIpv6")]
    V6(Ipv6Net),
    /// A prefix list.
    #[serde(rename = "PrefixListId")]
    PrefixList(PrefixListId),
    /// The members of a security group, which may be the group itself. Never open.
    #[serde(rename = "ReferencedGroupInfo")]
    Group(ReferencedGroup),
}

/// A security group that a rule names as its source.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct ReferencedGroup {
    /// The group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub group_id: Option<String>,
    /// The account of the group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub user_id: Option<String>,
    /// The VPC of the group, where it is another one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_id: Option<String>,
    /// The peering connection to that VPC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub vpc_peering_connection_id: Option<String>,
}

/// A rule names no source of a kind that we know, or several.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[error("not exactly one source of a known kind")]
pub struct NotOneSource;

/// Where a rule may name its source.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Fields {
    cidr_ipv4: Option<Ipv4Net>,
    cidr_ipv6: Option<Ipv6Net>,
    prefix_list_id: Option<PrefixListId>,
    referenced_group_info: Option<ReferencedGroup>,
}

impl TryFrom<Fields> for Source {
    type Error = NotOneSource;

    fn try_from(fields: Fields) -> Result<Self, NotOneSource> {
        let (v4, v6) = (fields.cidr_ipv4.map(IpNet::V4), fields.cidr_ipv6.map(IpNet::V6));
        Self::one_of(v4, v6, fields.prefix_list_id, fields.referenced_group_info)
    }
}

impl Source {
    /// The source of a rule, of which EC2 fills in one field: `CidrIpv4`, `CidrIpv6`, `PrefixListId` or
    /// `ReferencedGroupInfo`.
    ///
    /// # Errors
    /// None of them is there, or more than one.
    pub fn one_of(
        cidr_ipv4: Option<IpNet>,
        cidr_ipv6: Option<IpNet>,
        prefix_list: Option<PrefixListId>,
        group: Option<ReferencedGroup>,
    ) -> Result<Self, NotOneSource> {
        let blocks = [cidr_ipv4, cidr_ipv6].into_iter().flatten().map(Self::from);
        let list = prefix_list.map(Self::PrefixList);
        let mut sources = blocks.chain(list).chain(group.map(Self::Group));
        match (sources.next(), sources.next()) {
            (Some(source), None) => Ok(source),
            _ => Err(NotOneSource),
        }
    }

    /// The addresses of this source, `Err` with the id of a prefix list that could not be read.
    ///
    /// # Errors
    /// The prefix list that `lists` does not hold.
    pub fn addresses<'a>(&'a self, lists: &'a PrefixLists) -> Result<Cow<'a, Addresses>, &'a PrefixListId> {
        let block = |net: IpNet| Ok(Cow::Owned(Addresses::from_iter([net])));
        match self {
            Self::V4(net) => block((*net).into()),
            Self::V6(net) => block((*net).into()),
            Self::PrefixList(id) => lists.get(id).map(Cow::Borrowed).ok_or(id),
            Self::Group(_) => Ok(Cow::Owned(Addresses::default())),
        }
    }

    /// Whether both name the same source, however its host bits are written.
    #[must_use]
    pub fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::V4(one), Self::V4(other)) => one.trunc() == other.trunc(),
            (Self::V6(one), Self::V6(other)) => one.trunc() == other.trunc(),
            _ => self == other,
        }
    }

    /// The same source without host bits.
    pub(crate) fn masked(&self) -> Self {
        match self {
            Self::V4(net) => Self::V4(net.trunc()),
            Self::V6(net) => Self::V6(net.trunc()),
            Self::PrefixList(_) | Self::Group(_) => self.clone(),
        }
    }
}

impl From<IpNet> for Source {
    fn from(block: IpNet) -> Self {
        match block {
            IpNet::V4(net) => Self::V4(net),
            IpNet::V6(net) => Self::V6(net),
        }
    }
}

impl fmt::Display for Source {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::V4(net) => write!(f, "{net}"),
            Self::V6(net) => write!(f, "{net}"),
            Self::PrefixList(id) => write!(f, "{id}"),
            Self::Group(group) => match &group.group_id {
                Some(id) => write!(f, "{id}"),
                None => f.write_str("a group without an id"),
            },
        }
    }
}
