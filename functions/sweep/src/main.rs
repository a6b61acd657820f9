//! `sweep`: looks at every bucket and every security group, and has the other functions look at what needs work.
//!
//! May list and read what the other functions read, read what they wrote down, and send messages into their queues and its
//! own. It is handed ports that only read.

use std::process::ExitCode;

use buckets::{S3Acl, S3Policy};
use ec2::Ec2SecurityGroups;
use queues::SqsQueues;
use remediation::Mode;
use s3::{S3BucketAcls, S3BucketPolicies};
use security_groups::SgIngress;
use sweeping::Surveyed;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let function = match lambda::Function::start(&[]).await {
        Ok(function) => function,
        Err(stopped) => return stopped,
    };
    let groups = security_groups::ReadOnly::of(Ec2SecurityGroups::new(&function.sdk));
    let acls = buckets::ReadOnly::of(S3BucketAcls::new(&function.sdk));
    let policies = S3BucketPolicies::new(&function.sdk);
    let queues = SqsQueues::new(&function.sdk);
    function
        .sweep(queues, |settings| {
            // It writes nothing, and so asks what a write would say.
            let acls = S3Acl::new(acls.clone(), settings.s3_acl, Mode::Observe);
            let acls = Surveyed::new("s3-acl-private", acls);
            let groups = SgIngress::new(groups.clone(), settings.sg.clone());
            let groups = Surveyed::new("sg-quarantine", groups);
            let policies = S3Policy::new(policies.clone(), settings.s3_policy.clone());
            let policies = Surveyed::new("s3-policy-alert", policies);
            (groups, (acls, (policies, ())))
        })
        .await
}
