//! A security group as it was read.

use serde::Serialize;

use crate::Rule;

/// A security group with its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// The group's name.
    pub name: String,
    /// The VPC that it is in.
    pub vpc: Option<String>,
    /// The group's tags.
    pub tags: Vec<(String, String)>,
    /// Every rule, inbound and outbound, one source each.
    pub rules: Vec<Rule>,
}
