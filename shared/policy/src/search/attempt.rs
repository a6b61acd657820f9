//! One attempt to answer a question: its statements with the variables bound in one way, in one world.

use std::collections::BTreeMap;

use super::compile::{Compiled, Parts, compile};
use super::decide::{Hit, Question, Within};
use super::domain::Domain;
use super::goal::{Clause, Demand, Goal, ways_to_escape, ways_to_match};
use super::literal::{EPOCH, Literal, Slot, TIME};
use super::moment;
use super::names::Names;
use super::walk::walk;
use super::world::{CallerKind, World, sources};
use super::{Budget, Found};
use crate::template::Bindings;
use crate::witness::Caller;
use crate::{Policy, Statement, Witness};

/// The statements of a question, with the variables bound in one way.
pub(super) struct Compilation<'here> {
    policy: &'here Policy,
    allows: Vec<Compiled>,
    denies: Vec<Compiled>,
    /// The Allow and Deny statements of the other policy.
    unless: Option<(Vec<Compiled>, Vec<Compiled>)>,
    pub(super) parts: Parts,
    bindings: Bindings,
    /// Whether the time is asked for as a number.
    speaks_of_epoch: bool,
    /// The services that are named.
    services: Vec<String>,
}

impl<'here> Compilation<'here> {
    pub(super) fn new(question: &Question<'here>, names: &Names, bindings: Bindings) -> Self {
        let mut parts = Parts::default();
        let always = ["action", "resource", "aws:principalarn", "aws:principalaccount"];
        let telling = ["aws:principalservicename", "aws:federatedprovider"];
        for part in always.into_iter().chain(telling).chain(names.variables.iter().map(String::as_str)) {
            parts.number(part);
        }
        let denies = |statement: &Statement| !statement.is_allow() && !statement.has_unknown_element;
        let counts = |statement: &Statement| statement.is_allow() && (question.allows)(statement);
        let policy = question.policy;
        Self {
            policy,
            allows: compile(policy, counts, &mut parts, &bindings),
            denies: compile(policy, denies, &mut parts, &bindings),
            unless: question.unless.map(|policy| {
                let allows = compile(policy, Statement::is_allow, &mut parts, &bindings);
                (allows, compile(policy, denies, &mut parts, &bindings))
            }),
            parts,
            bindings,
            speaks_of_epoch: names.keys.contains(EPOCH),
            services: names.all_services.iter().cloned().collect(),
        }
    }
}

/// The keys that say which user it is.
const ARN: &str = "aws:principalarn";
const USER_NAME: &str = "aws:username";

/// The keys that say which service it is, and for which source it acts.
const SERVICE: &str = "aws:principalservicename";
const SOURCE: &str = "aws:sourcearn";

/// One compilation in one world.
pub(super) struct Attempt<'here> {
    world: &'here World,
    compilation: &'here Compilation<'here>,
    pub(super) domains: Vec<Domain>,
}

impl<'here> Attempt<'here> {
    pub(super) fn new(compilation: &'here Compilation<'here>, names: &Names, world: &'here World) -> Self {
        let bound = |name: &str| compilation.bindings.decided.iter().find(|(key, _)| key == name);
        let domain = |name: &String| match bound(name) {
            Some((_, Some(value))) => Domain::texts([value.clone()]),
            Some((_, None)) => Domain::never(),
            None => world.domain(name, names),
        };
        Self { world, compilation, domains: compilation.parts.names().iter().map(domain).collect() }
    }

    /// The same over domains that an earlier attempt in this world had.
    pub(super) fn again(
        compilation: &'here Compilation<'here>,
        world: &'here World,
        domains: Vec<Domain>,
    ) -> Self {
        Self { world, compilation, domains }
    }

    /// Asks with the values that some parts are given.
    pub(super) fn run_within(&mut self, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        let own = self.give(within);
        let found = self.run(within, budget);
        self.take_back(own);
        found
    }

    /// Whether the same has no answer, whatever the variables stand for.
    pub(super) fn is_hopeless(&mut self, within: &Within<'_>, budget: &mut Budget) -> bool {
        let own = self.give(within);
        let found = self.slots(within, budget);
        self.take_back(own);
        found == Found::None
    }

    fn take_back(&mut self, own: Vec<(usize, Domain)>) {
        for (number, domain) in own {
            if let Some(given) = self.domains.get_mut(number) {
                *given = domain;
            }
        }
    }

    /// Gives some parts other values; returns what they had.
    pub(super) fn give(&mut self, within: &Within<'_>) -> Vec<(usize, Domain)> {
        let mut own = Vec::new();
        for (name, domain) in within.given {
            let number = self.compilation.parts.names().iter().position(|part| part == name);
            let Some((number, before)) = number.and_then(|at| Some((at, self.domains.get_mut(at)?))) else {
                continue;
            };
            own.push((number, std::mem::replace(before, domain.clone())));
        }
        own
    }

