//! One thing that was done to a group, to its interfaces, or to a quarantine group.

use events::{GroupId, VpcId};
use network::{IpNet, Rule};
use serde::{Deserialize, Serialize};

use crate::{Placement, PutBack};

/// One thing that was done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum SgChange {
    /// A rule, or a part of one, was put back.
    Authorized(PutBack),
    /// This rule was revoked.
    Revoked(Rule),
    /// A VPC got a quarantine group.
    Created {
        /// The new group.
        group: GroupId,
        /// The VPC.
        vpc: VpcId,
    },
    /// A quarantine group lets no more traffic out to a block.
    EgressRevoked {
        /// The quarantine group.
        group: GroupId,
        /// Its VPC.
        vpc: VpcId,
        /// The block.
        to: IpNet,
    },
    /// An interface got other groups.
    Placed(Placement),
    /// The group was tagged.
    Tagged {
        /// The tag's key.
        key: String,
        /// Its value.
        value: String,
    },
}

impl SgChange {
    /// Whether this is what quarantines a group.
    pub(crate) fn closes(&self) -> bool {
        matches!(self, Self::Revoked(_) | Self::Placed(_))
    }
}
