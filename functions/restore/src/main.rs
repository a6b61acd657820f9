//! `restore`: puts back what a record says was changed, when a person asks for it by hand.
//!
//! May read and write bucket ACLs and Block Public Access of buckets, read that of the account, change inbound rules, give
//! network interfaces their groups back, read and write records, and publish to its topic. Nothing triggers it.

use std::process::ExitCode;

use buckets::S3Acl;
use ec2::Ec2SecurityGroups;
use remediation::Mode;
use s3::S3BucketAcls;
use security_groups::SgIngress;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let function = match lambda::Function::start(&[]).await {
        Ok(function) => function,
        Err(stopped) => return stopped,
    };
    let acls = S3BucketAcls::new(&function.sdk);
    let groups = Ec2SecurityGroups::new(&function.sdk);
    function
        .restore(|settings| {
            let acls = S3Acl::new(acls.clone(), settings.s3_acl, Mode::Enforce);
            let groups = SgIngress::new(groups.clone(), settings.sg.clone());
            (acls, (groups, ()))
        })
        .await
}
