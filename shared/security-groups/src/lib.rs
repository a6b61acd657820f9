//! The control over security groups.
//!
//! | control | reads | changes |
//! | --- | --- | --- |
//! | [`SgIngress`] (`sg-ingress`) | the group and its rules one by one; prefix lists that rules name; in the style `isolate` the group's network interfaces | revokes rules by id and puts back what they let in rightly, or gives the interfaces their VPC's quarantine group; tags the group |
//!
//! What is open is decided in the crate `network`. The control has a port with exactly the calls that it may
//! make (`port.rs`) and is handed nothing else. No SDK comes in here: the crate `ec2` has what is behind the port.

mod advice;
mod apply;
mod assess;
mod change;
mod commands;
mod control;
mod describe;
mod evidence;
mod exempt;
mod findings;
mod ip_permission;
mod judgements;
mod lists;
mod opening;
mod plan;
mod port;
mod put_back;
mod putting_back;
mod read_only;
mod settings;
mod state;
mod together;
mod undo;
mod unfinished;
mod words;

pub use assess::{GroupAssessment, SgFinding};
pub use change::SgChange;
pub use control::SgIngress;
pub use plan::{Destination, Isolation, Part, Placement, PutBack, Quarantine, Release, Revocation};
pub use port::{
    At, Authorized, By, Created, EVERYWHERE, Of, Placed, QUARANTINE_GROUP_NAME, QUARANTINE_GROUP_TEXT,
    QuarantineGroup, ReadSecurityGroups, Revoked, Rules, SecurityGroups, action, all_traffic,
};
pub use read_only::ReadOnly;
pub use settings::{QuarantineStyle, SgSettings};
pub use state::{
    About, ChangedBy, Group, Interface, ListName, PrefixList, QUARANTINE_GROUP, QUARANTINED_AT,
    QUARANTINED_RULES,
};

/// Tags by key.
pub use remediation::Tags;

#[cfg(test)]
mod tests;
