//! The control over security groups.
//!
//! | control | reads | changes |
//! | --- | --- | --- |
//! | [`SgIngress`] (`sg-ingress`) | the group, its rules one by one | revokes rules by id, tags the group |
//!
//! The control has a port with exactly these calls (`port.rs`) and is handed nothing else.

mod control;
mod group;
mod open;
mod port;
mod rule;

pub use control::{QUARANTINED_AT, Quarantine, SgIngress};
pub use group::Group;
pub use port::{Ec2SecurityGroups, Revoked, SecurityGroups};
pub use rule::{Rule, Source};

#[cfg(test)]
mod tests;
