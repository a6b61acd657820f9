//! The definition once more, in the plainest words: single addresses, looked at one by one.
//!
//! Between the ends of all blocks nothing changes, so the addresses at these ends stand for all.

#![expect(clippy::expect_used, reason = "what a test is given must be well formed")]

use std::collections::BTreeSet;
use std::net::IpAddr;

use exposure::Exposures;
use network::Exposure;

/// A rule from one source, as text.
#[derive(Debug, Clone)]
pub(crate) struct PlainRule {
    pub protocol: String,
    pub ports: Option<(u16, u16)>,
    pub blocks: Vec<String>,
}

/// The sources that reach a port, taken together.
pub(crate) fn exposures(rules: &[PlainRule], protocol: &str, port: u16) -> Exposures {
    let reaching = rules.iter().filter(|rule| reaches(rule, protocol, port));
    let blocks: Vec<Block> = reaching.flat_map(|rule| &rule.blocks).map(|text| Block::read(text)).collect();
    let (v4, v6) = (exposure(&blocks, 32), exposure(&blocks, 128));
    match number(protocol).as_str() {
        "1" => Exposures { v4, v6: Exposure::None },
        "58" => Exposures { v4: Exposure::None, v6 },
        _ => Exposures { v4, v6 },
    }
}

/// For ICMP `port` is a type, and the ports of a rule are a type and a code.
fn reaches(rule: &PlainRule, protocol: &str, port: u16) -> bool {
    match (number(&rule.protocol).as_str(), number(protocol)) {
        ("-1", _) => true,
        (own, asked) if own != asked => false,
        ("1" | "58", _) => rule.ports.is_none_or(|(kind, _)| kind == port),
        ("6" | "17", _) => rule.ports.is_none_or(|(from, to)| from <= port && port <= to),
        _ => true,
    }
}

fn number(name: &str) -> String {
    match name.to_lowercase().as_str() {
        "icmp" => "1".to_owned(),
        "tcp" => "6".to_owned(),
        "udp" => "17".to_owned(),
        "gre" => "47".to_owned(),
        "esp" => "50".to_owned(),
        "icmpv6" => "58".to_owned(),
        other => other.to_owned(),
    }
}

/// A block by its network's number, the length of its prefix and the bits of its family.
#[derive(Clone, Copy)]
struct Block {
    network: u128,
    length: u32,
    bits: u32,
}

impl Block {
    fn read(text: &str) -> Self {
        let (address, length) = text.split_once('/').expect("a block has a slash");
        let (number, bits) = match address.parse().expect("an address") {
            IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
            IpAddr::V6(address) => (u128::from(address), 128),
        };
        let length = length.parse().expect("a length");
        let size = size(bits - length);
        let network = size.map_or(0, |size| number / size * size);
        Self { network, length, bits }
    }

    fn holds(self, address: u128) -> bool {
        size(self.bits - self.length).is_none_or(|size| address / size == self.network / size)
    }

    fn last(self) -> u128 {
        let beyond = size(self.bits - self.length).map_or(0, |size| self.network.wrapping_add(size));
        beyond.wrapping_sub(1)
    }
}

/// 2 to the power of `bits`, `None` for 128.
fn size(bits: u32) -> Option<u128> {
    2_u128.checked_pow(bits)
}

const NOT_PUBLIC: &str = "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 \
    192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 \
    203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 ::/3 4000::/2 8000::/1 2001:db8::/32";

fn exposure(blocks: &[Block], bits: u32) -> Exposure {
    let of_family = |block: &Block| block.bits == bits;
    let sources: Vec<Block> = blocks.iter().copied().filter(of_family).collect();
    let reserved: Vec<Block> = NOT_PUBLIC.split_whitespace().map(Block::read).filter(of_family).collect();
    let broad = if bits == 32 { 8 } else { 32 };

    let mut samples = BTreeSet::from([0]);
    for block in sources.iter().chain(&reserved) {
        samples.extend([block.network, block.last()]);
        samples.extend(block.network.checked_sub(1));
        samples.extend(block.last().checked_add(1).filter(|address| bits == 128 || *address >> 32 == 0));
    }
    let is_source = |address: u128| sources.iter().any(|block| block.holds(address));
    let is_public = |address: u128| !reserved.iter().any(|block| block.holds(address));
    let is_broad = |address: u128| {
        let size = 2_u128.pow(bits - broad);
        let in_block: Vec<u128> = samples
            .iter()
            .copied()
            .filter(|other| other / size == address / size)
            .chain([address / size * size])
            .collect();
        in_block.iter().all(|address| is_source(*address))
            && in_block.iter().any(|address| is_public(*address))
    };

    let mut public = samples.iter().copied().filter(|address| is_public(*address));
    if public.clone().all(is_source) {
        Exposure::World
    } else if samples.iter().any(|address| is_broad(*address)) {
        Exposure::Broad
    } else if public.any(is_source) {
        Exposure::Some
    } else {
        Exposure::None
    }
}
