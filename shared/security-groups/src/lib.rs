//! The control over security groups.
//!
//! | control | reads | changes |
//! | --- | --- | --- |
//! | [`SgIngress`] (`sg-ingress`) | the group and its rules one by one; prefix lists that rules name; in the style `isolate` the group's network interfaces | revokes rules by id and puts back what they let in rightly, or gives the interfaces the VPC's quarantine group; tags the group |
//!
//! What is open is decided in the crate `network`. The control has a port with exactly the calls that it may
//! make (`port/mod.rs`) and is handed nothing else.

mod advice;
mod commands;
mod control;
mod evidence;
mod findings;
mod finish;
mod group;
mod interface;
mod ip_permission;
mod isolate;
mod opening;
mod plan;
mod port;
mod prefix_lists;
mod revoke;
mod words;

pub use control::SgIngress;
pub use group::{Group, QUARANTINE_GROUP, QUARANTINED_AT, QUARANTINED_RULES, Tags};
pub use interface::Interface;
pub use plan::{Isolation, Part, Quarantine, Revocation};
pub use port::{
    About, Authorized, By, Created, Ec2SecurityGroups, ListName, Placed, QuarantineGroup, Revoked,
    SecurityGroups,
};
pub use prefix_lists::{Contents, PrefixList};

#[cfg(test)]
mod tests;
