//! Sets of addresses of both families.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use ipnet::IpNet;

use crate::address::Address;
use crate::span_set::SpanSet;

/// Addresses of both families.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// The IPv4 addresses.
    pub v4: SpanSet<u32>,
    /// The IPv6 addresses.
    pub v6: SpanSet<u128>,
}

impl Addresses {
    /// The addresses of every one of `parts`.
    #[must_use]
    pub fn union_of<A: AsRef<Self>>(parts: &[A]) -> Self {
        let parts = || parts.iter().map(AsRef::as_ref);
        Self {
            v4: parts().flat_map(|part| part.v4.spans()).copied().collect(),
            v6: parts().flat_map(|part| part.v6.spans()).copied().collect(),
        }
    }

    /// Whether `address` is in the set.
    #[must_use]
    pub fn contains(&self, address: IpAddr) -> bool {
        match address {
            IpAddr::V4(address) => self.v4.contains(address.to_bits()),
            IpAddr::V6(address) => self.v6.contains(address.to_bits()),
        }
    }

    /// Whether every address of `block` is in the set, whatever its host bits.
    #[must_use]
    pub fn covers_block(&self, block: IpNet) -> bool {
        match block {
            IpNet::V4(net) => self.v4.covers_span(net.addr().to_bits().block(net.prefix_len())),
            IpNet::V6(net) => self.v6.covers_span(net.addr().to_bits().block(net.prefix_len())),
        }
    }

    /// Every public address of both families.
    #[must_use]
    pub fn public() -> Self {
        Self { v4: u32::public().clone(), v6: u128::public().clone() }
    }

    /// Whether every public address of one family is in the set.
    #[must_use]
    pub fn covers_internet(&self) -> bool {
        self.v4.covers(u32::public()) || self.v6.covers(u128::public())
    }

    /// The addresses of both sets.
    #[must_use]
    pub fn intersection(&self, other: &Self) -> Self {
        Self { v4: self.v4.intersection(&other.v4), v6: self.v6.intersection(&other.v6) }
    }

    /// The addresses of this set that are not in `other`.
    #[must_use]
    pub fn without(&self, other: &Self) -> Self {
        Self { v4: self.v4.without(&other.v4), v6: self.v6.without(&other.v6) }
    }

    /// The lowest address of the set, of IPv4 sooner than of IPv6.
    #[must_use]
    pub fn first(&self) -> Option<IpAddr> {
        let v4 = self.v4.spans().first().map(|span| IpAddr::V4(Ipv4Addr::from_bits(span.first())));
        v4.or_else(|| self.v6.spans().first().map(|span| IpAddr::V6(Ipv6Addr::from_bits(span.first()))))
    }

    /// Every address of either family that is not in the set.
    #[must_use]
    pub fn complement(&self) -> Self {
        Self { v4: self.v4.complement(), v6: self.v6.complement() }
    }

    /// The addresses at which the set begins, or has just ended: IPv4 before IPv6, each from the lowest.
    ///
    /// Between two neighbours nothing changes, so these stand for every address but those before the first.
    pub fn boundaries(&self) -> impl Iterator<Item = IpAddr> + '_ {
        let v4 = self.v4.boundaries().map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
        let v6 = self.v6.boundaries().map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)));
        v4.chain(v6)
    }

    /// The same as far as they are in another set.
    pub fn boundaries_in(&self, other: &Self) -> impl Iterator<Item = IpAddr> {
        let v4 = self.v4.boundaries_in(&other.v4).map(|bits| IpAddr::V4(Ipv4Addr::from_bits(bits)));
        let v6 = self.v6.boundaries_in(&other.v6).map(|bits| IpAddr::V6(Ipv6Addr::from_bits(bits)));
        v4.chain(v6)
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
