//! What a request says of its caller.

use addresses::Addresses;

use crate::Key;
use crate::search::domain::Domain;
use crate::search::names::Names;
use crate::search::world::{CallerKind, Reach, Session, World};

/// How old temporary credentials can be, in seconds.
pub(crate) const LONGEST_SESSION: i64 = 36 * 3_600;

/// The shapes of the age of a session in seconds: no session lasts longer than 36 hours.
const AGES: [&str; 8] = ["<d1>", "<d2>", "<d3>", "<d4>", "<d5>", "10<d4>", "11<d4>", "12<d4>"];

/// The id of a user, and the id and the session of a role, that a witness should rather have than any other.
const USER_ID: &str = "AIDAQOUTSIDERCALLERXY";
const SESSION_ID: &str = "AROAQOUTSIDERCALLERXY:session";

impl World {
    pub(super) fn principal(&self, key: &str, names: &Names) -> Option<Domain> {
        let account = &*self.account;
        let anonymous = self.caller == CallerKind::Anonymous;
        Some(match key {
            // AWS does not say of which account a service is a principal: it may be none that anybody names.
            "aws:principalaccount" if self.is_known_service() => {
                let strangers = names.strangers.iter().filter(|other| *other != account).cloned();
                Domain::texts(std::iter::once(account.to_owned()).chain(strangers))
            }
            "aws:principalaccount" => Domain::listed([if anonymous { "anonymous" } else { account }]),
            "aws:principaltype" => match self.caller {
                CallerKind::Anonymous => Domain::listed(["Anonymous"]),
                CallerKind::User => Domain::listed(["User"]),
                CallerKind::Root => Domain::listed(["Account"]),
                CallerKind::FederatedUser => Domain::listed(["FederatedUser"]),
                CallerKind::Role | CallerKind::WebIdentity => Domain::listed(["AssumedRole"]),
                CallerKind::Service => Domain::never(),
            },
            "aws:userid" => match self.caller {
                CallerKind::Anonymous => Domain::listed(["anonymous"]),
                CallerKind::Root => Domain::listed([account]),
                CallerKind::FederatedUser => Domain::shaped([&format!("{account}:<e>")]),
                CallerKind::User => Domain::shaped([&self.unique_id("AIDA")])
                    .hinted(&[USER_ID])
                    .except(self.reach.taken(key, names)),
                // A unique id that is named is of a user or a role, whoever reaches what.
                CallerKind::Service => {
                    Domain::shaped(["AROA<A12+>:<e>"]).hinted(&[SESSION_ID]).except(names.taken(key))
                }
                _ => Domain::shaped([&format!("{}:<e>", self.unique_id("AROA"))])
                    .hinted(&[SESSION_ID])
                    .except(self.reach.taken(key, names)),
            },
            "aws:principalarn" => match self.caller {
                CallerKind::Anonymous | CallerKind::Service => Domain::never(),
                CallerKind::Root => Domain::shaped([&self.arn(&format!("iam::{account}:root"))]),
                CallerKind::User => self.users_called("<e>"),
                CallerKind::FederatedUser => {
                    Domain::shaped([&self.arn(&format!("sts::{account}:federated-user/<e>"))])
                }
                CallerKind::Role | CallerKind::WebIdentity => {
                    let roles = ["role/<e>", "role/<g>/<e>"];
                    let roles = roles.map(|path| self.arn(&format!("iam::{account}:{path}")));
                    // A principal element can name a session. The key always holds the ARN of its role, so a condition that
                    // names a session by it is met by nobody: "For IAM roles, the request context returns the ARN of the role".
                    let session = self.arn(&format!("sts::{account}:assumed-role/<e>/<e>"));
                    let sessions = names.speaks_of_sessions.then_some(session);
                    Domain::shapes(&roles.into_iter().chain(sessions).collect::<Vec<_>>())
                }
            },
            "aws:principalorgid" => match &self.organization {
                Some(organization) if self.caller.has_account() => Domain::listed([organization]),
                _ => Domain::never(),
            },
            "aws:principalorgpaths" => match &self.organization {
                Some(organization) if self.caller.has_account() => Self::paths(organization),
                _ => Domain::never(),
            },
            "aws:username" => match self.caller {
                CallerKind::User => Domain::shaped(["<e>"]),
                _ => Domain::never(),
            },
            "aws:federatedprovider" => match self.caller {
                CallerKind::WebIdentity => Domain::shaped([
                    "<p>",
                    &self.arn(&format!("iam::{account}:saml-provider/<n>")),
                    &self.arn(&format!("iam::{account}:oidc-provider/<n>")),
                ]),
                _ => Domain::never(),
            },
            _ if key.starts_with("aws:principaltag/") && self.caller.has_account() => {
                Domain::shaped(["<l*>"]).hinted(&["x"]).maybe()
            }
            _ if key.starts_with("aws:principaltag/") => Domain::never(),
            _ if Key::new(key).is_of_provider() => match self.caller {
                CallerKind::WebIdentity => Domain::free().maybe().many(),
                _ => Domain::never(),
            },
            _ => return self.credentials(key, names),
        })
    }

