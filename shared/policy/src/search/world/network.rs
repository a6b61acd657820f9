//! What a request says of the way by which it comes.

use std::collections::BTreeSet;

use addresses::Addresses;

use crate::search::domain::Domain;
use crate::search::names::Names;
use crate::search::world::{Reach, Way, World};

impl World {
    pub(super) fn network(&self, key: &str, names: &Names) -> Option<Domain> {
        let account = &*self.account;
        let through_endpoint = self.way == Way::Endpoint;
        let domain = match key {
            "aws:sourceip" if self.way == Way::Internet => {
                Domain::address(&self.reach.closed_networks(names))
            }
            "aws:vpcsourceip" if through_endpoint => Domain::address(&Addresses::default()),
            "aws:sourcevpc" | "aws:sourcevpce" if through_endpoint => {
                let (prefix, usual) = if key == "aws:sourcevpc" {
                    ("vpc", &["vpc-0a1b2c3d4e5f60718"])
                } else {
                    ("vpce", &["vpce-0a1b2c3d4e5f60718"])
                };
                match &*self.reach {
                    Reach::Vpc(id) if id.split('-').next() == Some(prefix) => Domain::texts([id.clone()]),
                    _ => Domain::shaped([&format!("{prefix}-<h8+>")])
                        .hinted(usual)
                        .except(self.reach.taken(key, names)),
                }
            }
            "aws:sourcevpcarn" if through_endpoint => {
                let region = self.usual_region();
                let usual = self.usual_arn(&format!("ec2:{region}:{account}:vpc/vpc-0a1b2c3d4e5f60718"));
                Domain::shapes(&self.vpc_arns("vpc-<h8+>")).usually([usual])
            }
            "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths"
                if through_endpoint && matches!(*self.reach, Reach::Behind(_)) =>
            {
                self.of_endpoint(key, names)
            }
            "aws:vpceaccount" if through_endpoint => Domain::texts(self.or_named(account, &names.accounts)),
            "aws:vpceorgid" if through_endpoint => match &self.organization {
                Some(organization) => Domain::texts(self.or_named(organization, &names.organizations)),
                None => Domain::never(),
            },
            "aws:vpceorgpaths" if through_endpoint => match &self.organization {
                Some(organization) => Self::paths(organization),
                None => Domain::never(),
            },
            "aws:sourceip" | "aws:vpcsourceip" | "aws:sourcevpc" | "aws:sourcevpce" | "aws:sourcevpcarn"
            | "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths" => Domain::never(),
            // Like the address, a service's own call does not tell.
            "s3:tlsversion" if self.way == Way::Internal => Domain::never(),
            "s3:tlsversion" => Domain::listed(["1.3", "1.2", "1.1", "1.0"]).maybe(),
            "aws:viaawsservice" => {
                Domain::listed([if self.way == Way::Forwarded { "true" } else { "false" }])
            }
            "aws:calledvia" if self.way == Way::Forwarded => self.service_names().maybe().many(),
            "aws:calledviafirst" | "aws:calledvialast" if self.way == Way::Forwarded => {
                self.service_names().maybe()
            }
            "aws:calledvia" | "aws:calledviafirst" | "aws:calledvialast" => Domain::never(),
            _ => return None,
        };
        Some(domain)
    }

    /// What a request says of the party that owns the endpoint, where that is known.
    fn of_endpoint(&self, key: &str, names: &Names) -> Domain {
        let Reach::Behind(owner) = &*self.reach else { return Domain::never() };
        let of_account = !names.organizations.contains(owner);
        match (key, of_account) {
            ("aws:vpceaccount", true) | ("aws:vpceorgid", false) => Domain::texts([owner.clone()]),
            ("aws:vpceaccount", false) => {
                Domain::texts(names.strangers.iter().chain(&names.accounts).cloned())
            }
            ("aws:vpceorgid", true) => Domain::texts(names.organizations.iter().cloned()).maybe(),
            (_, false) => Self::paths(owner),
            (_, true) => {
                names.organizations.first().map_or_else(Domain::never, |own| Self::paths(own).maybe())
            }
        }
    }

    /// The account or organization of an endpoint: the caller's own, or, where that is not an outsider, one that is
    /// named. Whoever is known may well come through the endpoint of somebody else who is.
    fn or_named(&self, own: &str, named: &BTreeSet<String>) -> Vec<String> {
        let others = named.iter().filter(|_| !matches!(*self.reach, Reach::Outside));
        std::iter::once(own)
            .chain(others.map(String::as_str).filter(|other| *other != own))
            .map(str::to_owned)
            .collect()
    }
}
