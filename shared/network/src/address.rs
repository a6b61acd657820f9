//! The two address families and which of their addresses are public.

use std::{fmt, sync::LazyLock};

use ipnet::IpNet;
use serde::{Deserialize, Serialize};

use crate::{
    span::{Point, Span},
    span_set::SpanSet,
};

/// An address family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
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
pub trait Address: Point + 'static {
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
        &PUBLIC_V4
    }

    block!();
}

impl Address for u128 {
    const FAMILY: Family = Family::V6;
    const BROAD_PREFIX_LENGTH: u8 = 32;

    fn public() -> &'static SpanSet<Self> {
        &PUBLIC_V6
    }

    block!();
}

/// The IPv4 blocks of IANA's special-purpose registry, multicast and the reserved end.
const NOT_PUBLIC_V4: [([u8; 4], u8); 15] = [
    ([0, 0, 0, 0], 8),
    ([10, 0, 0, 0], 8),
    ([100, 64, 0, 0], 10),
    ([127, 0, 0, 0], 8),
    ([169, 254, 0, 0], 16),
    ([172, 16, 0, 0], 12),
    ([192, 0, 0, 0], 24),
    ([192, 0, 2, 0], 24),
    ([192, 88, 99, 0], 24),
    ([192, 168, 0, 0], 16),
    ([198, 18, 0, 0], 15),
    ([198, 51, 100, 0], 24),
    ([203, 0, 113, 0], 24),
    ([224, 0, 0, 0], 4),
    ([240, 0, 0, 0], 4),
];

/// 2000::/3, the only block that IANA hands out for global unicast.
const GLOBAL_V6: (u128, u8) = (0x2000 << 112, 3);

/// 2001:db8::/32, kept for documentation.
const DOCUMENTATION_V6: (u128, u8) = (0x2001_0db8 << 96, 32);

static PUBLIC_V4: LazyLock<SpanSet<u32>> = LazyLock::new(|| {
    let not_public: SpanSet<u32> =
        NOT_PUBLIC_V4.iter().map(|(bytes, length)| u32::from_be_bytes(*bytes).block(*length)).collect();
    not_public.complement()
});

static PUBLIC_V6: LazyLock<SpanSet<u128>> = LazyLock::new(|| {
    let block = |(address, length): (u128, u8)| SpanSet::from(address.block(length));
    block(GLOBAL_V6).without(&block(DOCUMENTATION_V6))
});

/// Addresses of both families.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Addresses {
    /// The IPv4 addresses.
    pub v4: SpanSet<u32>,
    /// The IPv6 addresses.
    pub v6: SpanSet<u128>,
}

impl Addresses {
    /// The addresses of every one of `parts`.
    pub fn union_of<A: AsRef<Self>>(parts: &[A]) -> Self {
        let parts = || parts.iter().map(AsRef::as_ref);
        Self {
            v4: parts().flat_map(|part| part.v4.spans()).copied().collect(),
            v6: parts().flat_map(|part| part.v6.spans()).copied().collect(),
        }
    }
}

impl AsRef<Self> for Addresses {
    fn as_ref(&self) -> &Self {
        self
    }
}

impl FromIterator<IpNet> for Addresses {
    /// The addresses of every block. Host bits are masked: 10.0.0.5/8 is 10.0.0.0/8.
    fn from_iter<I: IntoIterator<Item = IpNet>>(blocks: I) -> Self {
        let (mut v4, mut v6) = (Vec::new(), Vec::new());
        for block in blocks {
            match block {
                IpNet::V4(net) => v4.push(net.addr().to_bits().block(net.prefix_len())),
                IpNet::V6(net) => v6.push(net.addr().to_bits().block(net.prefix_len())),
            }
        }
        Self { v4: v4.into_iter().collect(), v6: v6.into_iter().collect() }
    }
}
