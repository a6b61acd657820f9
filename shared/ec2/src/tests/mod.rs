//! The calls to EC2, as the SDK sees them.

mod changing;
mod placing;
mod reading;

use aws_sdk_ec2::Client;
use aws_sdk_ec2::error::ErrorMetadata;
use events::{GroupId, Resource, VpcId};
use network::{Permission, Protocol, ReferencedGroup, Source, Traffic, parse_block};
use remediation::Target;
use remediation::testing::{run, subject};

use crate::Ec2SecurityGroups;

const GROUP: &str = "sg-0a1b2c3d4e5f60718";
const WORLD: &str = "0.0.0.0/0";

/// Does something with the group as its target.
fn at<T>(work: impl AsyncFnOnce(&Target<'_, GroupId>) -> T) -> T {
    let id = group_id(GROUP);
    let subject = subject(Resource::SecurityGroup(id.clone()));
    run(work(&Target::of(&subject, &id)))
}

fn group_id(id: &str) -> GroupId {
    GroupId::new(id).unwrap()
}

fn vpc() -> VpcId {
    VpcId::new("vpc-1").unwrap()
}

fn ec2(client: Client) -> Ec2SecurityGroups {
    Ec2SecurityGroups::with_client(client)
}

fn failure(code: &str) -> ErrorMetadata {
    ErrorMetadata::builder().code(code).message("no").build()
}

/// One tcp port from a block.
fn tcp(port: i32, block: &str) -> Permission {
    let traffic = Traffic { protocol: Protocol::Tcp, from_port: Some(port), to_port: Some(port) };
    traffic.permission(parse_block(block).unwrap().into(), None)
}

/// All traffic from a group.
fn all_from_group(group: &str) -> Permission {
    let source = Source::Group(ReferencedGroup { group_id: Some(group.into()), ..Default::default() });
    Traffic { protocol: Protocol::All, from_port: None, to_port: None }.permission(source, None)
}
