//! Rules and lists, written briefly.

#![expect(clippy::unwrap_used, reason = "what a test is given must be well formed")]

use exposure::{Exposures, Query};
use network::{
    Plan, PortSet, Portless, PrefixLists, Protocol, ReferencedGroup, Rule, Settings, Source, Traffic,
    parse_block,
};

/// A rule by id, protocol, ports (`22`, `80-443`, ICMP `8-0`, or `all`) and source.
pub(crate) fn rule(id: &str, protocol: &str, ports: &str, source: &str) -> Rule {
    let ports = (ports != "all").then(|| ports.split_once('-').unwrap_or((ports, ports)));
    let port = |text: &str| text.parse().unwrap();
    let traffic = Traffic {
        protocol: protocol.into(),
        from_port: ports.map(|(from, _)| port(from)),
        to_port: ports.map(|(_, to)| port(to)),
    };
    let source = match source {
        group if group.starts_with("sg-") => {
            Source::Group(ReferencedGroup { group_id: Some(group.to_owned()), ..Default::default() })
        }
        list if list.starts_with("pl-") => Source::PrefixList(list.into()),
        block => parse_block(block).unwrap().into(),
    };
    Rule { id: id.into(), ..Rule::unnamed(traffic.permission(source, None)) }
}

/// Rules for one TCP port, called by their sources.
pub(crate) fn tcp(port: u16, sources: &[&str]) -> Vec<Rule> {
    let port = port.to_string();
    sources.iter().map(|source| rule(source, "tcp", &port, source)).collect()
}

pub(crate) fn lists(lists: &[(&str, &[&str])]) -> PrefixLists {
    let mut read = PrefixLists::default();
    for (id, blocks) in lists {
        let blocks: Vec<_> = blocks.iter().map(|block| block.parse().unwrap()).collect();
        read.insert((*id).into(), blocks);
    }
    read
}

/// How exposed one port of one protocol is, both by name.
pub(crate) fn exposures(rules: &[Rule], protocol: &str, port: u16) -> Exposures {
    let protocol = Protocol::from(protocol);
    let query =
        if protocol.is_icmp() { Query::icmp_type(protocol, port, None) } else { Query::port(protocol, port) };
    query.answer(rules, &PrefixLists::default()).exposures
}

pub(crate) fn ports(text: &str) -> PortSet {
    text.parse().unwrap()
}

/// The default settings but for the authorized TCP ports.
pub(crate) fn authorizing_tcp(text: &str) -> Settings {
    Settings { authorized_tcp_ports: ports(text), ..Settings::default() }
}

/// The default settings but for the authorized protocols without ports.
pub(crate) fn authorizing_protocols(names: &[&str]) -> Settings {
    let authorized_protocols = names.iter().map(|name| Portless::of_name(name).unwrap()).collect();
    Settings { authorized_protocols, ..Settings::default() }
}

/// The rules of a group after a plan. What is put back is called by what it says, because AWS gives it an id only
/// then.
pub(crate) fn applied(plan: &Plan, rules: &[Rule]) -> Vec<Rule> {
    let restored = plan.restore.iter().map(|part| {
        let original = rules.iter().find(|rule| rule.id == part.part_of).unwrap();
        Rule { tags: original.tags.clone(), ..Rule::unnamed(part.permission.clone()) }
    });
    let kept = rules.iter().filter(|rule| !plan.revoke.contains(&rule.id));
    kept.cloned().chain(restored).collect()
}
