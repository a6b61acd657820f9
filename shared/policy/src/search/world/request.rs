//! What a request says of itself and of the bucket.

use crate::search::domain::Domain;
use crate::search::names::Names;
use crate::search::world::{Reach, Way, World};

impl World {
    /// What is asked of a bucket is asked of S3, unless an Allow itself names another service.
    fn action(names: &Names) -> Domain {
        let own = Domain::of_list(&names.actions);
        if names.foreign_services.is_empty() {
            return own;
        }
        let others = names.foreign_services.iter().map(|service| format!("{service}:<p>"));
        let shapes: Vec<String> = names.actions.iter().cloned().chain(others).collect();
        let mut domain = Domain::shapes(&shapes);
        domain.usual = names.actions.to_vec();
        domain
    }

    fn resource(&self, names: &Names) -> Domain {
        // No object has an empty key.
        let of = |bucket: &str| {
            let bucket = self.usual_arn(&format!("s3:::{bucket}"));
            let object = format!("{bucket}/<f>");
            [bucket, object]
        };
        let usual = |bucket: &str| {
            let bucket = self.usual_arn(&format!("s3:::{bucket}"));
            [format!("{bucket}/object"), bucket]
        };
        let (shape, name) = names.bucket.as_deref().map_or(("<p>", "bucket"), |bucket| (bucket, bucket));
        let mut shapes = of(shape).to_vec();
        if !names.foreign_services.is_empty() {
            // What another service is asked about is no bucket.
            shapes.push("<n>".to_owned());
        }
        Domain::shapes(&shapes).usually(usual(name))
    }

    pub(super) fn request(&self, key: &str, names: &Names) -> Domain {
        let account = &*self.account;
        match key {
            "action" => Self::action(names),
            "resource" => self.resource(names),
            "s3:dataaccesspointarn" if self.through_access_point => {
                let region = self.usual_region();
                let usual = self.usual_arn(&format!("s3:{region}:{account}:accesspoint/access"));
                let shapes = self.access_point_arns("<d12>");
                Domain::shapes(&shapes).usually([usual]).except(self.reach.taken(key, names))
            }
            "s3:dataaccesspointaccount" if self.through_access_point => {
                // Whoever may use an access point, it is of one account.
                let named = names.accounts.iter().filter(|_| !matches!(*self.reach, Reach::Outside));
                let others = names.strangers.iter().chain(named).filter(|other| *other != account);
                Domain::texts(std::iter::once(account).chain(others.map(String::as_str)).map(str::to_owned))
            }
            "s3:accesspointnetworkorigin" | "s3:dataaccesspointnetworkorigin"
                if self.through_access_point =>
            {
                Domain::listed(["Internet", "VPC"])
            }
            "s3:dataaccesspointarn"
            | "s3:dataaccesspointaccount"
            | "s3:accesspointnetworkorigin"
            | "s3:dataaccesspointnetworkorigin" => Domain::never(),
            // Anybody can write a key's name into the header, but S3 asks whether the caller may use the key.
            "s3:x-amz-server-side-encryption-aws-kms-key-id" => {
                let own = self.regional("kms", &format!("{}:<n>", self.whose()));
                let shapes: Vec<String> =
                    own.into_iter().chain(["<p>", "alias/<n>"].map(str::to_owned)).collect();
                Domain::shapes(&shapes).except(self.reach.taken(key, names)).maybe()
            }
            // AWS calls S3 over TLS.
            "aws:securetransport" if self.way == Way::Internal => Domain::listed(["true"]),
            "aws:securetransport" => Domain::listed(["true", "false"]),
            "aws:currenttime" => Domain::time(self.now..=i64::MAX),
            "aws:epochtime" => Domain::shaped(["<d>"]),
            "aws:requestedregion" => Domain::shapes(self.regions()).usually([self.usual_region().to_owned()]),
            "aws:resourceaccount" | "s3:resourceaccount" => match &names.owner {
                Some(owner) => Domain::texts([owner.clone()]),
                None => {
                    Domain::shaped(["<d12>"]).hinted(&["111122223333"]).except(self.reach.not_owner(account))
                }
            },
            "aws:resourceorgid" => Domain::shaped(["o-<a10+>"])
                .except(self.reach.not_owner(self.organization.as_deref().unwrap_or_default()))
                .maybe(),
            "aws:resourceorgpaths" => Domain::shaped(["o-<a10+>/<n>"]).maybe().many(),
            // S3 refuses a request that says a negative number, or none.
            "s3:max-keys" => Domain::shaped(["<d>"]).hinted(&["1"]).maybe(),
            "aws:tagkeys" | "s3:requestobjecttagkeys" => Domain::free().maybe().many(),
            _ => Domain::free().maybe(),
        }
    }
}
