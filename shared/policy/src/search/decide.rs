//! Asks whether some request of some world is allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::compile::{Compiled, Parts, compile};
use super::domain::Domain;
use super::goal::{Clause, Demand, Goal, ways_to_escape, ways_to_match};
use super::literal::{EPOCH, Literal, Slot, TIME};
use super::model::Model;
use super::moment;
use super::names::Names;
use super::relation::{self, Link};
use super::variable::{self, Decided};
use super::walk::walk;
use super::world::{CallerKind, World};
use super::{Budget, Found};
use crate::template::Bindings;
use crate::witness::Caller;
use crate::{Policy, Statement, Witness};

/// A question about requests: does some Allow of `policy` match while no Deny does, and, if there is an `unless`, does
/// that policy not allow the same request?
pub(crate) struct Question<'here> {
    pub(crate) policy: &'here Policy,
    pub(crate) unless: Option<&'here Policy>,
    /// Which Allow statements of `policy` count.
    pub(crate) allows: &'here dyn Fn(&Statement) -> bool,
}

/// What a question is narrowed to.
#[derive(Clone, Copy)]
pub(crate) struct Within<'here> {
    /// Which of the Allow statements count, by index.
    pub(crate) allows: &'here dyn Fn(usize) -> bool,
    /// Whether the Deny statements count.
    pub(crate) denies: bool,
    /// The values that some parts have, whatever the caller.
    pub(crate) given: &'here [(String, Domain)],
    /// The parts of which a hit says for which other values it is allowed too.
    pub(crate) over: &'here [String],
}

impl Within<'_> {
    /// The whole question.
    pub(crate) const WHOLE: Within<'static> =
        Within { allows: &|_| true, denies: true, given: &[], over: &[] };
}

/// A request that was found.
#[derive(Debug, Clone)]
pub(crate) struct Hit {
    pub(crate) witness: Witness,
    /// What the parts that the question is [over](Within::over) must meet: with other values that do, the same request
    /// is allowed too.
    pub(crate) frame: Vec<(Literal, bool)>,
}

/// How much work it is to compile a statement.
const COMPILING: usize = 60;

/// Searches the worlds in order.
pub(crate) fn ask(
    question: &Question<'_>,
    model: &Model,
    worlds: &[World],
    budget: &mut Budget,
) -> Found<Witness> {
    let mut gave_up = model.incomplete;
    let names = &model.names;
    let open = Compilation::new(question, names, Bindings::default());
    for world in worlds {
        let attempt = Attempt::new(&open, names, world);
        let found = if names.variables.is_empty() {
            attempt.run(&Within::WHOLE, budget)
        } else {
            match attempt.slots(&Within::WHOLE, budget) {
                Found::None => Found::None,
                Found::One(_) | Found::Unknown => {
                    with_every_case(question, names, world, &Within::WHOLE, budget)
                }
            }
        };
        match found {
            Found::One(hit) => return Found::One(hit.witness),
            Found::None => {}
            Found::Unknown => gave_up = true,
        }
    }
    if gave_up { Found::Unknown } else { Found::None }
}

pub(super) fn with_every_case(
    question: &Question<'_>,
    names: &Names,
    world: &World,
    within: &Within<'_>,
    budget: &mut Budget,
) -> Found<Hit> {
    let mut gave_up = false;
    for case in variable::cases(names, world) {
        match with_variables(question, names, world, case, within, budget) {
            Found::One(hit) => return Found::One(hit),
            Found::None => {}
            Found::Unknown => gave_up = true,
        }
    }
    if gave_up { Found::Unknown } else { Found::None }
}

