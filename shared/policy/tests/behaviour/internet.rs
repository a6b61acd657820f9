//! What the internet is: the same for bucket policies and for security groups.

use std::net::IpAddr;

use addresses::{Addresses, IpNet, parse_block};
use network::Exposure;
use serde_json::json;

use crate::support::{policy_of, statement, verdicts};

/// The blocks that are not public, and the ends of the one that is.
const ROWS: [&str; 19] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/4",
    "240.0.0.0/4",
    "2001:db8::/32",
    "2000::/3",
    "fc00::/7",
    "fe80::/10",
];

/// The first and the last address of a block, and those beside it.
fn ends(block: IpNet) -> Vec<IpAddr> {
    let moved = |address: IpAddr, up: bool| match address {
        IpAddr::V4(address) => {
            let bits = address.to_bits();
            let moved = if up { bits.checked_add(1) } else { bits.checked_sub(1) };
            moved.map(|bits| IpAddr::V4(bits.into()))
        }
        IpAddr::V6(address) => {
            let bits = address.to_bits();
            let moved = if up { bits.checked_add(1) } else { bits.checked_sub(1) };
            moved.map(|bits| IpAddr::V6(bits.into()))
        }
    };
    let (first, last) = (block.network(), block.broadcast());
    [Some(first), Some(last), moved(first, false), moved(last, true)].into_iter().flatten().collect()
}

/// Blocks of every address but this one.
fn all_but(address: IpAddr) -> Vec<String> {
    match address {
        IpAddr::V4(address) => (0..32)
            .map(|bit| format!("{}/{}", std::net::Ipv4Addr::from(address.to_bits() ^ (1 << bit)), 32 - bit))
            .chain(["::/0".to_owned()])
            .collect(),
        IpAddr::V6(address) => (0..128)
            .map(|bit| format!("{}/{}", std::net::Ipv6Addr::from(address.to_bits() ^ (1 << bit)), 128 - bit))
            .chain(["0.0.0.0/0".to_owned()])
            .collect(),
    }
}

/// Whether somebody outside gets in from this address, and from no other.
fn policy_lets_in(address: IpAddr) -> bool {
    let from = |blocks: &[String]| json!({ "IpAddress": { "aws:SourceIp": blocks } });
    let everywhere = ["0.0.0.0/0", "::/0"].map(str::to_owned);
    let allow = statement("Allow", json!("*"), from(&everywhere));
    let deny = statement("Deny", json!("*"), from(&all_but(address)));
    verdicts(&policy_of(vec![allow, deny])).1
}

fn group_lets_in(address: IpAddr) -> bool {
    let addresses = Addresses::from_iter([IpNet::from(address)]);
    Exposure::of(&addresses.v4).max(Exposure::of(&addresses.v6)) > Exposure::None
}

#[test]
fn both_analysers_have_the_same_internet() {
    let mut public = 0;
    for row in ROWS {
        for address in ends(parse_block(row).unwrap()) {
            assert_eq!(policy_lets_in(address), group_lets_in(address), "{address} of {row}");
            public += usize::from(group_lets_in(address));
        }
    }
    assert!(public > ROWS.len(), "{public} of those beside the rows are public");
}
