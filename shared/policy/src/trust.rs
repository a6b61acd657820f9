//! Whom the operator trusts.

use crate::address::parse_block;

/// What the settings say about who may be let in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trust {
    /// The account that owns the bucket: 12 digits.
    pub own_account: Option<String>,
    /// Other accounts: 12 digits each.
    pub accounts: Vec<String>,
    /// Organizations: `o-...`.
    pub organizations: Vec<String>,
    /// Networks: CIDR blocks.
    pub networks: Vec<String>,
    /// VPCs and VPC endpoints: `vpc-...`, `vpce-...`.
    pub vpcs: Vec<String>,
}

/// Whether `text` is a block of addresses, as [`Trust::networks`] takes it.
#[must_use]
pub fn is_network(text: &str) -> bool {
    parse_block(text).is_some()
}

impl Trust {
    /// The own account and the trusted ones.
    pub fn all_accounts(&self) -> impl Iterator<Item = &str> {
        self.own_account.iter().chain(&self.accounts).map(String::as_str)
    }
}
