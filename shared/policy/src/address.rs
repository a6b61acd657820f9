//! Address blocks as S3 reads them.

use std::net::IpAddr;

use addresses::IpNet;

use crate::Condition;

/// Reads `203.0.113.0/24`, `2001:db8::/32` or an address without a prefix length, which is a block of one. Host bits
/// may be set, as S3 accepts them.
pub(crate) fn parse_block(text: &str) -> Option<IpNet> {
    let (address, length) = match text.split_once('/') {
        Some((address, length)) => (address, Some(length)),
        None => (text, None),
    };
    let address: IpAddr = address.parse().ok()?;
    match length {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
            IpNet::new(address, digits.parse().ok()?).ok()
        }
        Some(_) => None,
        None => Some(address.into()),
    }
}

/// Whether S3 calls the block fixed: at most a /8 in IPv4, a /32 in IPv6, or inside a private range.
pub(crate) fn is_narrow(block: IpNet) -> bool {
    match block {
        IpNet::V4(block) => block.prefix_len() >= 8,
        IpNet::V6(block) => {
            block.prefix_len() >= 32 || (block.prefix_len() >= 7 && block.addr().is_unique_local())
        }
    }
}

/// Whether the blocks of a condition together cover the internet.
pub(crate) fn covers_internet(condition: &Condition) -> bool {
    condition.key.name() == "aws:sourceip" && condition.values.addresses().covers_internet()
}
