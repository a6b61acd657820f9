//! One attempt to answer a question: its statements with the variables bound in one way, in one world.

mod apart;
mod compilation;
mod kind;
mod linked;
mod reading;
mod tie;

use std::collections::BTreeMap;
use std::rc::Rc;

use super::decide::{Hit, Within};
use super::domain::{Domain, Presence};
use super::goal::{Clause, Demand, Way, ways_to_escape};
use super::literal::{EPOCH, Literal, Slot, TIME};
use super::moment;
use super::names::Names;
use super::part::{Part, SOME};
use super::walk::walk;
use super::world::{CallerKind, World};
use super::{Budget, Found};
use crate::Witness;
use crate::template::Bindings;
use crate::witness::Caller;
use compilation::ALWAYS;
pub(crate) use compilation::Compilation;
pub(super) use compilation::{Given, parts};
pub(super) use kind::Kind;
use reading::{Changed, Reading, contradict};

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

impl<'here> Attempt<'here> {
    pub(super) fn new(compilation: &'here Compilation<'here>, names: &Names, world: &World) -> Self {
        let parts = compilation.parts.names().iter().map(|name| world.part(name, names)).collect();
        Self::of_parts(compilation, names, world, parts)
    }

    /// The same where the kind of the world is known, if it has one: its parts are those of the world.
    pub(super) fn of_kind(
        compilation: &'here Compilation<'here>,
        names: &Names,
        world: &World,
        kind: Option<&Kind>,
    ) -> Self {
        let Some(kind) = kind else { return Self::new(compilation, names, world) };
        let mut known = kind.parts().iter();
        let all = compilation.parts.names().iter().zip(&compilation.is_spoken_of);
        let part = |(name, is_spoken_of): (&String, &bool)| {
            let known = if *is_spoken_of { known.next().cloned() } else { None };
            known.unwrap_or_else(|| world.part(name, names))
        };
        Self::of_parts(compilation, names, world, all.map(part).collect())
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
