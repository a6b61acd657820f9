//! What of a group is exempt.

use std::collections::HashMap;

use exemptions::{Scope, Sources};
use network::{PortSet, Protocol, Rule, RuleId, RuleIds, UnreadableSource};
use remediation::Assessment;

use crate::{GroupAssessment, QuarantineStyle, SgFinding};

/// What a narrower exemption names: traffic to these ports from these sources.
struct Named<'a> {
    ports: Option<&'a PortSet>,
    sources: Option<&'a Sources>,
    rules: HashMap<&'a RuleId, &'a Rule>,
    /// The rules from these sources, once somebody has asked.
    from_sources: RuleIds,
}

impl GroupAssessment {
    /// The same judgement without what is exempt: every finding, or what the scope names of them.
    ///
    /// Isolating cuts off all that a group lets in. So a group of which a part is exempt is not isolated: of the rest
    /// the rules go.
    pub(crate) fn exempt(self, scope: &Scope) -> Self {
        let Scope { ports, sources, grantees: None, sids: None } = scope else { return self };
        if scope.is_whole() {
            return self.without(|_| None);
        }
        let mut named = Named {
            ports: ports.as_ref(),
            sources: sources.as_ref(),
            rules: self.group.by_id(),
            from_sources: RuleIds::default(),
        };
        let rest: Vec<SgFinding> = self.findings.iter().flat_map(|finding| named.rest(finding)).collect();
        if rest == self.findings {
            return self;
        }
        Self { findings: rest, ..self }.without(Some).taken_as_rest()
    }

    /// The same judgement without what `stays` leaves out, as if that were exempt.
    pub(crate) fn take_out(self, stays: impl FnMut(SgFinding) -> Option<SgFinding>) -> Self {
        let all = self.findings.clone();
        let rest = self.without(stays);
        if rest.findings == all { rest } else { rest.taken_as_rest() }
    }

    fn taken_as_rest(mut self) -> Self {
        if self.style == QuarantineStyle::Isolate && !self.is_closed() {
            self.style = QuarantineStyle::Revoke;
            self.digest = None;
            self.findings.retain(|one| matches!(one, SgFinding::Open(_) | SgFinding::Unreadable(_)));
        }
        self
    }
}

impl Named<'_> {
    /// What is left of a finding: of what several rules open, it may be one part by some of them and another part by the
    /// others.
    fn rest(&mut self, finding: &SgFinding) -> Vec<SgFinding> {
        match finding {
            SgFinding::Open(open) => self.rest_of_open(open).into_iter().map(SgFinding::Open).collect(),
            SgFinding::Unreadable(source) => {
                let is_named = |id: &&RuleId| self.rules.get(id).is_some_and(|rule| self.covers(rule));
                let left: RuleIds = source.rule_ids.iter().filter(|id| !is_named(id)).cloned().collect();
                let rest = UnreadableSource { rule_ids: left, ..source.clone() };
                (!rest.rule_ids.is_empty()).then_some(SgFinding::Unreadable(rest)).into_iter().collect()
            }
            SgFinding::OnManaged(_) | SgFinding::OnForeign(_) => vec![finding.clone()],
        }
    }

    fn rest_of_open(&mut self, open: &network::Finding) -> Vec<network::Finding> {
        if !self.from_sources.is_of_same_group(&open.rule_ids) {
            let is_from_source =
                |id: &RuleId| self.rules.get(id).is_some_and(|rule| self.has_source_of(rule));
            self.from_sources = open.rule_ids.of_group(is_from_source);
        }
        let (named, others) =
            (open.rule_ids.and(&self.from_sources), open.rule_ids.without(&self.from_sources));
        let by = |rule_ids| network::Finding { rule_ids, ..open.clone() };
        let rest = self.without_ports(&by(named.clone()));
        if named.is_empty() || rest.as_ref().is_some_and(|rest| rest.ports == open.ports) {
            return vec![open.clone()];
        }
        let others = (!others.is_empty()).then(|| by(others));
        rest.into_iter().chain(others).filter(|rest| self.is_opened_by_its_own(rest)).collect()
    }

    /// ICMP has types, and other protocols have nothing, where tcp and udp have ports.
    fn without_ports(&self, open: &network::Finding) -> Option<network::Finding> {
        match (self.ports, &open.protocol) {
            (None, _) => None,
            (Some(ports), Protocol::Tcp | Protocol::Udp) => open.without_ports(ports),
            (Some(_), _) => Some(open.clone()),
        }
    }

    /// Whether all that a rule lets in is named.
    fn covers(&self, rule: &Rule) -> bool {
        let protocol = &rule.permission.protocol;
        let has_ports = self.ports.is_none_or(|ports| {
            matches!(protocol, Protocol::Tcp | Protocol::Udp)
                && ports.as_set().covers(rule.permission.ports(protocol).as_set())
        });
        has_ports && self.has_source_of(rule)
    }

    fn has_source_of(&self, rule: &Rule) -> bool {
        self.sources.is_none_or(|sources| sources.cover(&rule.permission.source))
    }

    /// Whether a rule that goes for this finding is among its rules: rules for all traffic, which only help to open a
    /// protocol without ports, stay.
    fn is_opened_by_its_own(&self, open: &network::Finding) -> bool {
        let is_its_own =
            |id| self.rules.get(id).is_some_and(|rule| rule.permission.protocol == open.protocol);
        !matches!(open.protocol, Protocol::Portless(_)) || open.rule_ids.iter().any(is_its_own)
    }
}
