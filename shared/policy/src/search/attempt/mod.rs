//! One attempt to answer a question: its statements with the variables bound in one way, in one world.

mod apart;
mod kind;
mod linked;
mod reading;
mod tie;

use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::compile::{Compiled, Parts, compile, number};
use super::decide::{Hit, Question, Within};
use super::domain::{Domain, Presence};
use super::goal::{Clause, Demand, Way, ways_to_escape};
use super::literal::{EPOCH, Literal, Slot, TIME};
use super::moment;
use super::names::Names;
use super::part::{Part, SOME};
use super::walk::walk;
use super::world::{CallerKind, World};
use super::{Budget, Found};
use crate::template::Bindings;
use crate::witness::Caller;
use crate::{Policy, Statement, Witness};
pub(super) use kind::Kind;
use kind::Naming;
use reading::{Changed, Reading, contradict};

/// The statements of a question, with the variables bound in one way.
pub(crate) struct Compilation<'here> {
    policy: &'here Policy,
    allows: Vec<Compiled>,
    denies: Vec<Compiled>,
    unless: Option<Unless>,
    pub(super) parts: Parts,
    bindings: Bindings,
    /// Whether the time is asked for as a number.
    speaks_of_epoch: bool,
    /// The services that are named.
    services: Vec<String>,
    /// For each part whether some demand is on it.
    is_spoken_of: Vec<bool>,
    naming: OnceCell<Naming>,
}

/// The other policy.
struct Unless {
    allows: Vec<Compiled>,
    /// Those that may take what the policy does not take.
    denies: Vec<Compiled>,
    /// The Allow statements that match whatever is asked about.
    matched: Vec<usize>,
}

/// Whether a statement takes away, as far as that is sure.
fn is_relied_on(statement: &Statement) -> bool {
    !statement.is_allow() && !statement.has_unknown_element
}

/// The parts that each question has, and what tells who the caller is.
const ALWAYS: [&str; 6] = [
    "action",
    "resource",
    "aws:principalarn",
    "aws:principalaccount",
    "aws:principalservicename",
    "aws:federatedprovider",
];

/// The parts of a request that policies speak of, of the first by those Allow statements that `speaks` picks.
pub(super) fn parts(
    policy: &Policy,
    unless: Option<&Policy>,
    speaks: &dyn Fn(&Statement) -> bool,
    variables: &BTreeSet<String>,
) -> Parts {
    let mut parts = Parts::default();
    for part in ALWAYS.into_iter().chain(variables.iter().map(String::as_str)) {
        parts.number(part);
    }
    let statements = || policy.statements.iter();
    let speaking = statements().filter(|own| own.is_allow() && speaks(own));
    let taking = statements().filter(|own| is_relied_on(own));
    let others = || unless.into_iter().flat_map(|unless| &unless.statements);
    let allowing = others().filter(|own| own.is_allow());
    let all = speaking.chain(taking).chain(allowing).chain(others().filter(|own| is_relied_on(own)));
    all.for_each(|own| number(own, &mut parts));
    parts
}

impl<'here> Compilation<'here> {
    pub(super) fn new(question: &Question<'here>, names: &Names, bindings: Bindings) -> Self {
        let mut parts = question.parts.clone();
        let policy = question.policy;
        // What nothing takes away there that is not taken away here either is allowed by the same statement.
        let takes_no_more = question.unless.is_some_and(|unless| takes_no_more(unless, policy));
        let stands_there = |own: &Statement| question.unless.is_some_and(|unless| has(unless, own));
        let counts = |own: &Statement| {
            own.is_allow() && (question.allows)(own) && !(takes_no_more && stands_there(own))
        };
        let counting: Vec<&Statement> = policy.statements.iter().filter(|own| counts(own)).collect();
        let only = if let [only] = counting.as_slice() { Some(*only) } else { None };
        let mut compilation = Self {
            policy,
            allows: compile(policy, counts, &mut parts, &bindings),
            denies: compile(policy, is_relied_on, &mut parts, &bindings),
            unless: question.unless.map(|policy| {
                let counts = |own: &Statement| is_relied_on(own) && !takes_no_more;
                let matched = |own: &&Statement| only.is_some_and(|only| only.says_same(own));
                Unless {
                    allows: compile(policy, Statement::is_allow, &mut parts, &bindings),
                    denies: compile(policy, counts, &mut parts, &bindings),
                    matched: policy.statements.iter().filter(matched).map(|own| own.index).collect(),
                }
            }),
            parts,
            bindings,
            speaks_of_epoch: names.keys.contains(EPOCH),
            services: names.all_services.iter().cloned().collect(),
            is_spoken_of: Vec::new(),
            naming: OnceCell::new(),
        };
        compilation.is_spoken_of = compilation.spoken_of();
        compilation
    }
}

