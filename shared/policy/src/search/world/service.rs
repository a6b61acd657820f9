//! What a service's call says of the party that it acts for.

use crate::search::domain::Domain;
use crate::search::names::Names;
use crate::search::world::{CallerKind, Reach, Source, World};

impl World {
    pub(super) fn service(&self, key: &str, names: &Names) -> Option<Domain> {
        let service = self.caller == CallerKind::Service;
        let account = &*self.account;
        let domain = match key {
            "aws:principalisawsservice" => match self.caller {
                CallerKind::Anonymous => Domain::never(),
                CallerKind::Service => Domain::listed(["true"]),
                _ => Domain::listed(["false"]),
            },
            "aws:principalservicename" if service => match &*self.reach {
                Reach::Services(names) => Domain::texts(names.iter().cloned()),
                _ => self.service_names(),
            },
            "aws:principalservicenameslist" if service => self.service_names().many(),
            "aws:sourceaccount" if service && self.reach.says_account() => Domain::listed([account]),
            "aws:sourceaccount" | "aws:sourceowner" if service => self.said(Domain::listed([account])),
            "aws:sourcearn" if service => {
                let region = self.usual_region();
                let usual = [
                    self.usual_arn(&format!("cloudtrail:{region}:{account}:trail/trail")),
                    self.usual_arn(&format!("sns:{region}:{account}:topic")),
                    self.usual_arn(&format!("logs:{region}:{account}:log-group:group")),
                    self.usual_arn("s3:::outsiders-bucket"),
                ];
                self.said(
                    Domain::shapes(&self.sources(&["<p>", "s3"]))
                        .usually(usual)
                        .except(self.reach.taken(key, names)),
                )
            }
            "aws:sourceorgid" if service => match &self.organization {
                Some(organization) => self.said(Domain::listed([organization])),
                None => Domain::never(),
            },
            "aws:sourceorgpaths" if service => match &self.organization {
                Some(organization) => self.said(Self::paths(organization)),
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

    /// Whether the caller is a service that acts for somebody who is known.
    pub(super) fn is_known_service(&self) -> bool {
        self.caller == CallerKind::Service && !matches!(*self.reach, Reach::Outside)
    }

    /// Whether a service of this partition can have this name.
    pub(crate) fn may_be_called(&self, service: &str) -> bool {
        self.service_names().admits(service)
    }

    /// The names of services, which are those of hosts.
    pub(super) fn service_names(&self) -> Domain {
        let ends: &[&str] = match self.partition.as_str() {
            "aws-cn" => &["amazonaws.com", "amazonaws.com.cn"],
            _ => &["amazonaws.com"],
        };
        let fronts = ["<s>", "<s>.<s>", "<s>.<s>.<s>"];
        let shapes: Vec<String> =
            ends.iter().flat_map(|end| fronts.map(|front| format!("{front}.{end}"))).collect();
        Domain::shapes(&shapes).hinted(&["cloudtrail.amazonaws.com"])
    }

    /// The shapes of the ARNs of sources, of services with these names.
    pub(crate) fn sources(&self, services: &[&str]) -> Vec<String> {
        let account = &*self.account;
        let of_service = |service: &&str| {
            // The ARN of a bucket names no account.
            let bucket = (*service == "s3").then(|| self.arn("s3:::<p>"));
            let regional = self.regional(service, &format!("{account}:<n>"));
            let global = self.arn(&format!("{service}::{account}:<n>"));
            regional.into_iter().chain([global]).chain(bucket)
        };
        services.iter().flat_map(of_service).collect()
    }

    /// What a service may say or not.
    fn said(&self, domain: Domain) -> Domain {
        match self.source {
            Source::Full => domain,
            Source::Any => domain.maybe(),
        }
    }
}
