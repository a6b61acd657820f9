//! Sources of one port against the exposure that they make.

use exposure::Exposures;
use network::Exposure::{self, Broad, None, Some, World};

use crate::given::{exposures, tcp};

fn v4(sources: &[&str]) -> Exposure {
    let Exposures { v4, v6 } = exposures(&tcp(22, sources), "tcp", 22);
    assert_eq!(v6, None, "{sources:?} has no IPv6 address");
    v4
}

fn v6(sources: &[&str]) -> Exposure {
    let Exposures { v4, v6 } = exposures(&tcp(22, sources), "tcp", 22);
    assert_eq!(v4, None, "{sources:?} has no IPv4 address");
    v6
}

#[test]
fn ipv4_blocks_are_as_open_as_their_public_addresses() {
    let cases: &[(&[&str], Exposure)] = &[
        (&[], None),
        (&["0.0.0.0/0"], World),
        (&["10.0.0.0/0"], World),
        (&["10.0.0.5/8"], None),
        (&["0.0.0.0/1"], Broad),
        (&["0.0.0.0/1", "128.0.0.0/1"], World),
        (&["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/2"], World),
        (&["0.0.0.0/1", "128.0.0.0/2", "192.0.0.0/3"], World),
        (&["0.0.0.0/1", "128.0.0.0/2"], Broad),
        (&["11.0.0.0/8"], Broad),
        (&["11.0.0.0/9", "11.128.0.0/9"], Broad),
        (&["11.0.0.0/9", "11.128.0.0/10", "11.192.0.0/10"], Broad),
        (&["11.0.0.0/9", "12.0.0.0/9"], Some),
        (&["11.128.0.0/9", "12.0.0.0/9"], Some),
        (&["11.0.0.0/9"], Some),
        (&["8.8.8.8/32"], Some),
        (&["203.0.114.7/32"], Some),
    ];
    for (sources, exposure) in cases {
        assert_eq!(v4(sources), *exposure, "{sources:?}");
    }
}

#[test]
fn every_reserved_ipv4_block_is_private_and_its_neighbours_are_not() {
    for (block, before, after) in [
        ("0.0.0.0/8", "", "1.0.0.0/32"),
        ("10.0.0.0/8", "9.255.255.255/32", "11.0.0.0/32"),
        ("100.64.0.0/10", "100.63.255.255/32", "100.128.0.0/32"),
        ("127.0.0.0/8", "126.255.255.255/32", "128.0.0.0/32"),
        ("169.254.0.0/16", "169.253.255.255/32", "169.255.0.0/32"),
        ("172.16.0.0/12", "172.15.255.255/32", "172.32.0.0/32"),
        ("192.0.0.0/24", "191.255.255.255/32", "192.0.1.0/32"),
        ("192.0.2.0/24", "192.0.1.255/32", "192.0.3.0/32"),
        ("192.88.99.0/24", "192.88.98.255/32", "192.88.100.0/32"),
        ("192.168.0.0/16", "192.167.255.255/32", "192.169.0.0/32"),
        ("198.18.0.0/15", "198.17.255.255/32", "198.20.0.0/32"),
        ("198.51.100.0/24", "198.51.99.255/32", "198.51.101.0/32"),
        ("203.0.113.0/24", "203.0.112.255/32", "203.0.114.0/32"),
        ("224.0.0.0/4", "223.255.255.255/32", ""),
        ("240.0.0.0/4", "", ""),
        ("224.0.0.0/3", "", ""),
    ] {
        assert_eq!(v4(&[block]), None, "{block}");
        for neighbour in [before, after] {
            if !neighbour.is_empty() {
                assert_eq!(v4(&[neighbour]), Some, "{neighbour}");
            }
        }
    }
}

#[test]
fn the_world_may_leave_out_what_is_not_public() {
    // 0.0.0.0/0 without 10.0.0.0/8 and from 224.0.0.0 on.
    let world = [
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
    assert_eq!(v4(&world), World);
    let without_11: Vec<_> = world.into_iter().filter(|block| *block != "11.0.0.0/8").collect();
    assert_eq!(v4(&without_11), Broad);
}

#[test]
fn a_block_of_eight_bits_is_broad_even_where_part_of_it_is_private() {
    assert_eq!(v4(&["172.0.0.0/8"]), Broad);
    assert_eq!(
        v4(&["172.0.0.0/12", "172.16.0.0/12", "172.32.0.0/11", "172.64.0.0/10", "172.128.0.0/9"]),
        Broad
    );
    assert_eq!(v4(&["172.0.0.0/12", "172.32.0.0/11", "172.64.0.0/10", "172.128.0.0/9"]), Some);
}

#[test]
fn a_private_block_of_eight_bits_does_not_make_its_neighbourhood_broad() {
    assert_eq!(v4(&["9.128.0.0/9", "10.0.0.0/8", "11.0.0.0/9"]), Some);
    assert_eq!(v4(&["10.0.0.0/7"]), Broad);
}

#[test]
fn ipv6_blocks_are_as_open_as_their_public_addresses() {
    let cases: &[(&[&str], Exposure)] = &[
        (&["::/0"], World),
        (&["0:0:0:0:0:0:0:0/0"], World),
        (&["0000:0000:0000:0000:0000:0000:0000:0000/0"], World),
        (&["::0.0.0.0/0"], World),
        (&["FE80::1/0"], World),
        (&["2000::/3"], World),
        (&["2000::/4", "3000::/4"], World),
        (&["2000::/4"], Broad),
        (&["::/1", "8000::/1"], World),
        (&["::/1"], World),
        (&["8000::/1"], None),
        (&["fc00::/7"], None),
        (&["fe80::/10"], None),
        (&["::1/128"], None),
        (&["::ffff:0.0.0.0/96"], None),
        (&["::ffff:8.8.8.8/128"], None),
        (&["64:ff9b::/96"], None),
        (&["2001:db8::/32"], None),
        (&["2001:DB8:0:0::1/64"], None),
        (&["2001:db8::/31"], Broad),
        (&["2600:1f00::/32"], Broad),
        (&["2600:1f00::/33"], Some),
        (&["2600:1f00::/33", "2600:1F00:8000::/33"], Broad),
        (&["2600:1f00::1/128"], Some),
        (&["1fff:ffff::/32"], None),
        (&["4000::/2"], None),
    ];
    for (sources, exposure) in cases {
        assert_eq!(v6(sources), *exposure, "{sources:?}");
    }
}

#[test]
fn each_family_is_judged_on_its_own() {
    let rules = tcp(22, &["0.0.0.0/0", "2600:1f00::1/128"]);
    assert_eq!(exposures(&rules, "tcp", 22), Exposures { v4: World, v6: Some });
}

#[test]
fn a_referenced_group_is_not_open_nor_does_it_close_anything() {
    assert_eq!(v4(&["sg-self"]), None);
    assert_eq!(v4(&["sg-self", "0.0.0.0/0"]), World);
}
