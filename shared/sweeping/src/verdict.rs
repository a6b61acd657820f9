//! What a look at one resource means for a sweep.

use std::fmt;

use remediation::{Inspected, Judge};
use serde::{Deserialize, Serialize};

/// What a resource was found to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// Nothing is to be said of it.
    Clean,
    /// It was deleted between its listing and the look at it.
    Gone,
    /// All that was found is exempt, and stays so for now.
    Exempt,
    /// Something is to be closed, and the ledger says that this waits already.
    Held,
    /// Something is to be closed.
    ToClose,
    /// Somebody is to be told of something: of what only people change, or of an exemption that ends soon.
    ToTell,
    /// Nobody can say. It may be open.
    Unreadable,
}

impl Verdict {
    /// All of them, in the order in which they are told.
    pub const ALL: [Self; 7] =
        [Self::Clean, Self::Gone, Self::Exempt, Self::Held, Self::ToClose, Self::ToTell, Self::Unreadable];

    /// What a look came to; `waits` where the ledger says that the resource waits.
    pub(crate) fn of<J: Judge>(inspected: &Inspected<J>, waits: bool) -> Self {
        match inspected {
            Inspected::Gone => Self::Gone,
            Inspected::Compliant => Self::Clean,
            Inspected::Exempt { exempt, .. } if exempt.ends_soon => Self::ToTell,
            Inspected::Exempt { .. } | Inspected::Restored { .. } => Self::Exempt,
            Inspected::Found { found, .. } if found.plan.is_none() => Self::ToTell,
            Inspected::Found { .. } if waits => Self::Held,
            Inspected::Found { .. } => Self::ToClose,
            Inspected::Unknown(_) => Self::Unreadable,
        }
    }

    /// Whether a function should look at it. What waits is among these: it may have changed since.
    #[must_use]
    pub fn needs_work(self) -> bool {
        match self {
            Self::Held | Self::ToClose | Self::ToTell | Self::Unreadable => true,
            Self::Clean | Self::Gone | Self::Exempt => false,
        }
    }

    /// Its name in logs and metrics, as in `to-close`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clean => "clean",
            Self::Gone => "gone",
            Self::Exempt => "exempt",
            Self::Held => "held",
            Self::ToClose => "to-close",
            Self::ToTell => "to-tell",
            Self::Unreadable => "unreadable",
        }
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
