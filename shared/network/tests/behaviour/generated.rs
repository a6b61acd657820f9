//! Groups at random, from a few ports and blocks so that rules often meet.

#![expect(clippy::unwrap_used, reason = "generated rules must be well formed")]

use std::collections::BTreeMap;

use network::{
    Assessment, Finding, Handling, OpenLevel, PortSet, Portless, PrefixLists, Protocol, Rule, Settings,
    SpanSet, assess,
};
use proptest::prelude::*;
use proptest::sample::select;

use crate::given;
use crate::reference::PlainRule;

/// The ports at which rules begin and end.
pub(crate) const PORTS: [u16; 9] = [0, 21, 22, 23, 80, 443, 444, 8080, 65535];

/// Blocks that often meet, complete one another or touch what is not public.
pub(crate) fn block() -> impl Strategy<Value = String> {
    let v4 = select(vec![
        "0.0.0.0",
        "64.0.0.0",
        "128.0.0.0",
        "192.0.0.0",
        "224.0.0.0",
        "10.0.0.5",
        "11.128.0.0",
        "11.0.0.0",
        "172.0.0.0",
        "172.16.0.0",
        "172.32.0.0",
        "8.8.8.8",
        "203.0.114.7",
        "9.255.255.255",
    ]);
    let v6 = select(vec![
        "::",
        "8000::",
        "2000::",
        "3000::",
        "2001:db8::",
        "2001:DB9::",
        "2600:1f00::",
        "2600:1f00:8000::",
        "fe80::1",
        "::ffff:8.8.8.8",
        "2600:1f01::",
    ]);
    let v4_length = select(vec![0, 0, 1, 1, 2, 3, 7, 8, 9, 12, 16, 24, 32]);
    let v6_length = select(vec![0, 0, 1, 3, 3, 4, 16, 31, 32, 33, 64, 128]);
    prop_oneof![
        3 => (v4, v4_length).prop_map(|(address, length)| format!("{address}/{length}")),
        2 => (v6, v6_length).prop_map(|(address, length)| format!("{address}/{length}")),
    ]
}

pub(crate) fn plain_rule() -> impl Strategy<Value = PlainRule> {
    let protocol =
        select(vec!["tcp", "tcp", "TCP", "6", "udp", "17", "icmp", "icmpv6", "-1", "-1", "50", "ESP", "gre"]);
    let ports = prop::option::weighted(0.8, (select(&PORTS[..]), select(&PORTS[..])));
    let blocks =
        prop_oneof![3 => prop::collection::vec(block(), 1), 1 => prop::collection::vec(block(), 0..4)];
    (protocol, ports, blocks).prop_map(|(protocol, ports, blocks)| PlainRule {
        protocol: protocol.to_owned(),
        ports: ports.map(|(a, b)| (a.min(b), a.max(b))),
        blocks,
    })
}

pub(crate) fn plain_rules() -> impl Strategy<Value = Vec<PlainRule>> {
    prop::collection::vec(plain_rule(), 0..8)
}

pub(crate) fn settings() -> impl Strategy<Value = Settings> {
    let level = select(vec![OpenLevel::World, OpenLevel::Broad]);
    let tcp = select(vec!["80,443", "", "0-65535", "22-443", "65535"]);
    let udp = select(vec!["", "0-65535", "80"]);
    let icmp = select(vec![Handling::Report, Handling::Revoke]);
    let protocols = prop::sample::subsequence(vec!["gre", "esp", "ah"], 0..=3);
    (level, tcp, udp, protocols, icmp).prop_map(|(open_level, tcp, udp, protocols, icmp)| Settings {
        open_level,
        authorized_tcp_ports: given::ports(tcp),
        authorized_udp_ports: given::ports(udp),
        authorized_protocols: protocols.into_iter().filter_map(Portless::of_name).collect(),
        icmp,
    })
}

/// What is taken out of an assessment: ports by protocol.
pub(crate) type Exempted = BTreeMap<Protocol, PortSet>;

pub(crate) fn exempted() -> impl Strategy<Value = Exempted> {
    let ports = || select(vec!["", "22", "22-443", "8080-65535", "0-65535"]).prop_map(given::ports);
    let types = || {
        let few = [PortSet::icmp(0, None), PortSet::icmp(8, None), PortSet::icmp(21, Some(22))];
        let every_other = (0..=255).step_by(2).map(|kind| PortSet::icmp(kind, None));
        let every_other =
            every_other.flat_map(|kind| kind.as_set().spans().to_vec()).collect::<SpanSet<u16>>();
        let others = [PortSet::default(), every_other.into(), PortSet::full()];
        select([&few[..], &others].concat())
    };
    let sets = (ports(), ports(), types(), types());
    sets.prop_map(|(tcp, udp, icmp, icmpv6)| {
        Protocol::WITH_PORTS.into_iter().zip([tcp, udp, icmp, icmpv6]).collect()
    })
}

/// The assessment without what is exempted.
pub(crate) fn without(assessment: &Assessment, exempted: &Exempted) -> Assessment {
    let nothing = PortSet::default();
    let left = |one: &Finding| one.without_ports(exempted.get(&one.protocol).unwrap_or(&nothing));
    Assessment {
        findings: assessment.findings.iter().filter_map(left).collect(),
        unreadable: assessment.unreadable.clone(),
    }
}

/// One rule with one block as such, one with any other number of blocks by a prefix list.
pub(crate) fn group(plain: &[PlainRule]) -> (Vec<Rule>, PrefixLists) {
    let mut lists = PrefixLists::default();
    let rules = plain.iter().enumerate().map(|(index, plain)| {
        let ports = match plain.ports {
            Some((from, to)) => format!("{from}-{to}"),
            None => "all".to_owned(),
        };
        let list = format!("pl-{index}");
        let source = match plain.blocks.as_slice() {
            [block] => block,
            blocks => {
                lists.insert(list.clone().into(), blocks.iter().map(|block| block.parse().unwrap()));
                &list
            }
        };
        given::rule(&format!("sgr-{index}"), &plain.protocol, &ports, source)
    });
    (rules.collect(), lists)
}

pub(crate) fn judge(plain: &[PlainRule], settings: &Settings) -> Assessment {
    let (rules, lists) = group(plain);
    assess(&rules, &lists, settings)
}
