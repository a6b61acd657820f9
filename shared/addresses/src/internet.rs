//! Which addresses are public.

use std::sync::LazyLock;

use crate::address::Address;
use crate::span_set::SpanSet;

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

pub(crate) static PUBLIC_V4: LazyLock<SpanSet<u32>> = LazyLock::new(|| {
    let not_public: SpanSet<u32> =
        NOT_PUBLIC_V4.iter().map(|(bytes, length)| u32::from_be_bytes(*bytes).block(*length)).collect();
    not_public.complement()
});

pub(crate) static PUBLIC_V6: LazyLock<SpanSet<u128>> = LazyLock::new(|| {
    let block = |(address, length): (u128, u8)| SpanSet::from(address.block(length));
    block(GLOBAL_V6).without(&block(DOCUMENTATION_V6))
});
