//! What a request says of its caller.

use crate::search::domain::Domain;
use crate::search::names::Names;
use crate::search::world::{CallerKind, World};

impl World {
    pub(super) fn principal(&self, key: &str, names: &Names) -> Option<Domain> {
        let account = self.account.as_str();
        let anonymous = self.caller == CallerKind::Anonymous;
        Some(match key {
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
                CallerKind::FederatedUser => Domain::shaped([&format!("{account}:<n>")]),
                CallerKind::User => Domain::shaped(["AIDA<A>"]).except(self.reach.taken(key, names)),
                _ => Domain::shaped(["AROA<A>:<n>"]).except(self.reach.taken(key, names)),
            },
            "aws:principalarn" => match self.caller {
                CallerKind::Anonymous | CallerKind::Service => Domain::never(),
                CallerKind::Root => Domain::shaped([&format!("arn:aws<p*>:iam::{account}:root")]),
                CallerKind::User => Domain::shaped([&format!("arn:aws<p*>:iam::{account}:user/<n>")]),
                CallerKind::FederatedUser => {
                    Domain::shaped([&format!("arn:aws<p*>:sts::{account}:federated-user/<n>")])
                }
                CallerKind::Role | CallerKind::WebIdentity => Domain::shaped([
                    &format!("arn:aws<p*>:iam::{account}:role/<n>"),
                    &format!("arn:aws<p*>:sts::{account}:assumed-role/<n>"),
                ]),
            },
            "aws:principalorgid" => match &self.organization {
                Some(organization) if self.caller.has_account() => Domain::listed([organization]),
                _ => Domain::never(),
            },
            "aws:principalorgpaths" => match &self.organization {
                Some(organization) if self.caller.has_account() => {
                    Domain::shaped([&format!("{organization}/<n>")]).many()
                }
                _ => Domain::never(),
            },
            "aws:username" => match self.caller {
                CallerKind::User => Domain::shaped(["<p>"]),
                _ => Domain::never(),
            },
            "aws:federatedprovider" => match self.caller {
                CallerKind::WebIdentity => Domain::shaped([
                    "<p>",
                    &format!("arn:aws<p*>:iam::{account}:saml-provider/<n>"),
                    &format!("arn:aws<p*>:iam::{account}:oidc-provider/<n>"),
                ]),
                _ => Domain::never(),
            },
            "aws:viaawsservice" if anonymous => Domain::listed(["false"]),
            "aws:viaawsservice" => Domain::listed(["false", "true"]),
            "aws:multifactorauthpresent"
            | "aws:multifactorauthage"
            | "aws:tokenissuetime"
            | "aws:sourceidentity"
            | "aws:calledviafirst"
            | "aws:calledvialast"
            | "aws:ec2instancesourcevpc"
            | "aws:ec2instancesourceprivateipv4" => self.optional_for_accounts(false),
            "aws:calledvia" => self.optional_for_accounts(true),
            _ if key.starts_with("aws:principaltag/") => self.optional_for_accounts(false),
            _ => return None,
        })
    }

    fn optional_for_accounts(&self, many: bool) -> Domain {
        match (self.caller.has_account(), many) {
            (false, _) => Domain::never(),
            (true, false) => Domain::shaped(["<l>"]).maybe(),
            (true, true) => Domain::shaped(["<l>"]).maybe().many(),
        }
    }
}
