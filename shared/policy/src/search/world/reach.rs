//! What is closed to a caller because it belongs to somebody else.

use addresses::Addresses;

use crate::pattern::Pattern;
use crate::search::names::Names;
use crate::search::patterns::Patterns;
use crate::search::world::sources;

/// Which of the values that are possible a caller can have.
#[derive(Debug, Clone)]
pub(crate) enum Reach {
    /// What nobody else has: no fixed value that a policy names.
    Outside,
    /// Everything.
    Anyone,
    /// Addresses that are not in this set.
    NotFrom(Addresses),
    /// This VPC or VPC endpoint.
    Vpc(String),
    /// A VPC endpoint of this account or organization.
    Behind(String),
    /// These services.
    Services(Vec<String>),
}

impl Reach {
    /// The values of a key that the caller cannot have.
    pub(super) fn taken(&self, key: &str, names: &Names) -> Patterns {
        match self {
            Self::Outside => names.taken(key),
            _ => Patterns::default(),
        }
    }

    /// Whether it is about services that all name the account that they act for.
    pub(super) fn says_account(&self) -> bool {
        matches!(self, Self::Services(names) if names.iter().all(|name| sources::says_account(name)))
    }

    /// The addresses that the caller cannot have.
    pub(super) fn closed_networks(&self, names: &Names) -> Addresses {
        match self {
            Self::Outside => names.closed_networks.clone(),
            Self::NotFrom(set) => set.clone(),
            _ => Addresses::default(),
        }
    }

    /// Who cannot own the bucket, for a caller of this account or organization.
    pub(super) fn not_owner(&self, own: &str) -> Patterns {
        match self {
            Self::Outside => [Pattern::exactly(own)].into_iter().collect(),
            _ => Patterns::default(),
        }
    }
}
