//! What is behind the port of the control over security groups: EC2.

mod answers;
mod requests;
mod security_groups;

pub use security_groups::Ec2SecurityGroups;

#[cfg(test)]
mod tests;
