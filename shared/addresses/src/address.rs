//! The two address families, and their addresses as numbers.

use std::fmt;
use std::hash::Hash;

use serde::{Deserialize, Serialize};

use crate::internet;
use crate::span::{Point, Span};
use crate::span_set::SpanSet;

/// An address family.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Family {
    /// IPv4.
    V4,
    /// IPv6.
    V6,
}

impl fmt::Display for Family {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::V4 => "IPv4",
            Self::V6 => "IPv6",
        })
    }
}

/// An address as a number: `u32` for IPv4, `u128` for IPv6.
pub trait Address: Point + Hash + 'static {
    /// The family of these addresses.
    const FAMILY: Family;

    /// A block of this prefix length or a shorter one is broad.
    const BROAD_PREFIX_LENGTH: u8;

    /// Every public address of the family.
    fn public() -> &'static SpanSet<Self>;

    /// The block of `prefix_length` that holds this address; the host bits do not matter.
    fn block(self, prefix_length: u8) -> Span<Self>;
}

macro_rules! block {
    () => {
        fn block(self, prefix_length: u8) -> Span<Self> {
            let host_bits = Self::BITS.saturating_sub(prefix_length.into());
            let network = Self::MAX.checked_shl(host_bits).unwrap_or(0);
            Span::new(self & network, self | !network).unwrap_or(Span::single(self))
        }
    };
}

impl Address for u32 {
    const FAMILY: Family = Family::V4;
    const BROAD_PREFIX_LENGTH: u8 = 8;

    fn public() -> &'static SpanSet<Self> {
        &internet::PUBLIC_V4
    }

    block!();
}

impl Address for u128 {
    const FAMILY: Family = Family::V6;
    const BROAD_PREFIX_LENGTH: u8 = 32;

    fn public() -> &'static SpanSet<Self> {
        &internet::PUBLIC_V6
    }

    block!();
}