    pub(super) fn run(&self, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        let (index, slots) = match self.slots(within, budget) {
            Found::One(found) => found,
            Found::None => return Found::None,
            Found::Unknown => return Found::Unknown,
        };
        if let Some((arn, name)) = self.name_apart(&slots) {
            return self.with_one_name(&arn, &name, within, budget);
        }
        match self.source_apart(&slots) {
            Some((service, arn)) => self.with_own_source(&service, &arn, within, budget),
            None => Found::One(self.hit(index, &slots, within)),
        }
    }

    fn hit(&self, index: usize, slots: &[Slot], within: &Within<'_>) -> Hit {
        Hit { witness: self.witness(index, slots), frame: self.frame(index, slots, within) }
    }

    /// The ARN and the name of a user, where they are not of the same one.
    fn name_apart(&self, slots: &[Slot]) -> Option<(String, String)> {
        if self.world.caller != CallerKind::User {
            return None;
        }
        let (arn, name) = (self.value(ARN, slots)?, self.value(USER_NAME, slots)?);
        (arn.rsplit('/').next() != Some(name.as_str())).then_some((arn, name))
    }

    /// Asks again for a user of this name, and then for one of this ARN. That there is neither is no proof.
    fn with_one_name(&self, arn: &str, name: &str, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        let own = arn.rsplit('/').next().unwrap_or_default();
        let named = [(ARN, self.world.users_called(name)), (USER_NAME, Domain::texts([own.to_owned()]))];
        for (part, domain) in named {
            let is_bound = self.compilation.bindings.decided.iter().any(|(key, _)| key == part);
            if is_bound || self.number(part).is_none() {
                continue;
            }
            let attempt = self.with([(part, domain)]);
            if let Found::One((index, slots)) = attempt.slots(within, budget)
                && attempt.name_apart(&slots).is_none()
            {
                return Found::One(attempt.hit(index, &slots, within));
            }
        }
        Found::Unknown
    }

    /// A service and the source that its call names, where that is not the service's own.
    fn source_apart(&self, slots: &[Slot]) -> Option<(String, String)> {
        if self.world.caller != CallerKind::Service {
            return None;
        }
        let (service, arn) = (self.value(SERVICE, slots)?, self.value(SOURCE, slots)?);
        (!sources::is_own(&service, &arn)).then_some((service, arn))
    }

    /// Asks again for sources of one service at a time: of this one, of the one that this source is of, and of each that
    /// the policy names. A service that is not known may name any source; that there is nothing else is a proof where
    /// no other service gets in.
    fn with_own_source(
        &self,
        service: &str,
        arn: &str,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        let (Some(by), Some(of)) = (self.part(SERVICE), self.part(SOURCE)) else { return Found::Unknown };
        let mut services = vec![service.to_owned(), sources::owner(arn)];
        services.extend(self.compilation.services.iter().cloned());
        let mut tried: Vec<&String> = Vec::new();
        let mut gave_up = false;
        for name in &services {
            if tried.contains(&name) || !by.admits(name) {
                continue;
            }
            tried.push(name);
            let own = of.narrowed(&self.world.sources(&sources::own(name)));
            let any = (!sources::is_known(name)).then(|| of.clone());
            for source in own.into_iter().chain(any) {
                let given = [(SERVICE, Domain::texts([name.clone()])), (SOURCE, source)];
                match self.with(given).slots(within, budget) {
                    Found::One((index, slots)) => return Found::One(self.hit(index, &slots, within)),
                    Found::None => {}
                    Found::Unknown => gave_up = true,
                }
            }
        }
        let others = by.without(tried.into_iter().map(String::as_str));
        match others.map(|others| self.with([(SERVICE, others)]).slots(within, budget)) {
            None | Some(Found::None) if !gave_up => Found::None,
            _ => Found::Unknown,
        }
    }

    /// The values that a part can have.
    fn part(&self, part: &str) -> Option<&Domain> {
        self.domains.get(self.number(part)?)
    }

    /// The same with other values for some parts.
    fn with<const N: usize>(&self, parts: [(&str, Domain); N]) -> Self {
        let mut domains = self.domains.clone();
        for (part, domain) in parts {
            if let Some(own) = self.number(part).and_then(|number| domains.get_mut(number)) {
                *own = domain;
            }
        }
        Attempt::again(self.compilation, self.world, domains)
    }

    fn number(&self, part: &str) -> Option<usize> {
        self.compilation.parts.names().iter().position(|name| name == part)
    }

