//! `sg-quarantine`: quarantines open security groups.
//!
//! May read security groups, prefix lists and network interfaces, change inbound rules, put interfaces into a
//! quarantine group of its own making, tag, and publish to its topic.

use std::process::ExitCode;

use ec2::Ec2SecurityGroups;
use security_groups::SgIngress;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    // Groups and their rules are read at the same time.
    let function = match lambda::Function::start(&[ec2::endpoint, ec2::endpoint]).await {
        Ok(function) => function,
        Err(stopped) => return stopped,
    };
    let groups = Ec2SecurityGroups::new(&function.sdk);
    function.run(ec2::REHEARSED_GROUP, |settings| SgIngress::new(groups.clone(), settings.sg.clone())).await
}