/// Whether a policy says what this statement says, most likely in the same place.
fn has(policy: &Policy, statement: &Statement) -> bool {
    let is_there = policy.statements.get(statement.index).is_some_and(|own| own.says_same(statement));
    is_there || policy.statements.iter().any(|own| own.says_same(statement))
}

fn denies_of(policy: &Policy) -> Vec<&Statement> {
    policy.statements.iter().filter(|statement| !statement.is_allow()).collect()
}

/// Whether a policy denies nothing that another does not deny. What both allow by the same statement, it then allows too.
fn takes_no_more(policy: &Policy, other: &Policy) -> bool {
    let (own, others) = (denies_of(policy), denies_of(other));
    // Most often they are the same ones.
    let is_there = |(number, deny): (usize, &&Statement)| {
        others.get(number).is_some_and(|other| other.says_same(deny)) || has(other, deny)
    };
    policy.has_variables == other.has_variables && own.iter().enumerate().all(is_there)
}

/// How many clauses are looked at for one that nothing can meet.
const FEW_CLAUSES: usize = 4;

/// One compilation in one world. A copy shares how the statements read there.
#[derive(Clone)]
pub(crate) struct Attempt<'here> {
    pub(crate) world: World,
    compilation: &'here Compilation<'here>,
    parts: Vec<Part>,
    reading: Rc<Reading<'here>>,
}

/// The values that a question gives to some parts, by their numbers.
pub(super) type Given = Vec<(usize, Part)>;

impl Compilation<'_> {
    /// The values that some parts are given, as far as these are spoken of.
    pub(super) fn given(&self, within: &Within<'_>) -> Given {
        let given = within.given.iter().filter_map(|(name, domain)| {
            let number = self.parts.find(name)?;
            let bound = self.bindings.decided.iter().find(|(key, _)| key == name);
            let given = bound.map_or_else(|| domain.clone(), |(_, value)| domain.only(value.as_deref()));
            Some((number, given.into()))
        });
        given.collect()
    }
}

impl<'here> Attempt<'here> {
    pub(super) fn new(compilation: &'here Compilation<'here>, names: &Names, world: &World) -> Self {
        let parts = compilation.parts.names().iter().map(|name| world.part(name, names)).collect();
        Self::of_parts(compilation, names, world, parts)
    }

