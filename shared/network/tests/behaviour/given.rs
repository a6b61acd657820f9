//! Rules and lists, written briefly.

#![expect(clippy::unwrap_used, reason = "what a test is given must be well formed")]

use network::{Exposures, PortSet, PrefixLists, Protocol, Query, Rule, Settings};
use serde_json::{Value, json};

/// A rule by id, protocol, ports (`22`, `80-443`, ICMP `8-0`, or `all`) and source.
pub(crate) fn rule(id: &str, protocol: &str, ports: &str, source: &str) -> Rule {
    let mut json = json!({ "SecurityGroupRuleId": id, "IpProtocol": protocol });
    let fields = json.as_object_mut().unwrap();
    if ports != "all" {
        let (from, to) = ports.split_once('-').unwrap_or((ports, ports));
        fields.insert("FromPort".into(), from.parse::<i32>().unwrap().into());
        fields.insert("ToPort".into(), to.parse::<i32>().unwrap().into());
    }
    let (name, value): (_, Value) = match source {
        group if group.starts_with("sg-") => ("ReferencedGroupInfo", json!({ "GroupId": group })),
        list if list.starts_with("pl-") => ("PrefixListId", list.into()),
        v6 if v6.contains(':') => ("CidrIpv6", v6.into()),
        v4 => ("CidrIpv4", v4.into()),
    };
    fields.insert(name.into(), value);
    Rule::read(&json).unwrap()
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