    /// The shape of a unique id that begins so. It has at least 16 characters:
    /// <https://docs.aws.amazon.com/IAM/latest/APIReference/API_Role.html>. A policy may name a shorter one, as AWS's examples
    /// do, and then means somebody by it.
    fn unique_id(&self, front: &str) -> String {
        let rest = if matches!(*self.reach, Reach::Outside) { "<A12+>" } else { "<A>" };
        format!("{front}{rest}")
    }

    /// The ARNs of users whose name has this shape.
    pub(crate) fn users_called(&self, name: &str) -> Domain {
        let account = &*self.account;
        Domain::shaped([
            &self.arn(&format!("iam::{account}:user/{name}")),
            &self.arn(&format!("iam::{account}:user/<g>/{name}")),
        ])
    }

    /// What a request says of the credentials that it is signed with.
    fn credentials(&self, key: &str, names: &Names) -> Option<Domain> {
        let account = &*self.account;
        let signed = self.caller.has_account();
        let is_role = self.caller == CallerKind::Role;
        let domain = match key {
            "aws:tokenissuetime" if signed && self.session != Session::LongTerm => {
                Domain::time(self.now.saturating_sub(LONGEST_SESSION)..=i64::MAX)
            }
            "aws:multifactorauthpresent" if signed && self.session == Session::Verified => {
                Domain::listed(["true"])
            }
            "aws:multifactorauthage" if signed && self.session == Session::Verified => {
                Domain::shapes(&AGES).hinted(&["60"])
            }
            "aws:multifactorauthpresent"
                if self.session == Session::Temporary && signed && self.caller != CallerKind::WebIdentity =>
            {
                Domain::listed(["false"]).maybe()
            }
            "aws:sourceidentity" if is_role || self.caller == CallerKind::WebIdentity => {
                Domain::shaped(["<p>"]).maybe()
            }
            "aws:ec2instancesourcevpc" if is_role => Domain::shaped(["vpc-<h8+>"])
                .hinted(&["vpc-0a1b2c3d4e5f60718"])
                .except(self.reach.taken(key, names))
                .maybe(),
            "aws:ec2instancesourceprivateipv4" if is_role => Domain::address(&Addresses::default()).maybe(),
            "ec2:sourceinstancearn" if is_role => {
                Domain::shapes(&self.regional("ec2", &format!("{account}:instance/<p>"))).maybe()
            }
            "lambda:sourcefunctionarn" if is_role => {
                Domain::shapes(&self.regional("lambda", &format!("{account}:function:<n>"))).maybe()
            }
            "s3:accessgrantsinstancearn" if is_role => {
                // An account has one instance in a Region, and its name is the same in each.
                let whose = self.whose();
                let usual =
                    self.usual_arn(&format!("s3:{}:{account}:access-grants/default", self.usual_region()));
                Domain::shapes(&self.regional("s3", &format!("{whose}:access-grants/<p>")))
                    .usually([usual])
                    .maybe()
            }
            "s3:signatureversion" | "s3:authtype" | "s3:signatureage"
                if self.caller != CallerKind::Anonymous =>
            {
                let domain = match key {
                    "s3:signatureversion" => {
                        Domain::listed(["AWS4-HMAC-SHA256", "AWS", "AWS4-ECDSA-P256-SHA256"])
                    }
                    "s3:authtype" => Domain::listed(["REST-HEADER", "REST-QUERY-STRING", "POST"]),
                    _ => return Some(Domain::shaped(["<d>"]).hinted(&["60000"]).maybe()),
                };
                if signed { domain } else { domain.maybe() }
            }
            "aws:tokenissuetime"
            | "aws:multifactorauthpresent"
            | "aws:multifactorauthage"
            | "aws:sourceidentity"
            | "aws:ec2instancesourcevpc"
            | "aws:ec2instancesourceprivateipv4"
            | "ec2:sourceinstancearn"
            | "lambda:sourcefunctionarn"
            | "s3:accessgrantsinstancearn"
            | "s3:signatureversion"
            | "s3:authtype"
            | "s3:signatureage" => Domain::never(),
            _ => return None,
        };
        Some(domain)
    }
}
