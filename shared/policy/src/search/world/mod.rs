//! The kinds of caller, and what a request of each can hold.
//!
//! Anonymous requests carry `aws:PrincipalAccount`, `aws:userid` and `aws:PrincipalType` (the first two read
//! `anonymous`), and no other key of the principal. A request comes from an address or through a VPC endpoint, never
//! both. `aws:SourceArn` and `aws:SourceAccount` exist only on a service's call, and speak of one account; so do
//! `aws:PrincipalArn`, `aws:PrincipalAccount` and `aws:userid` of one caller.

mod network;
mod principal;
mod reach;
mod request;
mod service;

use serde::Serialize;

use super::domain::Domain;
use super::names::Names;
pub(crate) use reach::Reach;

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CallerKind {
    /// Nobody in particular.
    Anonymous,
    /// An IAM user.
    User,
    /// A role, or a session of one.
    Role,
    /// The root user of an account.
    Root,
    /// A federated user of an account.
    FederatedUser,
    /// Somebody whom an identity provider vouches for.
    WebIdentity,
    /// An AWS service that acts for an account.
    Service,
}

impl CallerKind {
    pub(crate) const ALL: [Self; 7] = [
        Self::Anonymous,
        Self::Role,
        Self::User,
        Self::Root,
        Self::FederatedUser,
        Self::WebIdentity,
        Self::Service,
    ];

    /// Whether the caller is a principal of an account.
    pub(crate) fn has_account(self) -> bool {
        !matches!(self, Self::Anonymous | Self::Service)
    }
}

/// One kind of request: who sends it, and by which way.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) caller: CallerKind,
    /// The account of the caller, or the one that the service acts for.
    pub(crate) account: String,
    pub(crate) organization: Option<String>,
    pub(crate) through_endpoint: bool,
    /// Whether a service says for whom it acts.
    pub(crate) has_source: bool,
    pub(crate) through_access_point: bool,
    /// Which values the caller can have.
    pub(crate) reach: Reach,
}

impl World {
    /// The values that a part of the request can have. Keys are in lower case.
    pub(crate) fn domain(&self, part: &str, names: &Names) -> Domain {
        match part {
            "canonicaluser" if self.caller.has_account() => {
                Domain::shaped(["<a>"]).except(self.reach.taken(part, names))
            }
            "canonicaluser" => Domain::never(),
            _ => self
                .principal(part, names)
                .or_else(|| self.service(part, names))
                .or_else(|| self.network(part, names))
                .unwrap_or_else(|| self.request(part, names)),
        }
    }
}
