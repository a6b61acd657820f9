//! Asks whether some request of some world is allowed.

use std::collections::{BTreeMap, BTreeSet};

use super::compile::{Compiled, Parts, compile};
use super::domain::Domain;
use super::goal::{Clause, Goal, ways_to_escape, ways_to_match};
use super::literal::{EPOCH, Slot, TIME};
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
    let fixed = names.variables.is_empty().then(|| Compilation::new(question, names, Bindings::default()));
    for world in worlds {
        let found = match &fixed {
            Some(compilation) => Attempt::new(compilation, names, world).run(budget),
            None => with_every_case(question, names, world, budget),
        };
        match found {
            Found::One(witness) => return Found::One(witness),
            Found::None => {}
            Found::Unknown => gave_up = true,
        }
    }
    if gave_up { Found::Unknown } else { Found::None }
}

fn with_every_case(
    question: &Question<'_>,
    names: &Names,
    world: &World,
    budget: &mut Budget,
) -> Found<Witness> {
    let mut gave_up = false;
    for case in variable::cases(names, world) {
        match with_variables(question, names, world, case, budget) {
            Found::One(witness) => return Found::One(witness),
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
    budget: &mut Budget,
) -> Found<Witness> {
    if !budget.spend_steps(COMPILING * question.policy.statements.len()) {
        return Found::Unknown;
    }
    let open = Compilation::new(question, names, Bindings { decided: case.clone(), closed: false });
    let suggestion = match Attempt::new(&open, names, world).slots(budget) {
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
        match Attempt::new(&compilation, names, world).run(budget) {
            Found::One(witness) => return Found::One(witness),
            Found::None => {}
            Found::Unknown => all_decided = false,
        }
    }
    all_decided &= names.variables.iter().all(|key| case.iter().any(|(name, _)| name == key));
    if all_decided { Found::None } else { with_relations(question, names, world, &case, budget) }
}

/// Takes each key that is compared with an open variable as equal to it, and as different from it. That none of these
/// leads to a request is a proof.
fn with_relations(
    question: &Question<'_>,
    names: &Names,
    world: &World,
    case: &Decided,
    budget: &mut Budget,
) -> Found<Witness> {
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
        let slots = match Attempt::new(&open, names, world).slots(budget) {
            Found::One((_, slots)) => slots,
            Found::None => continue,
            Found::Unknown => return Found::Unknown,
        };
        let decided = variable::as_related(names, &marked, &open.parts, &slots);
        let bindings = Bindings { decided: case.iter().cloned().chain(decided).collect(), closed: true };
        match Attempt::new(&Compilation::new(question, names, bindings), names, world).run(budget) {
            Found::One(witness) => return Found::One(witness),
            Found::None | Found::Unknown => gave_up = true,
        }
    }
    if gave_up { Found::Unknown } else { Found::None }
}

/// The statements of a question, with the variables bound in one way.
struct Compilation<'here> {
    policy: &'here Policy,
    allows: Vec<Compiled>,
    denies: Vec<Compiled>,
    /// The Allow and Deny statements of the other policy.
    unless: Option<(Vec<Compiled>, Vec<Compiled>)>,
    parts: Parts,
    bindings: Bindings,
    /// Whether the time is asked for as a number.
    speaks_of_epoch: bool,
}

impl<'here> Compilation<'here> {
    fn new(question: &Question<'here>, names: &Names, bindings: Bindings) -> Self {
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
struct Attempt<'here> {
    world: &'here World,
    compilation: &'here Compilation<'here>,
    domains: Vec<Domain>,
}

impl<'here> Attempt<'here> {
    fn new(compilation: &'here Compilation<'here>, names: &Names, world: &'here World) -> Self {
        let bound = |name: &str| compilation.bindings.decided.iter().find(|(key, _)| key == name);
        let domain = |name: &String| match bound(name) {
            Some((_, Some(value))) => Domain::texts([value.clone()]),
            Some((_, None)) => Domain::never(),
            None => world.domain(name, names),
        };
        Self { world, compilation, domains: compilation.parts.names().iter().map(domain).collect() }
    }

    fn run(&self, budget: &mut Budget) -> Found<Witness> {
        match self.slots(budget) {
            Found::One((index, slots)) => Found::One(self.witness(index, &slots)),
            Found::None => Found::None,
            Found::Unknown => Found::Unknown,
        }
    }

    /// The index of a statement that allows a request, and the parts of that request.
    fn slots(&self, budget: &mut Budget) -> Found<(usize, Vec<Slot>)> {
        let denies = self.compilation.denies.iter();
        let mut clauses: Vec<Clause<'_>> =
            denies.filter_map(|deny| ways_to_escape(deny, self.world)).collect();
        clauses.extend(self.clauses_of_unless());
        let mut goal = Goal { must: Vec::new(), clauses };
        let mut gave_up = false;
        let mut defaults = None;
        for allow in &self.compilation.allows {
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
