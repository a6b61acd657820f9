//! Address blocks as text.

use std::net::IpAddr;

use ipnet::IpNet;
use thiserror::Error;

/// A text is not a block of addresses.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{0}` is not an address block")]
pub struct BlockError(String);

/// Reads a block such as `10.0.0.5/8` or `2001:db8::/32`, of either family and in any spelling. A lone
/// address is a block of one.
///
/// # Errors
/// The text is no block.
pub fn parse_block(text: &str) -> Result<IpNet, BlockError> {
    let block = text.trim();
    block
        .parse()
        .or_else(|_| block.parse().map(|address: IpAddr| address.into()))
        .map_err(|_| BlockError(text.to_owned()))
}
