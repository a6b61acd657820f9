//! What of a resource is exempt.

use std::collections::BTreeSet;
use std::fmt;

use network::PortSet;
use serde::Deserialize;

use crate::{Narrower, Sources};

/// What of a resource is exempt: everything, or only what all these name together.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Scope {
    /// Only these ports of tcp and udp.
    pub ports: Option<PortSet>,
    /// Only what comes from here.
    pub sources: Option<Sources>,
    /// Only what is granted to these.
    pub grantees: Option<BTreeSet<Grantee>>,
    /// Only the policy's statements of these `Sid`s.
    pub sids: Option<BTreeSet<String>>,
}

/// A public group of an ACL.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
pub enum Grantee {
    /// Everybody, without a name.
    AllUsers,
    /// Everybody with any AWS account.
    AuthenticatedUsers,
}

impl Scope {
    /// Whether it is the whole resource.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        self.narrowers().next().is_none()
    }

    /// What narrows it.
    pub(crate) fn narrowers(&self) -> impl Iterator<Item = Narrower> {
        let Self { ports, sources, grantees, sids } = self;
        let all = [
            ports.is_some().then_some(Narrower::Ports),
            sources.is_some().then_some(Narrower::Sources),
            grantees.is_some().then_some(Narrower::Grantees),
            sids.is_some().then_some(Narrower::Sids),
        ];
        all.into_iter().flatten()
    }
}

impl Grantee {
    /// The group as the settings write it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::AllUsers => "AllUsers",
            Self::AuthenticatedUsers => "AuthenticatedUsers",
        }
    }
}

impl fmt::Display for Scope {
    /// As in `everything`, and `ports 22,80-90; sources 203.0.113.0/24`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let grantees = |all: &BTreeSet<Grantee>| all.iter().map(|one| one.as_str()).collect::<Vec<_>>();
        let sids = |all: &BTreeSet<String>| all.iter().map(String::as_str).collect::<Vec<_>>().join(", ");
        let parts = [
            self.ports.as_ref().map(|ports| format!("ports {ports}")),
            self.sources.as_ref().map(|sources| format!("sources {sources}")),
            self.grantees.as_ref().map(|all| format!("grantees {}", grantees(all).join(", "))),
            self.sids.as_ref().map(|all| format!("sids {}", sids(all))),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        f.write_str(if parts.is_empty() { "everything" } else { "" })?;
        f.write_str(&parts.join("; "))
    }
}
