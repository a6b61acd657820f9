//! What a request says of itself and of the bucket.

use crate::search::actions;
use crate::search::domain::{Domain, shape};
use crate::search::names::Names;
use crate::search::world::{Reach, Way, World};

impl World {
    /// What is asked of a bucket is asked of S3, unless an Allow itself names another service.
    fn action(names: &Names) -> Domain {
        let others = names.foreign_services.iter().map(|service| format!("{service}:<p>"));
        let shapes: Vec<String> = std::iter::once("s3:<p>".to_owned()).chain(others).collect();
        let mut domain = Domain::shapes(&shapes).hinted(actions::REAL);
        domain.usual = names.actions.iter().cloned().collect();
        domain
    }

    fn resource(names: &Names) -> Domain {
        if let Some(bucket) = names.bucket() {
            let object = format!("{bucket}/object");
            return Domain::shaped([&bucket, &format!("{bucket}/<f>")]).usually([object, bucket]);
        }
        let resource = Domain::shaped(["<f>"]).hinted(&["arn:aws:s3:::bucket/object"]);
        // No object has an empty key.
        let empty_key = || [shape("arn:<p>:s3:::<p>/")].into_iter().collect();
        if names.speaks_of_empty_key { resource.except(empty_key()) } else { resource }
    }

    pub(super) fn request(&self, key: &str, names: &Names) -> Domain {
        let account = self.account.as_str();
        match key {
            "action" => Self::action(names),
            "resource" => Self::resource(names),
            "s3:dataaccesspointarn" if self.through_access_point => {
                let usual = self.usual_arn(&format!("s3:us-east-1:{account}:accesspoint/access"));
                let shape = self.access_point_arn("<d12>");
                Domain::shaped([&shape]).usually([usual]).except(self.reach.taken(key, names))
            }
            "s3:dataaccesspointaccount" if self.through_access_point => {
                // Whoever may use an access point, it is of one account.
                let named = names.accounts.iter().filter(|_| !matches!(self.reach, Reach::Outside));
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
                let own = self.arn(&format!("kms:<p>:{}:<n>", self.whose()));
                Domain::shaped([&own, "<p>", "alias/<n>"]).except(self.reach.taken(key, names)).maybe()
            }
            // AWS calls S3 over TLS.
            "aws:securetransport" if self.way == Way::Internal => Domain::listed(["true"]),
            "aws:securetransport" => Domain::listed(["true", "false"]),
            "aws:currenttime" => Domain::time(self.now),
            "aws:epochtime" => Domain::shaped(["<d>"]),
            "aws:requestedregion" => Domain::shaped(["<n>"]).hinted(&["us-east-1"]),
            "aws:resourceaccount" => {
                Domain::shaped(["<d12>"]).hinted(&["111122223333"]).except(self.reach.not_owner(account))
            }
            "aws:resourceorgid" => Domain::shaped(["o-<a10+>"])
                .except(self.reach.not_owner(self.organization.as_deref().unwrap_or_default()))
                .maybe(),
            "aws:resourceorgpaths" => Domain::shaped(["o-<a10+>/<n>"]).maybe().many(),
            "aws:tagkeys" | "s3:requestobjecttagkeys" => Domain::free().maybe().many(),
            _ => Domain::free().maybe(),
        }
    }
}
