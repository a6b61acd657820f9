//! What is not acceptable about a group, for people.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use network::{
    Assessment, Exposure, Family, Handling, PortSet, Protocol, Rule, Source, Span, UnreadableSource,
};
use remediation::settings::{QuarantineStyle, SgSettings};
use remediation::{Finding, Remedy, Severity};
use serde_json::{Value, json};

use crate::{Contents, Group, Interface, PrefixList, words};

/// The findings of a group, most severe first.
///
/// In the style `isolate` a group is open as far as something uses it. Its rules stay as evidence, so that
/// of a group that Curfew has isolated, that nothing uses any more, and that is open as it was then, there is
/// nothing left to say.
pub(crate) fn findings(group: &Group, style: QuarantineStyle, settings: &SgSettings) -> Vec<Finding> {
    let assessment = group.assessment(&settings.network());
    let mut openings: Vec<Opening<'_>> = Vec::new();
    for finding in &assessment.findings {
        match openings.iter_mut().find(|opening| opening.is_same(finding)) {
            Some(opening) => opening.parts.push(finding),
            None => openings.push(Opening::of(finding, group)),
        }
    }
    let unreadable = assessment.unreadable.iter().map(|source| unreadable(source, group));
    let mut findings: Vec<Finding> = openings.iter().map(Opening::finding).chain(unreadable).collect();
    match (style, &group.interfaces) {
        (QuarantineStyle::Alert, _) => report_all(&mut findings),
        (QuarantineStyle::Isolate, Some(interfaces)) => {
            isolated(&mut findings, group, interfaces, &assessment)
        }
        _ => {}
    }
    findings.sort_by_key(|finding| Reverse(finding.severity));
    findings
}

fn report_all(findings: &mut [Finding]) {
    for finding in findings {
        finding.remedy = Remedy::Report;
    }
}

/// Says how far an open group is in use.
fn isolated(findings: &mut Vec<Finding>, group: &Group, interfaces: &[Interface], assessment: &Assessment) {
    if interfaces.is_empty() && group.is_open_as_isolated(assessment) {
        findings.clear();
    } else if interfaces.is_empty() {
        report_all(findings);
        for finding in findings {
            finding.severity = finding.severity.min(Severity::Medium);
            finding.summary.push_str(", as soon as a network interface gets the group: now none has it");
        }
    } else {
        let managed: Vec<&Interface> = interfaces.iter().filter(|one| one.is_managed()).collect();
        if managed.len() == interfaces.len() {
            report_all(findings);
        }
        if !managed.is_empty() {
            let severity = findings.iter().map(|finding| finding.severity).max().unwrap_or(Severity::High);
            let names: Vec<String> = managed.iter().map(ToString::to_string).collect();
            findings.push(Finding {
                kind: "open-on-managed-interface",
                severity,
                remedy: Remedy::Report,
                summary: format!(
                    "Curfew leaves alone, and so open, the interfaces that AWS services manage: {}",
                    words::list(&names, "")
                ),
                evidence: json!({ "interfaces": managed }),
            });
        }
    }
}

fn unreadable(source: &UnreadableSource, group: &Group) -> Finding {
    let id = &source.prefix_list_id;
    let list = group.prefix_lists.iter().find(|list| list.id == *id);
    let why = match list.map(|list| &list.contents) {
        Some(Contents::Unreadable(why)) => why,
        _ => "it was not read",
    };
    let rules: Vec<&str> = source.rule_ids.iter().map(|id| id.as_str()).collect();
    Finding {
        kind: "unreadable-prefix-list",
        severity: Severity::Medium,
        remedy: Remedy::Report,
        summary: format!(
            "Nobody knows whom {} lets in: {} could not be read ({why})",
            rule_list(&rules),
            list.map_or_else(|| format!("prefix list {id}"), list_words)
        ),
        evidence: json!({ "prefix_list_id": id, "rules": rules, "reason": why }),
    }
}

/// Such as `rule sgr-1` or `rules sgr-1 and sgr-2`.
fn rule_list(ids: &[&str]) -> String {
    let plural = if ids.len() == 1 { "" } else { "s" };
    format!("rule{plural} {}", words::list(ids, ""))
}

fn list_words(list: &PrefixList) -> String {
    let name = list.name.as_ref().map(|name| format!(" ({name})"));
    format!("prefix list {}{}", list.id, name.unwrap_or_default())
}

