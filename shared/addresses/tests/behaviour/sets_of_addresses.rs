//! Sets of blocks of both families.

#![expect(clippy::unwrap_used, reason = "what a test is given must be well formed")]

use std::net::IpAddr;

use addresses::{Addresses, IpNet, parse_block};
use proptest::prelude::*;

fn set(blocks: &[&str]) -> Addresses {
    blocks.iter().map(|block| parse_block(block).unwrap()).collect()
}

fn ip(text: &str) -> IpAddr {
    text.parse().unwrap()
}

#[test]
fn host_bits_order_and_split_make_no_difference() {
    assert_eq!(set(&["10.0.0.5/8"]), set(&["10.128.0.0/9", "10.0.0.0/9"]));
    assert_eq!(set(&["::1/0", "10.0.0.0/8"]), set(&["10.0.0.0/8", "8000::/1", "::/1"]));
}

#[test]
fn an_address_is_in_a_set_of_its_own_family_only() {
    let set = set(&["10.0.0.0/8", "2001:db8::/32"]);
    assert!(set.contains(ip("10.255.255.255")) && set.contains(ip("2001:db8::")));
    assert!(!set.contains(ip("11.0.0.0")) && !set.contains(ip("2001:db9::")));
    assert!(!set.contains(ip("::a00:0")), "10.0.0.0 as a number");
}

#[test]
fn a_block_is_covered_whole_or_not() {
    let set = set(&["10.0.0.0/9", "10.128.0.0/9", "2001:db8::/33"]);
    let covers = |text| set.covers_block(parse_block(text).unwrap());
    assert!(covers("10.1.2.3/8") && covers("10.0.0.0/32") && covers("2001:db8:7fff::/48"));
    assert!(!covers("10.0.0.0/7") && !covers("2001:db8::/32") && !covers("::/0"));
}

#[test]
fn the_internet_is_covered_by_every_public_address_of_one_family() {
    // Whoever leaves out 10/8 and 224/3, or the block for documentation, leaves out nobody.
    let public_v4 = [
        "0.0.0.0/5",
        "8.0.0.0/7",
        "11.0.0.0/8",
        "12.0.0.0/6",
        "16.0.0.0/4",
        "32.0.0.0/3",
        "64.0.0.0/2",
        "128.0.0.0/2",
        "192.0.0.0/3",
    ];
    assert!(set(&public_v4).covers_internet());
    assert!(set(&["::/0"]).covers_internet() && set(&["2000::/3"]).covers_internet());
    let documentation = set(&["2001:db8::/32"]);
    let others = Addresses { v6: set(&["2000::/3"]).v6.without(&documentation.v6), ..Addresses::default() };
    assert!(others.covers_internet());

    assert!(!set(&public_v4[1..]).covers_internet() && !set(&["2000::/4"]).covers_internet());
    assert!(!set(&["0.0.0.0/1", "8000::/1"]).covers_internet());
    assert!(!Addresses::default().covers_internet());
}

#[test]
fn boundaries_are_where_a_set_begins_or_has_just_ended() {
    let of = |blocks: &[&str]| set(blocks).boundaries().map(|ip| ip.to_string()).collect::<Vec<_>>();
    assert_eq!(of(&["::/1", "10.0.0.0/8", "11.0.0.0/8"]), ["10.0.0.0", "12.0.0.0", "::", "8000::"]);
    assert_eq!(of(&["128.0.0.0/1", "8000::/1"]), ["128.0.0.0", "8000::"], "nothing comes after the last");
}

fn block() -> impl Strategy<Value = IpNet> {
    let v4 = (any::<u32>(), 0_u8..=32).prop_map(|(bits, length)| (IpAddr::from(bits.to_be_bytes()), length));
    let v6 =
        (any::<u128>(), 0_u8..=128).prop_map(|(bits, length)| (IpAddr::from(bits.to_be_bytes()), length));
    prop_oneof![v4, v6].prop_map(|(address, length)| IpNet::new(address, length).unwrap())
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_address_is_in_the_set_or_in_its_complement(
        blocks in prop::collection::vec(block(), 0..6),
        others in prop::collection::vec(block(), 0..6),
    ) {
        let set: Addresses = blocks.iter().copied().collect();
        let complement = set.complement();
        prop_assert_eq!(&complement.complement(), &set);
        let near = set.boundaries().chain(blocks.iter().chain(&others).map(IpNet::addr));
        for address in near.collect::<Vec<_>>() {
            let held = blocks.iter().any(|block| block.contains(&address));
            prop_assert_eq!(set.contains(address), held);
            prop_assert_eq!(complement.contains(address), !held);
        }
        for block in blocks.iter().chain(&others) {
            let alone: Addresses = [*block].into_iter().collect();
            let union = Addresses::union_of(&[&set, &alone]);
            prop_assert_eq!(set.covers_block(*block), union == set);
        }
    }
}

#[test]
fn what_two_sets_share_and_what_one_has_alone_keep_the_families_apart() {
    let (one, other) =
        (set(&["10.0.0.0/8", "2001:db8::/32"]), set(&["10.128.0.0/9", "192.0.2.0/24", "2001:db8::/33"]));
    assert_eq!(one.intersection(&other), set(&["10.128.0.0/9", "2001:db8::/33"]));
    assert_eq!(one.without(&other), set(&["10.0.0.0/9", "2001:db8:8000::/33"]));
    let first = |set: addresses::Addresses| set.first().map(|address| address.to_string());
    assert_eq!(first(one.without(&other)).as_deref(), Some("10.0.0.0"));
    assert_eq!(first(set(&["2001:db8::/32"])).as_deref(), Some("2001:db8::"));
    assert_eq!(first(one.without(&one)), None);
}
