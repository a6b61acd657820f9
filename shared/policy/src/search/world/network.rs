//! The way by which a request comes.

use addresses::Addresses;

use crate::search::domain::Domain;
use crate::search::names::Names;
use crate::search::world::{Reach, World};

impl World {
    pub(super) fn network(&self, key: &str, names: &Names) -> Option<Domain> {
        let account = self.account.as_str();
        let domain = match key {
            "aws:sourceip" if !self.through_endpoint => Domain::address(self.reach.closed_networks(names)),
            "aws:vpcsourceip" if self.through_endpoint => Domain::address(Addresses::default()),
            "aws:sourcevpc" | "aws:sourcevpce" if self.through_endpoint => {
                let prefix = if key == "aws:sourcevpc" { "vpc" } else { "vpce" };
                match &self.reach {
                    Reach::Vpc(id) if id.split('-').next() == Some(prefix) => Domain::texts([id.clone()]),
                    _ => Domain::shaped([&format!("{prefix}-<a>")]).except(self.reach.taken(key, names)),
                }
            }
            "aws:sourcevpcarn" if self.through_endpoint => {
                Domain::shaped([&format!("arn:aws<p*>:ec2:<p>:{account}:vpc/<n>")])
            }
            "aws:vpceaccount" if self.through_endpoint => Domain::listed([account]),
            "aws:vpceorgid" if self.through_endpoint => match &self.organization {
                Some(organization) => Domain::listed([organization]),
                None => Domain::never(),
            },
            "aws:vpceorgpaths" if self.through_endpoint => match &self.organization {
                Some(organization) => Domain::shaped([&format!("{organization}/<n>")]).many(),
                None => Domain::never(),
            },
            "aws:sourceip" | "aws:vpcsourceip" | "aws:sourcevpc" | "aws:sourcevpce" | "aws:sourcevpcarn"
            | "aws:vpceaccount" | "aws:vpceorgid" | "aws:vpceorgpaths" => Domain::never(),
            _ => return None,
        };
        Some(domain)
    }
}
