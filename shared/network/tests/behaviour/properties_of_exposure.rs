//! What holds for the exposure and the findings of every group.

#![expect(clippy::unwrap_used, reason = "generated rules must be well formed")]

use std::collections::BTreeMap;

use exposure::{Exposures, Query, Question};
use network::{Assessment, Exposure, Family, Plan, Portless, Protocol, Rule, assess};
use proptest::prelude::*;
use proptest::sample::select;
use serde_json::json;

use crate::generated::{PORTS, group, judge, plain_rules, settings};
use crate::reference::{self, PlainRule};

/// The open ports of each family and protocol, whoever opens them.
fn open_ports(assessment: &Assessment) -> Vec<(String, Vec<u16>)> {
    let mut open = BTreeMap::<_, Vec<u16>>::new();
    for finding in &assessment.findings {
        let key = format!("{} {} {:?}", finding.family, finding.protocol, finding.exposure);
        let ports = open.entry(key).or_default();
        ports.extend(PORTS.iter().filter(|port| finding.ports.as_set().contains(**port)));
        ports.sort_unstable();
    }
    open.into_iter().collect()
}

fn halves(block: &str) -> Vec<String> {
    let block: network::IpNet = block.parse().unwrap();
    match block.subnets(block.prefix_len() + 1) {
        Ok(halves) => halves.map(|half| half.to_string()).collect(),
        Err(_) => vec![block.to_string()],
    }
}

