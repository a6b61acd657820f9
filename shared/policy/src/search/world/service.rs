//! What a service's call says of the party that it acts for.

use crate::search::domain::Domain;
use crate::search::names::Names;
use crate::search::world::{CallerKind, Reach, World};

impl World {
    pub(super) fn service(&self, key: &str, names: &Names) -> Option<Domain> {
        let service = self.caller == CallerKind::Service;
        let sourced = service && self.has_source;
        let account = self.account.as_str();
        let domain = match key {
            "aws:principalisawsservice" => {
                return Some(Domain::listed([if service { "true" } else { "false" }]));
            }
            "aws:principalservicename" if service => match &self.reach {
                Reach::Services(names) => Domain::texts(names.iter().cloned()),
                _ => Domain::shaped(["<n>.amazonaws.com", "<n>.amazonaws.com.cn"])
                    .hinted(&["cloudtrail.amazonaws.com"]),
            },
            "aws:principalservicenameslist" if service => Domain::shaped(["<n>"]).many(),
            "aws:sourceaccount" | "aws:sourceowner" if sourced => Domain::listed([account]),
            "aws:sourcearn" if sourced => Domain::shaped([
                &format!("arn:aws<p*>:<p>:<p>:{account}:<n>"),
                &format!("arn:aws<p*>:<p>::{account}:<n>"),
                // The ARN of a bucket names no account.
                "arn:aws<p*>:s3:::<n>",
            ])
            .except(self.reach.taken(key, names)),
            "aws:sourceorgid" if sourced => match &self.organization {
                Some(organization) => Domain::listed([organization]),
                None => Domain::never(),
            },
            "aws:sourceorgpaths" if sourced => match &self.organization {
                Some(organization) => Domain::shaped([&format!("{organization}/<n>")]).many(),
                None => Domain::never(),
            },
            "aws:principalservicename"
            | "aws:principalservicenameslist"
            | "aws:sourceaccount"
            | "aws:sourceowner"
            | "aws:sourcearn"
            | "aws:sourceorgid"
            | "aws:sourceorgpaths" => Domain::never(),
            _ => return None,
        };
        Some(domain)
    }
}
