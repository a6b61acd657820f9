//! What outsiders really have, after every Deny: each kind of caller, each ability, as the search finds it.
//!
//! An ability is found by the search for one of its actions, on the bucket or on its objects. That it reaches
//! [all](Extent::All) of them is a proof over every key and every tag that an object may have.

mod bucket;
mod seek;
mod sure;
mod words;

use serde::Serialize;

use crate::address::covers_internet;
use crate::search::world::CallerKind;
use crate::{Statement, Witness, access, documented};
pub(crate) use bucket::Bucket;
pub(crate) use seek::seek;
pub(crate) use words::{doubts, phrases};

/// A kind of outsider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outsider {
    /// Nobody in particular.
    Anonymous,
    /// A principal of any outside account, directly or through a service that acts on its behalf.
    Account,
    /// An AWS service that acts for an outside account.
    Service,
}

impl Outsider {
    pub(crate) const ALL: [Self; 3] = [Self::Anonymous, Self::Account, Self::Service];

    /// The kind of outsider that a caller is.
    #[must_use]
    pub fn of(caller: CallerKind) -> Self {
        match caller {
            CallerKind::Anonymous => Self::Anonymous,
            CallerKind::Service => Self::Service,
            _ => Self::Account,
        }
    }
}

/// What an outsider can do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum AbilityKind {
    /// Read objects.
    Read,
    /// Write objects.
    Write,
    /// Delete objects.
    Delete,
    /// List the bucket.
    List,
    /// Change who may do what.
    Permissions,
}

impl AbilityKind {
    pub(crate) const ALL: [Self; 5] = [Self::Read, Self::Write, Self::Delete, Self::List, Self::Permissions];

    /// The actions of the bucket, of which one is enough.
    const fn bucket_actions(self) -> &'static [&'static str] {
        match self {
            Self::List => &["s3:ListBucket", "s3:ListBucketVersions"],
            Self::Permissions => access::BUCKET_PERMISSIONS,
            Self::Read | Self::Write | Self::Delete => &[],
        }
    }

    /// The actions of objects, of which one is enough.
    const fn object_actions(self) -> &'static [&'static str] {
        match self {
            Self::Read => &["s3:GetObject", "s3:GetObjectVersion"],
            Self::Write => &["s3:PutObject"],
            Self::Delete => &["s3:DeleteObject", "s3:DeleteObjectVersion"],
            Self::List => &[],
            Self::Permissions => access::OBJECT_PERMISSIONS,
        }
    }
}

/// How much of the bucket an ability reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Extent {
    /// Every object, whatever its key and tags; for the bucket's own actions, every prefix.
    All,
    /// Some of that, or it is not proven that it is all.
    Part,
}

/// One thing that outsiders of a kind can do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ability {
    /// Who.
    pub caller: Outsider,
    /// What.
    pub ability: AbilityKind,
    /// How much of the bucket.
    pub scope: Extent,
    /// A request that shows it.
    pub witness: Witness,
    /// What the request needs besides: it is of the caller's own choice.
    #[serde(skip)]
    pub(crate) needs: Needs,
    /// Who of the outsiders of that kind.
    #[serde(skip)]
    pub(crate) who: Who,
    /// Where some of the objects are, as patterns without the front of the ARN.
    #[serde(skip)]
    pub(crate) places: Vec<String>,
}

/// What a caller must choose well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct Needs {
    /// A header or a parameter of the request.
    pub(crate) parameter: bool,
    /// The way by which the request comes.
    pub(crate) way: Route,
    /// The time of the request: nobody has the ability now.
    pub(crate) time: bool,
}

/// The ways by which a caller gets in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub(crate) enum Route {
    /// Any network: every public IPv4 address that is nobody's in particular.
    #[default]
    Any,
    /// Some networks, or VPC endpoints.
    Network,
    /// A service that calls for the caller, and no other.
    Forwarded,
}

/// Who exactly gets in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Who {
    /// Everyone.
    Internet,
    /// A principal of any account.
    AnyAccount,
    /// Principals of accounts of some kind.
    SomeAccounts,
    /// Whom this provider vouches for.
    Identity(Option<String>),
    /// This service, or any.
    Service(Option<String>),
    /// The same, only with calls that do not say all about the party that it acts for.
    Unsourced(Option<String>),
}

/// What outsiders have.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Abilities {
    /// What they can do, by caller, then in the order of [`AbilityKind`].
    pub list: Vec<Ability>,
    /// What each kind of outsider can do that has none of these abilities and gets in all the same.
    pub(crate) others: Vec<Other>,
    /// What it is not known of whether they can do it: the work allowed was used up.
    pub unknown: Vec<Undecided>,
}

/// One thing of which it is not known whether outsiders of a kind can do it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Undecided {
    /// Who.
    pub caller: Outsider,
    /// What; without it, whether they get in at all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ability: Option<AbilityKind>,
}

/// A request for something that is none of the abilities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Other {
    pub(crate) who: Who,
    pub(crate) witness: Witness,
    /// What the request needs besides.
    pub(crate) needs: Needs,
}

impl Abilities {
    /// Whether outsiders of a kind get in.
    #[must_use]
    pub fn has(&self, caller: Outsider) -> bool {
        self.list.iter().any(|ability| ability.caller == caller)
            || self.others.iter().any(|other| Outsider::of(other.witness.caller.kind) == caller)
    }
}

/// Whether an outsider may get in by a statement: AWS's text calls it public, or passes it although it fixes nobody.
pub(crate) fn lets_in_outsiders(statement: &Statement) -> bool {
    documented::statement_is_public(statement)
        || statement.is_allow()
            && !statement.principal.is_fixed()
            && statement.conditions.iter().any(covers_internet)
}

/// Whether a service may get in by a statement for somebody outside.
pub(crate) fn lets_in_services(statement: &Statement) -> bool {
    lets_in_outsiders(statement) || statement.is_allow() && statement.principal.names_service()
}