    /// The value of a part, where it has one.
    fn value(&self, part: &str, slots: &[Slot]) -> Option<String> {
        match slots.get(self.number(part)?)? {
            Slot::Values(values) => values.first().cloned(),
            Slot::Absent => None,
        }
    }

    /// The index of a statement that allows a request, and the parts of that request.
    pub(super) fn slots(&self, within: &Within<'_>, budget: &mut Budget) -> Found<(usize, Vec<Slot>)> {
        let denies = self.compilation.denies.iter().filter(|_| within.denies);
        let mut clauses: Vec<Clause<'_>> =
            denies.filter_map(|deny| ways_to_escape(deny, self.world)).collect();
        clauses.extend(self.clauses_of_unless());
        let mut goal = Goal { must: Vec::new(), clauses };
        let mut gave_up = false;
        let mut defaults = None;
        for allow in self.compilation.allows.iter().filter(|allow| (within.allows)(allow.index)) {
            for way in ways_to_match(allow, self.world) {
                goal.must = way;
                match walk(&goal, &self.domains, &mut defaults, budget) {
                    Found::One(slots) => return Found::One((allow.index, slots)),
                    Found::None => {}
                    Found::Unknown => gave_up = true,
                }
            }
        }
        if gave_up { Found::Unknown } else { Found::None }
    }

    /// The demands on some parts that keep the statement matching and every Deny escaped.
    fn frame(&self, index: usize, slots: &[Slot], within: &Within<'_>) -> Vec<(Literal, bool)> {
        if within.over.is_empty() {
            return Vec::new();
        }
        let names = self.compilation.parts.names();
        let is_over =
            |literal: &Literal| names.get(literal.slot).is_some_and(|name| within.over.contains(name));
        let is_met = |(literal, wanted): &Demand<'_>| {
            slots.get(literal.slot).is_some_and(|slot| literal.can_be(*wanted, slot))
        };
        let allows = self.compilation.allows.iter().filter(|allow| allow.index == index);
        let mut frame: Vec<(Literal, bool)> = allows
            .flat_map(|allow| allow.literals.iter().filter(|literal| is_over(literal)))
            .map(|literal| (literal.clone(), true))
            .collect();
        for deny in self.compilation.denies.iter().filter(|_| within.denies) {
            let Some(clause) = ways_to_escape(deny, self.world) else { continue };
            let met: Vec<_> = clause.options.iter().filter(|option| option.iter().all(is_met)).collect();
            if met.iter().any(|option| !option.iter().any(|(literal, _)| is_over(literal))) {
                continue;
            }
            let demands = met.first().into_iter().flat_map(|option| option.iter());
            frame.extend(demands.map(|(literal, wanted)| ((*literal).clone(), *wanted)));
        }
        frame
    }

    /// The other policy must not allow the request: each of its Allow statements does not match, or a Deny does.
    fn clauses_of_unless(&self) -> Vec<Clause<'_>> {
        let Some((allows, denies)) = &self.compilation.unless else { return Vec::new() };
        let denied: Vec<_> = denies.iter().flat_map(|deny| ways_to_match(deny, self.world)).collect();
        let escapes = allows.iter().filter_map(|allow| ways_to_escape(allow, self.world));
        escapes
            .map(|mut clause| {
                clause.options.extend(denied.iter().cloned());
                clause
            })
            .collect()
    }

    fn witness(&self, index: usize, slots: &[Slot]) -> Witness {
        let value = |part: &str| self.value(part, slots);
        let keys = self.compilation.parts.names().iter().zip(slots).filter(|(name, _)| name.contains(':'));
        let mut context: BTreeMap<String, Vec<String>> = keys
            .filter_map(|(name, slot)| match slot {
                Slot::Values(values) => Some((name.clone(), values.clone())),
                Slot::Absent => None,
            })
            .collect();
        let seconds =
            context.get(TIME).and_then(|values| values.first()).and_then(|time| moment::parse(time));
        if let Some(seconds) = seconds.filter(|_| self.compilation.speaks_of_epoch) {
            context.insert(EPOCH.to_owned(), vec![seconds.to_string()]);
        }
        Witness {
            statement: index,
            sid: self.compilation.policy.statements.get(index).and_then(|statement| statement.sid.clone()),
            caller: Caller {
                kind: self.world.caller,
                account: (self.world.caller != CallerKind::Anonymous).then(|| self.world.account.clone()),
                arn: value("aws:principalarn"),
                service: value("aws:principalservicename"),
                provider: value("aws:federatedprovider"),
                canonical_user: value("canonicaluser"),
            },
            action: value("action").unwrap_or_default(),
            resource: value("resource").unwrap_or_default(),
            context,
        }
    }
}
