//! What is behind the port of the control over security groups: EC2.

mod answers;
mod endpoint;
mod rehearsed;
mod requests;
mod security_groups;

pub use endpoint::endpoint;
pub use rehearsed::REHEARSED_GROUP;
pub use security_groups::Ec2SecurityGroups;

#[cfg(test)]
mod tests;