    /// The same with the variables bound in some way. This one binds none.
    pub(super) fn bound<'other>(
        &self,
        compilation: &'other Compilation<'other>,
        names: &Names,
    ) -> Attempt<'other> {
        if compilation.parts.are(&self.compilation.parts) {
            return Attempt::of_parts(compilation, names, &self.world, self.parts.clone());
        }
        Attempt::new(compilation, names, &self.world)
    }

    fn of_parts(
        compilation: &'here Compilation<'here>,
        names: &Names,
        world: &World,
        mut parts: Vec<Part>,
    ) -> Self {
        let Bindings { decided, present, .. } = &compilation.bindings;
        let mut bind = |key: &String, domain: Domain| {
            if let Some(own) = compilation.parts.find(key).and_then(|number| parts.get_mut(number)) {
                *own = domain.into();
            }
        };
        for key in present {
            bind(key, world.domain(key, names).with_presence(Presence::Always));
        }
        // Where a key is decided twice, the first time counts.
        for (key, value) in decided.iter().rev() {
            bind(key, value.clone().map_or_else(Domain::never, |value| Domain::texts([value])));
        }
        let reading = Rc::new(Reading::new(compilation, &parts));
        Self { world: world.clone(), compilation, parts, reading }
    }

    /// The same with the values that some parts are given.
    pub(super) fn having(mut self, given: &Given) -> Self {
        for (number, part) in given {
            if let Some(own) = self.parts.get_mut(*number) {
                own.clone_from(part);
            }
        }
        self
    }

    /// The same with the values that a question gives to some parts.
    pub(super) fn within(self, within: &Within<'_>) -> Self {
        let given = self.compilation.given(within);
        self.having(&given)
    }

    pub(super) fn run(&self, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        let (index, slots) = match self.slots(within, budget) {
            Found::One(found) => found,
            Found::None => return Found::None,
            Found::Unknown => return Found::Unknown,
        };
        if let Some(tie) = self.tie_apart(&slots) {
            return self.with_tie(tie, slots, within, budget);
        }
        if let Some((arn, name)) = self.name_apart(&slots) {
            return self.with_one_name(&arn, &name, within, budget);
        }
        match self.service_apart(&slots) {
            Some(services) => self.with_one_service(services, within, budget),
            None => Found::One(self.hit(index, &slots, within)),
        }
    }

    fn hit(&self, index: usize, slots: &[Slot], within: &Within<'_>) -> Hit {
        Hit { witness: self.witness(index, slots), frame: self.frame(index, slots, within) }
    }

    /// The values that a part can have.
    fn part(&self, part: &str) -> Option<&Domain> {
        self.parts.get(self.number(part)?).map(|own| &**own)
    }

    /// The same with other values for some parts.
    fn with<const N: usize>(&self, parts: [(&str, Domain); N]) -> Self {
        let mut changed = self.parts.clone();
        for (part, domain) in parts {
            if let Some(own) = self.number(part).and_then(|number| changed.get_mut(number)) {
                *own = domain.into();
            }
        }
        Self { parts: changed, world: self.world.clone(), reading: Rc::clone(&self.reading), ..*self }
    }

    fn number(&self, part: &str) -> Option<usize> {
        self.compilation.parts.find(part)
    }

    /// The value of a part, where it has one.
    fn value(&self, part: &str, slots: &[Slot]) -> Option<String> {
        self.values(part, slots).first().cloned()
    }

    /// All values of a part.
    fn values<'slots>(&self, part: &str, slots: &'slots [Slot]) -> &'slots [String] {
        match self.number(part).and_then(|number| slots.get(number)) {
            Some(Slot::Values(values)) => values,
            Some(Slot::Absent) | None => &[],
        }
    }

    /// The index of a statement that allows a request, and the parts of that request.
    pub(super) fn slots(&self, within: &Within<'_>, budget: &mut Budget) -> Found<(usize, Vec<Slot>)> {
        match self.linked(within, budget) {
            Found::One((_, slots)) if self.is_request_apart(&slots) => self.with_one_kind(within, budget),
            found => found,
        }
    }

    /// The same, though its parts may not go together.
    fn loosely(&self, within: &Within<'_>, budget: &mut Budget) -> Found<(usize, Vec<Slot>)> {
        let changed = self.reading.changed(&self.parts);
        let (parts, world, compilation) = (&self.parts, &self.world, self.compilation);
        let reading = Changed { reading: &self.reading, compilation, world, parts, changed };
        let matches = reading.matches(within.allows);
        if matches.is_empty() {
            return Found::None;
        }
        let mut clauses = if within.denies { reading.escapes() } else { Vec::new() };
        if clauses.len() <= FEW_CLAUSES && clauses.iter().any(|clause| self.never_meets(clause, budget)) {
            return Found::None;
        }
        let denies = clauses.len();
        clauses.extend(reading.unless());
        for clause in &mut clauses {
            match reading.within_reach(clause) {
                Some(left) => *clause = left,
                None => return Found::None,
            }
        }
        let unless = clauses.get(denies..).unwrap_or_default();
        let mut gave_up = false;
        for own in matches {
            if unless.iter().any(|clause| contradict(&own.demands, clause)) {
                continue;
            }
            match walk(&own.demands, &clauses, &self.parts, budget) {
                Found::One(slots) => return Found::One((own.allow, slots)),
                Found::None => {}
                Found::Unknown => gave_up = true,
            }
        }
        if gave_up { Found::Unknown } else { Found::None }
    }

    /// Whether no request of this world meets the clause, as far as that is seen of one part after the other.
    fn never_meets(&self, clause: &Clause<'_>, budget: &mut Budget) -> bool {
        let is_met = |option: &Way<'_>, budget: &mut Budget| {
            let Way::One((literal, wanted)) = option else { return true };
            let Some(part) = self.parts.get(literal.slot).filter(|_| !literal.is_open()) else { return true };
            if part.is_listed() {
                !part.never_meets((literal, *wanted), SOME)
            } else {
                part.settle(&[(*literal, *wanted)], budget) != Found::None
            }
        };
        let is_listed = |option: &&Way<'_>| {
            let slots = option.demands().iter().map(|(literal, _)| literal.slot);
            slots.filter_map(|slot| self.parts.get(slot)).all(Part::is_listed)
        };
        let (listed, others): (Vec<&Way<'_>>, Vec<&Way<'_>>) = clause.options.iter().partition(is_listed);
        !listed.into_iter().chain(others).any(|option| is_met(option, budget))
    }

    /// The demands on some parts that keep the statement matching and every Deny escaped.
    fn frame(&self, index: usize, slots: &[Slot], within: &Within<'_>) -> Vec<(String, Literal, bool)> {
        if within.over.is_empty() {
            return Vec::new();
        }
        let names = self.compilation.parts.names();
        let named = |literal: &Literal| names.get(literal.slot).filter(|name| within.over.contains(name));
        let is_over = |literal: &Literal| named(literal).is_some();
        let is_met = |(literal, wanted): &Demand<'_>| {
            slots.get(literal.slot).is_some_and(|slot| literal.can_be(*wanted, slot))
        };
        let allows = self.compilation.allows.iter().filter(|allow| allow.index == index);
        let mut demands: Vec<Demand<'_>> = allows
            .flat_map(|allow| allow.literals.iter().filter(|literal| is_over(literal)))
            .map(|literal| (literal, true))
            .collect();
        for deny in self.compilation.denies.iter().filter(|_| within.denies) {
            let Some(clause) = ways_to_escape(deny, &self.world) else { continue };
            let options = clause.options.iter().map(Way::demands);
            let met: Vec<_> = options.filter(|option| option.iter().all(is_met)).collect();
            if met.iter().any(|option| !option.iter().any(|(literal, _)| is_over(literal))) {
                continue;
            }
            demands.extend(met.first().into_iter().flat_map(|option| option.iter()));
        }
        // What a variable took its value from is tied to other parts by it.
        let decided = self.compilation.bindings.decided.iter();
        let tied = decided
            .filter(|(part, _)| within.over.contains(part) && self.compilation.policy.has_variable(part));
        let tied: Vec<Literal> = tied
            .filter_map(|(part, value)| Some(Literal::exactly(self.number(part)?, value.as_deref())))
            .collect();
        let demands = demands.into_iter().chain(tied.iter().map(|literal| (literal, true)));
        demands
            .filter_map(|(literal, wanted)| Some((named(literal)?.clone(), literal.clone(), wanted)))
            .collect()
    }

    fn witness(&self, index: usize, slots: &[Slot]) -> Witness {
        let value = |part: &str| self.value(part, slots);
        let keys = self.compilation.parts.names().iter().zip(slots).filter(|(name, _)| name.contains(':'));
        let mut context: BTreeMap<String, Vec<String>> = keys
            .filter_map(|(name, slot)| match slot {
                Slot::Values(values) => Some((name.clone(), values.to_vec())),
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
                account: (self.world.caller != CallerKind::Anonymous).then(|| self.world.account.to_string()),
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