/// The same block with host bits set and, in IPv6, no zero left out.
fn respelled(block: &str) -> String {
    let net: network::IpNet = block.parse().unwrap();
    match net.broadcast() {
        std::net::IpAddr::V4(last) => format!("{last}/{}", net.prefix_len()),
        std::net::IpAddr::V6(last) => {
            let groups: Vec<_> = last.segments().iter().map(|group| format!("{group:04X}")).collect();
            format!("{}/{}", groups.join(":"), net.prefix_len())
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn exposure_is_that_of_the_definition(
        plain in plain_rules(),
        protocol in select(vec!["tcp", "udp", "6", "UDP", "47", "gre", "50", "Esp", "51", "-1"]),
        port in select(&PORTS[..]),
    ) {
        let (rules, lists) = group(&plain);
        let found = Query::port(protocol.into(), port).answer(&rules, &lists).exposures;
        prop_assert_eq!(found, reference::exposures(&plain, protocol, port));
    }

    #[test]
    fn each_icmp_is_that_of_the_definition(
        plain in plain_rules(),
        protocol in select(vec!["icmp", "1", "icmpv6", "58"]),
        kind in select(vec![0, 21, 80]),
    ) {
        let (rules, lists) = group(&plain);
        let found = Query::icmp_type(protocol.into(), kind, None).answer(&rules, &lists).exposures;
        prop_assert_eq!(found, reference::exposures(&plain, protocol, kind));
    }

    /// What rules for all traffic open alone is found once, and as no protocol's own.
    #[test]
    fn findings_are_the_unauthorized_protocols_without_ports_that_are_open(
        plain in plain_rules(),
        settings in settings(),
    ) {
        let assessment = judge(&plain, &settings);
        let all: Vec<PlainRule> = plain.iter().filter(|rule| rule.protocol == "-1").cloned().collect();
        for family in [Family::V4, Family::V6] {
            let of = |exposures: Exposures| if family == Family::V4 { exposures.v4 } else { exposures.v6 };
            let found = |protocol: Protocol| -> Vec<Exposure> {
                let findings = assessment.findings.iter();
                let own = findings.filter(|one| one.family == family && one.protocol == protocol);
                own.map(|finding| finding.exposure).collect()
            };
            let open = |rules: &[PlainRule], protocol: &str| {
                Some(of(reference::exposures(rules, protocol, 0)))
                    .filter(|exposure| settings.open_level.is_reached_by(*exposure))
            };
            let by_all = open(&all, "-1");
            prop_assert_eq!(found(Protocol::All), Vec::from_iter(by_all));
            for name in ["gre", "esp"] {
                let authorized = Portless::of_name(name).is_some_and(|one| settings.authorized_protocols.contains(&one));
                let own = found(name.into());
                match open(&plain, name).filter(|_| !authorized) {
                    None => prop_assert_eq!(own, vec![]),
                    Some(exposure) if own.is_empty() => prop_assert_eq!(by_all, Some(exposure)),
                    Some(exposure) => prop_assert_eq!(own, vec![exposure]),
                }
            }
        }
    }

    #[test]
    fn findings_are_the_unauthorized_ports_that_are_open(plain in plain_rules(), settings in settings()) {
        let assessment = judge(&plain, &settings);
        for protocol in [Protocol::Tcp, Protocol::Udp] {
            let authorized = match protocol {
                Protocol::Tcp => &settings.authorized_tcp_ports,
                _ => &settings.authorized_udp_ports,
            };
            for port in PORTS {
                let exposures = reference::exposures(&plain, protocol.as_str(), port);
                for family in [Family::V4, Family::V6] {
                    let exposure = if family == Family::V4 { exposures.v4 } else { exposures.v6 };
                    let expected = settings.open_level.is_reached_by(exposure)
                        && !authorized.as_set().contains(port);
                    let found: Vec<Exposure> = assessment
                        .findings
                        .iter()
                        .filter(|finding| finding.family == family && finding.protocol == protocol)
                        .filter(|finding| finding.ports.as_set().contains(port))
                        .map(|finding| finding.exposure)
                        .collect();
                    prop_assert_eq!(found, if expected { vec![exposure] } else { vec![] });
                }
            }
        }
    }

    #[test]
    fn order_does_not_matter(
        (plain, shuffled) in plain_rules().prop_flat_map(|rules| {
            let indexed: Vec<_> = rules.iter().cloned().enumerate().collect();
            (Just(rules), Just(indexed).prop_shuffle())
        }),
        settings in settings(),
    ) {
        let (rules, lists) = group(&plain);
        let shuffled: Vec<Rule> = shuffled.into_iter().filter_map(|(index, _)| rules.get(index).cloned()).collect();
        let (before, after) = (assess(&rules, &lists, &settings), assess(&shuffled, &lists, &settings));
        prop_assert_eq!(&before, &after);
        let revoke = |rules: &[Rule], judged| Plan::new(rules, judged, &settings).revoke;
        prop_assert_eq!(revoke(&rules, &before), revoke(&shuffled, &after));
    }

    #[test]
    fn grouping_into_permissions_does_not_matter(plain in plain_rules(), port in select(&PORTS[..])) {
        let entry = |plain: &PlainRule, blocks: &[String]| {
            let of_family = |v6: bool| blocks.iter().filter(move |block| block.contains(':') == v6);
            json!({
                "IpProtocol": plain.protocol,
                "FromPort": plain.ports.map(|(from, _)| from),
                "ToPort": plain.ports.map(|(_, to)| to),
                "IpRanges": of_family(false).map(|block| json!({ "CidrIp": block })).collect::<Vec<_>>(),
                "Ipv6Ranges": of_family(true).map(|block| json!({ "CidrIpv6": block })).collect::<Vec<_>>(),
            })
        };
        let together: Vec<_> = plain.iter().map(|rule| entry(rule, &rule.blocks)).collect();
        let apart: Vec<_> = plain
            .iter()
            .flat_map(|rule| rule.blocks.iter().map(|block| entry(rule, std::slice::from_ref(block))))
            .collect();
        let expected = reference::exposures(&plain, "tcp", port);
        for permissions in [together, apart] {
            let query = json!({ "protocol": "tcp", "port": port });
            let document = json!({ "ip_permissions": permissions, "query": query }).to_string();
            let reply = Question::read(&document).unwrap().reply();
            prop_assert_eq!((reply.v4, reply.v6), (expected.v4, expected.v6));
        }
    }

    #[test]
    fn spelling_does_not_matter(plain in plain_rules(), settings in settings()) {
        let respell = |rule: &PlainRule| PlainRule {
            protocol: match rule.protocol.to_lowercase().as_str() {
                "tcp" => "6".to_owned(),
                "17" => "Udp".to_owned(),
                "icmp" => "1".to_owned(),
                "icmpv6" => "58".to_owned(),
                "esp" => "50".to_owned(),
                "gre" => "47".to_owned(),
                other => other.to_owned(),
            },
            ports: rule.ports,
            blocks: rule.blocks.iter().map(|block| respelled(block)).collect(),
        };
        let respelled: Vec<_> = plain.iter().map(respell).collect();
        prop_assert_eq!(judge(&plain, &settings), judge(&respelled, &settings));
    }

    #[test]
    fn splitting_a_block_or_a_range_changes_no_exposure(
        plain in plain_rules(),
        settings in settings(),
        at in select(&PORTS[..]),
    ) {
        let split_blocks = plain.iter().map(|rule| PlainRule {
            blocks: rule.blocks.iter().flat_map(|block| halves(block)).collect(),
            ..rule.clone()
        });
        let split_blocks: Vec<_> = split_blocks.collect();
        let split_ranges: Vec<_> = plain
            .iter()
            .flat_map(|rule| match rule.ports {
                Some((from, to)) if from < at && at <= to && !rule.protocol.starts_with("icmp") => {
                    vec![Some((from, at - 1)), Some((at, to))]
                        .into_iter()
                        .map(|ports| PlainRule { ports, ..rule.clone() })
                        .collect()
                }
                _ => vec![rule.clone()],
            })
            .collect();
        let expected = open_ports(&judge(&plain, &settings));
        prop_assert_eq!(&open_ports(&judge(&split_blocks, &settings)), &expected);
        prop_assert_eq!(&open_ports(&judge(&split_ranges, &settings)), &expected);
    }
}