/// First with open variables, where "none" is a proof; then with the values that this suggests.
fn with_variables(
    question: &Question<'_>,
    names: &Names,
    world: &World,
    case: Decided,
    within: &Within<'_>,
    budget: &mut Budget,
) -> Found<Hit> {
    if !budget.spend_steps(COMPILING * question.policy.statements.len()) {
        return Found::Unknown;
    }
    let open = Compilation::new(question, names, Bindings { decided: case.clone(), closed: false });
    let mut attempt = Attempt::new(&open, names, world);
    attempt.give(within);
    let suggestion = match attempt.slots(within, budget) {
        Found::One((_, slots)) => slots,
        Found::None => return Found::None,
        Found::Unknown => return Found::Unknown,
    };
    let mut all_decided = true;
    for decided in variable::suggestions(question.policy, names, world, &open.parts, &suggestion) {
        let bindings = Bindings { decided: case.iter().cloned().chain(decided).collect(), closed: true };
        if !budget.spend_steps(COMPILING * question.policy.statements.len()) {
            return Found::Unknown;
        }
        let compilation = Compilation::new(question, names, bindings);
        match Attempt::new(&compilation, names, world).run_within(within, budget) {
            Found::One(hit) => return Found::One(hit),
            Found::None => {}
            Found::Unknown => all_decided = false,
        }
    }
    all_decided &= names.variables.iter().all(|key| case.iter().any(|(name, _)| name == key));
    if all_decided { Found::None } else { with_relations(question, names, world, &case, within, budget) }
}

/// Takes each key that is compared with an open variable as equal to it, and as different from it. That none of these
/// leads to a request is a proof.
fn with_relations(
    question: &Question<'_>,
    names: &Names,
    world: &World,
    case: &Decided,
    within: &Within<'_>,
    budget: &mut Budget,
) -> Found<Hit> {
    let policies: Vec<&Policy> = [question.policy].into_iter().chain(question.unless).collect();
    let links = relation::links(&policies, names, world, case);
    if links.is_empty() || links.len() > relation::MAX_LINKS {
        return Found::Unknown;
    }
    let counted: BTreeSet<usize> = question
        .policy
        .statements
        .iter()
        .filter(|statement| (question.allows)(statement))
        .map(|statement| statement.index)
        .collect();
    let mut gave_up = false;
    for number in 0_usize..1 << links.len() {
        let marked: Vec<(&Link, bool)> =
            links.iter().enumerate().map(|(place, link)| (link, number >> place & 1 == 0)).collect();
        let unless = question.unless.map(|policy| relation::relate(policy, &marked));
        let related = Question {
            policy: &relation::relate(question.policy, &marked),
            unless: unless.as_ref(),
            allows: &|statement| counted.contains(&statement.index),
        };
        if !budget.spend_steps(2 * COMPILING * question.policy.statements.len()) {
            return Found::Unknown;
        }
        let open = Compilation::new(&related, names, Bindings { decided: case.clone(), closed: false });
        let mut attempt = Attempt::new(&open, names, world);
        attempt.give(within);
        let slots = match attempt.slots(within, budget) {
            Found::One((_, slots)) => slots,
            Found::None => continue,
            Found::Unknown => return Found::Unknown,
        };
        let decided = variable::as_related(names, &marked, &open.parts, &slots);
        let bindings = Bindings { decided: case.iter().cloned().chain(decided).collect(), closed: true };
        let compilation = Compilation::new(question, names, bindings);
        match Attempt::new(&compilation, names, world).run_within(within, budget) {
            Found::One(hit) => return Found::One(hit),
            Found::None | Found::Unknown => gave_up = true,
        }
    }
    if gave_up { Found::Unknown } else { Found::None }
}

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
        }
    }
}

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
    fn give(&mut self, within: &Within<'_>) -> Vec<(usize, Domain)> {
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

    fn run(&self, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        match self.slots(within, budget) {
            Found::One((index, slots)) => Found::One(Hit {
                witness: self.witness(index, &slots),
                frame: self.frame(index, &slots, within),
            }),
            Found::None => Found::None,
            Found::Unknown => Found::Unknown,
        }
    }

    /// The index of a statement that allows a request, and the parts of that request.
    fn slots(&self, within: &Within<'_>, budget: &mut Budget) -> Found<(usize, Vec<Slot>)> {
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
        let value = |part: &str| {
            let number = self.compilation.parts.names().iter().position(|name| name == part)?;
            match slots.get(number)? {
                Slot::Values(values) => values.first().cloned(),
                Slot::Absent => None,
            }
        };
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
