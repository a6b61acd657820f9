//! What is open, put together for people: few findings, whatever the number of rules.

mod piece;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use network::{Exposure, Family, PortSet, Protocol, Rule, RuleIds, Source};
use remediation::{Finding, Remedy, Severity};
use serde_json::{Value, json};

use crate::{GroupAssessment, PrefixList, words};
use piece::{Piece, Rules, described, pieces, ports};

/// How many sets of rules are findings of their own, and how many ids they may have together. Beyond that one
/// finding tells of them all: each set may hold almost every rule, and the space must not grow with the square.
const TOLD_APART: usize = 20;
const IDS_TOLD_APART: usize = 200;

/// What rules open to one address family.
pub(crate) struct Opening<'a> {
    assessment: &'a GroupAssessment,
    by_id: Rc<Rules<'a>>,
    pieces: Vec<Piece<'a>>,
}

/// The openings of a group, in the order of its findings.
pub(crate) fn openings(assessment: &GroupAssessment) -> Vec<Opening<'_>> {
    let pieces = pieces(assessment);
    let by_id = Rc::new(assessment.group.by_id());
    let opening = |pieces| Opening { assessment, by_id: Rc::clone(&by_id), pieces };
    let mut size: BTreeMap<_, (usize, usize)> = BTreeMap::new();
    for piece in &pieces {
        let (sets, ids) = size.entry(piece.key()).or_default();
        *sets += 1;
        *ids += piece.ids.len();
    }
    let mut openings: Vec<Opening<'_>> = Vec::new();
    let mut together: BTreeMap<_, Opening<'_>> = BTreeMap::new();
    for piece in pieces {
        let key = piece.key();
        let (sets, ids) = size.get(&key).copied().unwrap_or_default();
        if sets == 1 || (sets <= TOLD_APART && ids <= IDS_TOLD_APART) {
            openings.push(opening(vec![piece]));
        } else {
            together.entry(key).or_insert_with(|| opening(Vec::new())).pieces.push(piece);
        }
    }
    openings.extend(together.into_values());
    openings
}

impl<'a> Opening<'a> {
    pub(crate) fn finding(&self) -> Finding {
        let rules = self.rules();
        let ports = ports(self.pieces.iter().flat_map(|piece| &piece.parts));
        Finding {
            kind: "open-ingress",
            severity: self
                .pieces
                .iter()
                .map(|piece| piece.severity(&self.by_id))
                .max()
                .unwrap_or(Severity::Low),
            remedy: self.remedy(),
            summary: self.summary(&rules, &ports),
            aside: String::new(),
            evidence: self.evidence(&rules, &ports),
        }
    }

    /// Who deals with it: where Curfew closes a part of it, the rules go as a whole.
    pub(crate) fn remedy(&self) -> Remedy {
        let mut parts = self.pieces.iter().flat_map(|piece| &piece.parts);
        let closes = parts.any(|part| self.assessment.remedy_of_open(part) == Remedy::Close);
        if closes { Remedy::Close } else { Remedy::Report }
    }

    /// Whether nothing but ICMP is open.
    pub(crate) fn is_icmp_only(&self) -> bool {
        self.pieces.iter().all(Piece::is_icmp_only)
    }

    /// The rules, by id.
    fn rules(&self) -> Vec<&'a Rule> {
        let ids = RuleIds::union_of(self.pieces.iter().map(|piece| piece.ids));
        ids.iter().filter_map(|id| self.by_id.get(id).copied()).collect()
    }

    fn summary(&self, rules: &[&Rule], ports: &BTreeMap<&Protocol, PortSet>) -> String {
        let (family, exposure) = self.reach();
        let internet = match family {
            Family::V4 => "the internet",
            Family::V6 => "the IPv6 internet",
        };
        let who = match exposure {
            Exposure::World => "Anyone on",
            _ => "Large parts of",
        };
        let ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
        let lists: Vec<String> = self.lists(rules).map(words::prefix_list).collect();
        let lists = if lists.is_empty() { String::new() } else { format!(" ({})", words::list(&lists, "")) };
        let traffic = self.traffic(rules, ports);
        format!("{who} {internet} may reach {traffic} through {}{lists}", words::rules(&ids))
    }

    fn reach(&self) -> (Family, Exposure) {
        let first = self.pieces.first().map(|piece| (piece.first.family, piece.first.exposure));
        first.unwrap_or((Family::V4, Exposure::None))
    }

    /// The prefix lists that the rules have as their sources.
    fn lists(&self, rules: &[&Rule]) -> impl Iterator<Item = &'a PrefixList> {
        let named: BTreeSet<_> = rules
            .iter()
            .filter_map(|rule| match &rule.permission.source {
                Source::PrefixList(id) => Some(id.clone()),
                _ => None,
            })
            .collect();
        self.assessment.group.prefix_lists.iter().filter(move |list| named.contains(&list.id))
    }

    fn traffic(&self, rules: &[&Rule], ports: &BTreeMap<&Protocol, PortSet>) -> String {
        let mut protocols: Vec<&Protocol> = rules.iter().map(|rule| &rule.permission.protocol).collect();
        protocols.dedup();
        match protocols.as_slice() {
            [Protocol::All] => "every port of every protocol".to_owned(),
            _ => {
                let parts: Vec<String> =
                    ports.iter().map(|(protocol, ports)| self.part(protocol, ports)).collect();
                words::list(&parts, "")
            }
        }
    }

    /// Such as `tcp 22 (SSH)`, `every udp port`, `icmp type 8` or `IP protocol 47 (GRE)`.
    fn part(&self, protocol: &Protocol, ports: &PortSet) -> String {
        match protocol {
            Protocol::All => return "every IP protocol without ports".to_owned(),
            Protocol::Portless(_) => return protocol.to_string(),
            _ => {}
        }
        let is_of = |piece: &&Piece<'_>| piece.parts.iter().any(|part| part.protocol == *protocol);
        if self.pieces.iter().filter(is_of).any(|piece| piece.opens_all_of(protocol, &self.by_id)) {
            let what = if protocol.is_icmp() { "type" } else { "port" };
            return format!("every {protocol} {what}");
        }
        let services = match words::list(&network::services(protocol, ports), " services") {
            none if none.is_empty() => none,
            services => format!(" ({services})"),
        };
        format!("{protocol} {}{services}", words::list(&ports.describe(protocol), " ranges"))
    }

    /// The rules by id: what they say stands in the state before.
    fn evidence(&self, rules: &[&Rule], ports: &BTreeMap<&Protocol, PortSet>) -> Value {
        let (family, exposure) = self.reach();
        let mut services: Vec<&str> = Vec::new();
        for service in ports.iter().flat_map(|(protocol, ports)| network::services(protocol, ports)) {
            if !services.contains(&service) {
                services.push(service);
            }
        }
        let mut evidence = json!({
            "family": family,
            "exposure": exposure,
            "ports": described(ports),
            "services": services,
            "rules": rules.iter().map(|rule| &rule.id).collect::<Vec<_>>(),
        });
        if let (Value::Object(evidence), [_, _, ..]) = (&mut evidence, self.pieces.as_slice()) {
            let first: Vec<Value> = self.pieces.iter().take(TOLD_APART).map(Piece::evidence).collect();
            evidence.insert("pieces".to_owned(), first.into());
            evidence.insert("piece_count".to_owned(), self.pieces.len().into());
        }
        evidence
    }
}
