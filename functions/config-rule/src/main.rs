//! `config-rule`: evaluates buckets and security groups for custom rules of AWS Config, as the other functions judge them.
//!
//! May read what those read, list it, and answer AWS Config; it changes nothing.

use std::process::ExitCode;

use buckets::{S3Acl, S3Policy};
use config::ConfigEvaluations;
use ec2::Ec2SecurityGroups;
use evaluations::OrItem;
use remediation::Mode;
use s3::{S3BucketAcls, S3BucketPolicies};
use security_groups::SgIngress;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let function = match lambda::Function::start(&[]).await {
        Ok(function) => function,
        Err(stopped) => return stopped,
    };
    let acls = S3BucketAcls::new(&function.sdk);
    let policies = S3BucketPolicies::new(&function.sdk);
    let groups = Ec2SecurityGroups::new(&function.sdk);
    let port = ConfigEvaluations::new(&function.sdk);
    function
        .evaluate(port, |settings, item| {
            let acls = OrItem::new(acls.clone(), item.clone());
            let policies = OrItem::new(policies.clone(), item.clone());
            let groups = OrItem::new(groups.clone(), item);
            let acls = S3Acl::new(acls, settings.s3_acl, Mode::Observe);
            let policies = S3Policy::new(policies, settings.s3_policy.clone());
            let groups = SgIngress::new(groups, settings.sg.clone());
            (acls, (policies, (groups, ())))
        })
        .await
}