/// What the same rules open to one address family: with a rule for all traffic, ports of every protocol.
struct Opening<'a> {
    group: &'a Group,
    rules: Vec<&'a Rule>,
    parts: Vec<&'a network::Finding>,
    first: &'a network::Finding,
}

impl<'a> Opening<'a> {
    fn of(finding: &'a network::Finding, group: &'a Group) -> Self {
        let rules = finding.rule_ids.iter().filter_map(|id| group.rule(id)).collect();
        Self { group, rules, parts: vec![finding], first: finding }
    }

    fn is_same(&self, other: &network::Finding) -> bool {
        let key = |finding: &network::Finding| (finding.family, finding.exposure);
        key(self.first) == key(other) && self.first.rule_ids == other.rule_ids
    }

    fn finding(&self) -> Finding {
        let close = self.parts.iter().any(|part| part.handling == Handling::Revoke);
        Finding {
            kind: "open-ingress",
            severity: self.severity(),
            remedy: if close { Remedy::Close } else { Remedy::Report },
            summary: self.summary(),
            evidence: self.evidence(),
        }
    }

    fn severity(&self) -> Severity {
        let mut with_ports = self.parts.iter().filter(|part| !part.protocol.is_icmp()).peekable();
        if with_ports.peek().is_none() {
            Severity::Low
        } else if with_ports.any(|part| self.opens_all_of(&part.protocol)) {
            Severity::Critical
        } else {
            Severity::High
        }
    }

    /// Whether each of the rules reaches every port of the protocol; nobody serves on port 0.
    fn opens_all_of(&self, protocol: &Protocol) -> bool {
        let every_port = Span::new(1, u16::MAX).unwrap_or(Span::FULL);
        self.rules.iter().all(|rule| rule.permission.ports(protocol).as_set().covers_span(every_port))
    }

    fn summary(&self) -> String {
        let internet = match self.first.family {
            Family::V4 => "the internet",
            Family::V6 => "the IPv6 internet",
        };
        let who = match self.first.exposure {
            Exposure::World => "Anyone on",
            _ => "Large parts of",
        };
        let rules: Vec<&str> = self.first.rule_ids.iter().map(|id| id.as_str()).collect();
        let lists: Vec<String> = self.lists().map(list_words).collect();
        let lists = if lists.is_empty() { String::new() } else { format!(" ({})", words::list(&lists, "")) };
        format!("{who} {internet} may reach {} through {}{lists}", self.traffic(), rule_list(&rules))
    }

    /// The prefix lists that the rules have as their sources.
    fn lists(&self) -> impl Iterator<Item = &'a PrefixList> {
        let named = |list: &&PrefixList| {
            let is_source = |rule: &&Rule| rule.permission.source == Source::PrefixList(list.id.clone());
            self.rules.iter().any(is_source)
        };
        self.group.prefix_lists.iter().filter(named)
    }

    fn traffic(&self) -> String {
        let mut protocols: Vec<&Protocol> = self.rules.iter().map(|rule| &rule.permission.protocol).collect();
        protocols.dedup();
        match protocols.as_slice() {
            [Protocol::Other(name)] => format!("IP protocol {name}"),
            all if all.iter().all(|protocol| !protocol.has_ports()) => {
                "every port of every protocol".to_owned()
            }
            _ => {
                let parts: Vec<String> = self.parts.iter().map(|part| self.part(part)).collect();
                words::list(&parts, "")
            }
        }
    }

    /// Such as `tcp 22 (SSH)`, `every udp port` or `icmp type 8`.
    fn part(&self, part: &network::Finding) -> String {
        let protocol = &part.protocol;
        if self.opens_all_of(protocol) {
            let what = if protocol.is_icmp() { "type" } else { "port" };
            return format!("every {protocol} {what}");
        }
        let services = match words::list(&part.services(), " services") {
            none if none.is_empty() => none,
            services => format!(" ({services})"),
        };
        format!("{protocol} {}{services}", words::list(&part.ports.describe(protocol), " ranges"))
    }

    fn evidence(&self) -> Value {
        let ports: BTreeMap<&str, Vec<String>> = self
            .parts
            .iter()
            .map(|part| (part.protocol.as_str(), PortSet::describe(&part.ports, &part.protocol)))
            .collect();
        let mut services: Vec<&str> = Vec::new();
        for service in self.parts.iter().flat_map(|part| part.services()) {
            if !services.contains(&service) {
                services.push(service);
            }
        }
        json!({
            "family": self.first.family,
            "exposure": self.first.exposure,
            "ports": ports,
            "services": services,
            "rules": self.rules,
        })
    }
}
