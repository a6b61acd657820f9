//! IP addresses and blocks of them, on two lines: IPv4 and IPv6.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// A CIDR block; a plain address is a block of one. Host bits may be set, as S3 accepts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Block {
    address: IpAddr,
    prefix: u8,
}

impl Block {
    /// Reads `203.0.113.0/24`, `2001:db8::/32` or an address without a prefix length.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().ok()?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let prefix = match length {
            Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => {
                digits.parse().ok()?
            }
            Some(_) => return None,
            None => widest,
        };
        (prefix <= widest).then_some(Self { address, prefix })
    }

    /// The first and last address, as numbers on the line of the block's family.
    fn span(self) -> (u128, u128) {
        let (bits, value) = match self.address {
            IpAddr::V4(address) => (32, u128::from(u32::from(address))),
            IpAddr::V6(address) => (128, u128::from(address)),
        };
        let host = match u32::from(bits - self.prefix) {
            128 => u128::MAX,
            width => (1_u128 << width) - 1,
        };
        (value & !host, value | host)
    }

    /// Whether S3 calls the block fixed: at most a /8 in IPv4, a /32 in IPv6, or inside a private range.
    pub fn is_narrow(self) -> bool {
        match self.address {
            IpAddr::V4(_) => self.prefix >= 8,
            IpAddr::V6(address) => {
                self.prefix >= 32 || (self.prefix >= 7 && (address.segments()[0] & 0xfe00) == 0xfc00)
            }
        }
    }
}

/// A set of addresses: disjoint ranges in order, per family.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AddressSet {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
}

impl AddressSet {
    /// The union of blocks.
    pub fn of(blocks: impl IntoIterator<Item = Block>) -> Self {
        let mut set = Self::default();
        for block in blocks {
            if block.address.is_ipv4() { set.v4.push(block.span()) } else { set.v6.push(block.span()) }
        }
        set.v4 = merge(set.v4);
        set.v6 = merge(set.v6);
        set
    }

    /// Whether the address is in the set.
    pub fn contains(&self, address: IpAddr) -> bool {
        let (ranges, value) = match address {
            IpAddr::V4(address) => (&self.v4, u128::from(u32::from(address))),
            IpAddr::V6(address) => (&self.v6, u128::from(address)),
        };
        let after = ranges.partition_point(|(first, _)| *first <= value);
        after.checked_sub(1).and_then(|index| ranges.get(index)).is_some_and(|(_, last)| value <= *last)
    }

    /// Whether every address of the block is in the set.
    pub(crate) fn contains_block(&self, block: Block) -> bool {
        let (first, last) = block.span();
        let ranges = if block.address.is_ipv4() { &self.v4 } else { &self.v6 };
        ranges.iter().any(|range| range.0 <= first && last <= range.1)
    }

    /// Whether the set leaves out nothing of the public IPv4 internet, or nothing of 2000::/3.
    pub fn covers_internet(&self) -> bool {
        let mut v4 = self.v4.clone();
        v4.extend(NOT_PUBLIC_V4.iter().map(|(first, prefix)| {
            let first = u128::from(*first);
            (first, first + (1 << (32 - prefix)) - 1)
        }));
        let global_v6 = (0x2000 << 112, (0x4000 << 112) - 1);
        merge(v4) == [(0, u128::from(u32::MAX))]
            || self.v6.iter().any(|(first, last)| *first <= global_v6.0 && global_v6.1 <= *last)
    }

    /// Every address that is not in the set.
    pub(crate) fn complement(&self) -> Self {
        Self { v4: gaps(&self.v4, u128::from(u32::MAX)), v6: gaps(&self.v6, u128::MAX) }
    }

    /// One address on each side of every boundary: enough to meet every set built from these ranges.
    pub(crate) fn boundaries(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let v4 = self.v4.iter().flat_map(|(first, last)| [Some(*first), last.checked_add(1)]).flatten();
        let v6 = self.v6.iter().flat_map(|(first, last)| [Some(*first), last.checked_add(1)]).flatten();
        v4.filter_map(|value| u32::try_from(value).ok().map(|value| IpAddr::V4(Ipv4Addr::from(value))))
            .chain(v6.map(|value| IpAddr::V6(Ipv6Addr::from(value))))
    }
}

fn merge(mut ranges: Vec<(u128, u128)>) -> Vec<(u128, u128)> {
    ranges.sort_unstable();
    let mut merged: Vec<(u128, u128)> = Vec::with_capacity(ranges.len());
    for (first, last) in ranges {
        match merged.last_mut() {
            Some(previous) if first <= previous.1.saturating_add(1) => previous.1 = previous.1.max(last),
            _ => merged.push((first, last)),
        }
    }
    merged
}

fn gaps(ranges: &[(u128, u128)], end: u128) -> Vec<(u128, u128)> {
    let mut gaps = Vec::with_capacity(ranges.len() + 1);
    let mut next = Some(0);
    for (first, last) in ranges {
        match next {
            Some(start) if start < *first => gaps.push((start, *first - 1)),
            _ => {}
        }
        next = last.checked_add(1).filter(|start| *start <= end);
    }
    gaps.extend(next.map(|start| (start, end)));
    gaps
}

/// First address and prefix length of the IPv4 blocks that nobody on the internet sends from.
const NOT_PUBLIC_V4: [(u32, u32); 15] = [
    (0x0000_0000, 8),
    (0x0a00_0000, 8),
    (0x6440_0000, 10),
    (0x7f00_0000, 8),
    (0xa9fe_0000, 16),
    (0xac10_0000, 12),
    (0xc000_0000, 24),
    (0xc000_0200, 24),
    (0xc058_6300, 24),
    (0xc0a8_0000, 16),
    (0xc612_0000, 15),
    (0xc633_6400, 24),
    (0xcb00_7100, 24),
    (0xe000_0000, 4),
    (0xf000_0000, 4),
];
