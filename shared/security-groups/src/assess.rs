//! What is not acceptable about a group.

use std::collections::BTreeSet;

use network::{Handling, Permission, Portless, RuleIds, UnreadableSource};
use remediation::{Assessment, Fact, Remedy, Unknown};
use sha2::{Digest, Sha256};

use crate::put_back;
use crate::state::readable;
use crate::{ChangedBy, Group, Interface, QUARANTINED_AT, QUARANTINED_RULES, QuarantineStyle};

/// One reason why a group is not acceptable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SgFinding {
    /// Ports are open and not authorized.
    Open(network::Finding),
    /// Nobody knows whom a prefix list lets in.
    Unreadable(UnreadableSource),
    /// AWS services manage these interfaces of the group: Curfew may not give them other groups.
    OnManaged(Vec<Interface>),
    /// Other accounts own these interfaces of the group: Curfew may not give them other groups.
    OnForeign(Vec<Interface>),
}

/// The judgement of one group, with the group: what a plan is made from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupAssessment {
    /// What was judged.
    pub(crate) group: Group,
    /// What is done about this group.
    pub(crate) style: QuarantineStyle,
    /// A digest of the rules that open the group, or may, where they are to stay as evidence.
    pub(crate) digest: Option<String>,
    /// The protocols without ports that may be open.
    pub(crate) authorized_protocols: BTreeSet<Portless>,
    /// Whether interfaces were to be isolated before the group was read.
    pub(crate) is_after_isolation: bool,
    /// By address family, protocol and lowest port; then what is unreadable, and the interfaces that stay as they are.
    pub(crate) findings: Vec<SgFinding>,
}

/// What keeps Curfew from isolating.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Hindrances<'a> {
    /// Why it is not known whether this is a quarantine group.
    pub(crate) about: Option<&'a Unknown>,
    /// Why it is not known which interfaces have the group.
    pub(crate) interfaces: Option<&'a Unknown>,
}

impl GroupAssessment {
    /// Judges a group.
    ///
    /// In the style `isolate` a group is open as far as something uses it. Its rules stay as evidence, so that
    /// of a group that Curfew has isolated, that nothing uses any more, and that is open as it was then, there is
    /// nothing left to say.
    ///
    /// `judgement` is what [`judge`] says of the group by these settings.
    pub(crate) fn of(
        group: &Group,
        style: QuarantineStyle,
        settings: &network::Settings,
        judgement: network::Assessment,
    ) -> Self {
        let network::Assessment { findings, unreadable } = judgement;
        let open = findings.into_iter().map(SgFinding::Open);
        let mut findings: Vec<_> = open.chain(unreadable.into_iter().map(SgFinding::Unreadable)).collect();
        let digest = (style == QuarantineStyle::Isolate).then(|| digest(group, &findings));
        if let (Some(digest), Some(interfaces)) = (&digest, group.known_interfaces()) {
            if interfaces.is_empty() && is_open_as_isolated(group, digest) {
                findings.clear();
            }
            let of = |who| interfaces.iter().filter(move |one| one.changed_by() == who).cloned().collect();
            let (managed, foreign): (Vec<_>, Vec<_>) = (of(ChangedBy::Service), of(ChangedBy::Owner));
            findings.extend(Some(managed).filter(|all| !all.is_empty()).map(SgFinding::OnManaged));
            findings.extend(Some(foreign).filter(|all| !all.is_empty()).map(SgFinding::OnForeign));
        }
        let authorized_protocols = settings.authorized_protocols.clone();
        Self {
            group: group.clone(),
            style,
            digest,
            authorized_protocols,
            is_after_isolation: false,
            findings,
        }
    }

    /// The same judgement once interfaces were to be isolated.
    pub(crate) fn after_isolation(self) -> Self {
        Self { is_after_isolation: true, ..self }
    }

    /// The interfaces that were to be isolated and are not.
    pub(crate) fn not_isolated(&self) -> impl Iterator<Item = &Interface> {
        self.own_interfaces().filter(|_| self.is_after_isolation && self.isolates())
    }

    /// What is open.
    pub(crate) fn open(&self) -> impl Iterator<Item = &network::Finding> + Clone {
        self.findings.iter().filter_map(|finding| match finding {
            SgFinding::Open(open) => Some(open),
            _ => None,
        })
    }

    /// Whether there is nothing that has to be closed, by whomever.
    pub(crate) fn is_closed(&self) -> bool {
        !self.open().any(|open| open.handling == Handling::Revoke)
    }

    /// Whether it is known that no interface has the group.
    pub(crate) fn is_unused(&self) -> bool {
        self.style == QuarantineStyle::Isolate && self.group.known_interfaces().is_some_and(Vec::is_empty)
    }

    /// Whether it could not be read which interfaces have the group.
    pub(crate) fn is_use_unknown(&self) -> bool {
        self.style == QuarantineStyle::Isolate
            && self.group.interfaces.as_ref().and_then(Fact::unknown).is_some()
    }

    /// The interfaces that Curfew may isolate.
    pub(crate) fn own_interfaces(&self) -> impl Iterator<Item = &Interface> {
        let known = self.group.known_interfaces().into_iter().flatten();
        known.filter(|one| one.changed_by() == ChangedBy::Curfew)
    }

    /// Who deals with open ports. Isolating closes everything that is open to the interfaces.
    pub(crate) fn remedy_of_open(&self, open: &network::Finding) -> Remedy {
        let closes = match self.style {
            QuarantineStyle::Revoke => open.handling == Handling::Revoke,
            QuarantineStyle::Isolate => self.isolates() || self.may_isolate(),
            QuarantineStyle::Alert => false,
        };
        if closes { Remedy::Close } else { Remedy::Report }
    }

