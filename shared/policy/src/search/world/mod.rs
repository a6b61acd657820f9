//! The kinds of caller, and what a request of each can hold.
//!
//! - An anonymous request carries `aws:PrincipalAccount` and `aws:userid` (both read `anonymous`) and
//!   `aws:PrincipalType`, and no other key of the principal. What tells how a request is signed is not on it either.
//! - A request comes from a public address or through a VPC endpoint, never both. A call that a service makes for a
//!   principal (a forward access session) and a call of a service itself carry neither: see [`Way`].
//! - `aws:SourceArn`, `aws:SourceAccount` and their like are only on a service's own call, speak of one account, and
//!   not each service sends all of them: see [`Source`]. `aws:PrincipalArn`, `aws:PrincipalAccount` and `aws:userid`
//!   speak of one caller.
//! - Credentials say how they were got: see [`Session`].
//! - An ARN of another partition is nobody in the partition of the bucket.
//! - No request is made in the past.

mod network;
mod principal;
mod reach;
mod request;
mod service;
pub(crate) mod sources;
mod traits;

use std::rc::Rc;

use names::Partition;
use serde::Serialize;

use super::domain::{Domain, Presence};
use super::names::Names;
use super::part::Part;
pub(crate) use principal::LONGEST_SESSION;
pub(crate) use reach::Reach;
pub(crate) use traits::KnownParts;

/// Who sends a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
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

/// The way by which a request comes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Way {
    /// From an address of the internet.
    Internet,
    /// Through a VPC endpoint.
    Endpoint,
    /// Through an AWS service that calls for the principal. The network keys are withheld.
    Forwarded,
    /// From inside AWS: a service's own call. The network keys are withheld.
    Internal,
}

/// How the credentials of a principal of an account were got.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Session {
    /// They are the access key of a user.
    LongTerm,
    /// They are temporary.
    Temporary,
    /// They are temporary, and were got with a second factor.
    Verified,
}

/// What a service's own call says of the party that it acts for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Source {
    /// All that there is to say.
    Full,
    /// Any part of it, or nothing: it depends on the service.
    Any,
}

/// One kind of request: who sends it, when, and by which way.
///
/// INVARIANT: it is asked with the names of one model only, as are all worlds that share its known parts.
#[derive(Debug, Clone)]
pub(crate) struct World {
    pub(crate) caller: CallerKind,
    /// The account of the caller, or the one that the service acts for.
    pub(crate) account: Rc<str>,
    pub(crate) organization: Option<Rc<str>>,
    pub(crate) way: Way,
    pub(crate) session: Session,
    pub(crate) source: Source,
    pub(crate) through_access_point: bool,
    /// The partition of the bucket.
    pub(crate) partition: Partition,
    /// The earliest time of the request, in seconds since 1970.
    pub(crate) now: i64,
    /// Which values the caller can have.
    pub(crate) reach: Rc<Reach>,
    /// The parts that were asked for, of this world and of others of the same reach.
    pub(crate) known: Rc<KnownParts>,
}

/// A canonical user id that a witness should rather have than any other.
const CANONICAL_USER: &str = "0f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69788796a5b4c3d2e1f0";

impl World {
    /// The values that a part of the request can have. Keys are in lower case.
    pub(crate) fn domain(&self, part: &str, names: &Names) -> Domain {
        match part {
            "canonicaluser" if self.caller.has_account() => {
                Domain::shaped(["<h>"]).hinted(&[CANONICAL_USER]).except(self.reach.taken(part, names))
            }
            "canonicaluser" => Domain::never(),
            _ => self
                .principal(part, names)
                .or_else(|| self.service(part, names))
                .or_else(|| self.network(part, names))
                .unwrap_or_else(|| self.request(part, names)),
        }
    }

    /// A part of the request. Worlds that what tells its values apart is the same of have the same one.
    pub(crate) fn part(&self, name: &str, names: &Names) -> Part {
        self.known.part(name, self.traits_of(name), || self.domain(name, names))
    }

    /// Whether no request of this world has the part.
    pub(crate) fn lacks(&self, part: &str, names: &Names) -> bool {
        self.domain(part, names).presence == Presence::Never
    }

    /// An ARN of this partition, from the service on, which a witness should rather have than any other.
    fn usual_arn(&self, rest: &str) -> String {
        format!("arn:{}:{rest}", self.partition)
    }

    /// The shape of the account whose things a caller may use: an outsider only those of its own account.
    fn whose(&self) -> &str {
        match &*self.reach {
            Reach::Outside => &self.account,
            Reach::Behind(owner) if owner.bytes().all(|byte| byte.is_ascii_digit()) => owner,
            _ => "<d12>",
        }
    }

    /// The paths of an organization.
    fn paths(organization: &str) -> Domain {
        let usual = ["r-ab12/ou-ab12-33333333/", "r-ab12/", "r-zz99/ou-zz99-33333333/"];
        let usual = usual.map(|path| format!("{organization}/{path}"));
        Domain::shaped([&format!("{organization}/<n>")]).usually(usual).many()
    }

    /// The shapes of the ARN of this VPC of somebody whose things the caller may use.
    pub(crate) fn vpc_arns(&self, vpc: &str) -> Vec<String> {
        self.regional("ec2", &format!("{}:vpc/{vpc}", self.whose()))
    }

    /// The shapes of the ARN of an access point of this account, of one Region or of several.
    pub(crate) fn access_point_arns(&self, account: &str) -> Vec<String> {
        let mut arns = self.regional("s3", &format!("{account}:accesspoint/<p>"));
        arns.push(self.arn(&format!("s3::{account}:accesspoint/<s>.mrap")));
        arns
    }

    /// A Region of this partition that a witness should rather have than any other.
    fn usual_region(&self) -> &'static str {
        match self.partition.as_str() {
            "aws" => "us-east-1",
            "aws-cn" => "cn-north-1",
            "aws-us-gov" => "us-gov-west-1",
            "aws-eusc" => "eusc-de-east-1",
            _ => "us-iso-east-1",
        }
    }

    /// The shape of an ARN of this partition, from the service on.
    fn arn(&self, rest: &str) -> String {
        format!("arn:{}:{rest}", self.partition)
    }

    /// The shapes of the ARNs of this partition that name a service, a Region, and what follows.
    fn regional(&self, service: &str, rest: &str) -> Vec<String> {
        self.regions().iter().map(|region| self.arn(&format!("{service}:{region}:{rest}"))).collect()
    }

    /// The shapes of the names of this partition's Regions.
    fn regions(&self) -> &'static [&'static str] {
        match self.partition.as_str() {
            "aws" => &["<r2>-<r4+>-<d1>"],
            "aws-cn" => &["cn-<r4+>-<d1>"],
            "aws-us-gov" => &["us-gov-<r4+>-<d1>"],
            "aws-eusc" => &["eusc-<r2>-<r4+>-<d1>"],
            _ => &["<r2>-iso<r*>-<r4+>-<d1>"],
        }
    }
}