    /// Who deals with a list that nobody can read. On an interface that is isolated it lets in nobody.
    pub(crate) fn remedy_of_unreadable(&self) -> Remedy {
        if self.isolates() || self.may_isolate() { Remedy::Close } else { Remedy::Report }
    }

    /// Whether Curfew isolates interfaces of the group. A group whose tags nobody can read may be a quarantine group.
    pub(crate) fn isolates(&self) -> bool {
        self.style == QuarantineStyle::Isolate
            && self.group.about.known().is_some()
            && self.own_interfaces().next().is_some()
            && !self.is_closed()
    }

    /// What keeps Curfew from isolating.
    pub(crate) fn hindrances(&self) -> Hindrances<'_> {
        if self.style != QuarantineStyle::Isolate || self.is_closed() {
            return Hindrances::default();
        }
        let interfaces = self.group.interfaces.as_ref().and_then(Fact::unknown);
        Hindrances { about: self.group.about.unknown(), interfaces }
    }

    /// Whether Curfew isolates interfaces of the group once it can read what it needs for that, as far as is known.
    pub(crate) fn may_isolate(&self) -> bool {
        let is_used = self.group.known_interfaces().is_none() || self.own_interfaces().next().is_some();
        is_used && self.hindrances() != Hindrances::default()
    }
}

impl Assessment for GroupAssessment {
    type Finding = SgFinding;

    fn findings(&self) -> &[SgFinding] {
        &self.findings
    }

    fn remedy(&self, finding: &SgFinding) -> Remedy {
        match finding {
            SgFinding::Open(open) => self.remedy_of_open(open),
            SgFinding::Unreadable(_) => self.remedy_of_unreadable(),
            SgFinding::OnManaged(_) | SgFinding::OnForeign(_) => Remedy::ByHand,
        }
    }

    fn signature(&self, finding: &SgFinding) -> String {
        match finding {
            SgFinding::Open(network::Finding { family, protocol, exposure, ports, .. }) => {
                format!("{protocol} {} to {exposure:?} by {family:?}", ports.describe(protocol).join(" "))
            }
            SgFinding::Unreadable(source) => format!("{} could not be read", source.prefix_list_id),
            SgFinding::OnManaged(_) => "interfaces that services manage".to_owned(),
            SgFinding::OnForeign(_) => "interfaces that others own".to_owned(),
        }
    }

    fn opening(&self, finding: &SgFinding) -> String {
        match finding {
            SgFinding::Open(open) => put_back::written(&self.group, open),
            _ => self.signature(finding),
        }
    }

    fn beyond(&self, finding: SgFinding, openings: &[String]) -> Option<SgFinding> {
        match finding {
            SgFinding::Open(open) => put_back::beyond(&self.group, open, openings).map(SgFinding::Open),
            _ => (!openings.contains(&self.signature(&finding))).then_some(finding),
        }
    }

    fn may_pass(&self, finding: &SgFinding) -> bool {
        let SgFinding::Unreadable(source) = finding else { return false };
        let lists = &self.group.prefix_lists;
        let list = lists.iter().find(|list| list.id == source.prefix_list_id);
        list.and_then(|list| list.blocks.unknown()).is_some_and(Unknown::is_passing)
    }

    /// An interface is open on account of the group only: where nothing of the group is left to close, no interface
    /// is either.
    fn without(mut self, stays: impl FnMut(SgFinding) -> Option<SgFinding>) -> Self {
        self.findings = self.findings.into_iter().filter_map(stays).collect();
        if self.is_closed() {
            self.findings.retain(|finding| matches!(finding, SgFinding::Open(_) | SgFinding::Unreadable(_)));
        }
        self
    }
}

/// What is open, whoever uses the group and whatever is done about it.
pub(crate) fn judge(group: &Group, settings: &network::Settings) -> network::Assessment {
    network::assess(&group.rules, &readable(&group.prefix_lists), settings)
}

/// Whether what is open is exactly what was open when Curfew isolated the group.
fn is_open_as_isolated(group: &Group, digest: &String) -> bool {
    group.tag(QUARANTINED_AT).is_some() && group.tag(QUARANTINED_RULES) == Some(digest)
}

/// A digest of the rules that open the group, or may: in whatever order they are read, the same rules give
/// the same digest. What a rule lets in counts too, since EC2 lets people change a rule that keeps its id.
fn digest(group: &Group, findings: &[SgFinding]) -> String {
    let ids = RuleIds::union_of(findings.iter().filter_map(rule_ids));
    let rules = group.by_id();
    let mut digest = Sha256::new();
    for rule in ids.iter().filter_map(|id| rules.get(id)) {
        let Permission { protocol, from_port, to_port, source, .. } = &rule.permission;
        let ports = (from_port.unwrap_or(-1), to_port.unwrap_or(-1));
        digest.update(format!("{} {} {} {} {source}\n", rule.id, protocol.as_str(), ports.0, ports.1));
    }
    digest.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The rules that open, or may.
fn rule_ids(finding: &SgFinding) -> Option<&RuleIds> {
    match finding {
        SgFinding::Open(open) => Some(&open.rule_ids),
        SgFinding::Unreadable(source) => Some(&source.rule_ids),
        SgFinding::OnManaged(_) | SgFinding::OnForeign(_) => None,
    }
}
