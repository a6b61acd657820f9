//! The statements of a question as they read in one world: what each asks of the parts of a request there.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Compilation;
use crate::search::goal::{Clause, Demand, Way, ways_to_escape, ways_to_match};
use crate::search::part::{FEW, Part};
use crate::search::world::World;

/// The statements as they read in a world, and what is seen of each demand at a glance as long as the parts are those of
/// the world.
pub(super) struct Reading<'here> {
    parts: Vec<Part>,
    matches: Vec<Match<'here>>,
    escapes: OnceCell<Vec<Escape<'here>>>,
    unless: OnceCell<Vec<Rc<Clause<'here>>>>,
}

/// A way in which an Allow matches.
pub(super) struct Match<'here> {
    pub(super) allow: usize,
    pub(super) demands: Vec<Demand<'here>>,
    fates: Vec<Fate>,
}

/// The ways in which a Deny does not match.
struct Escape<'here> {
    clause: Rc<Clause<'here>>,
    fates: Vec<Fate>,
}

/// What is seen of a demand at a glance.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Fate {
    /// Whatever the part is meets it.
    Always,
    /// Nothing that the part is meets it.
    Never,
    /// That is for the search to say.
    Open,
}

impl Fate {
    fn of((literal, wanted): Demand<'_>, parts: &[Part]) -> Self {
        match parts.get(literal.slot) {
            Some(part) if part.always_meets((literal, wanted), FEW) => Self::Always,
            Some(part) if part.never_meets((literal, wanted), FEW) => Self::Never,
            _ => Self::Open,
        }
    }

    fn of_way(way: &Way<'_>, parts: &[Part]) -> Self {
        match way {
            Way::One(demand) => Self::of(*demand, parts),
            Way::All(_) => Self::Open,
        }
    }
}

impl<'here> Reading<'here> {
    pub(super) fn new(compilation: &'here Compilation<'here>, world: &World, parts: &[Part]) -> Self {
        let ways = compilation
            .allows
            .iter()
            .flat_map(|allow| ways_to_match(allow, world).into_iter().map(|way| (allow.index, way)));
        let matches = ways.map(|(allow, demands)| {
            let fates = demands.iter().map(|demand| Fate::of(*demand, parts)).collect();
            Match { allow, demands, fates }
        });
        Self {
            parts: parts.to_vec(),
            matches: matches.collect(),
            escapes: OnceCell::new(),
            unless: OnceCell::new(),
        }
    }

    /// Which of the parts are other ones than those of the world.
    pub(super) fn changed(&self, parts: &[Part]) -> Vec<bool> {
        self.parts.iter().zip(parts).map(|(own, part)| !own.is(part)).collect()
    }
}

/// A reading where some of the parts are other ones.
pub(super) struct Changed<'attempt, 'here> {
    pub(super) reading: &'attempt Reading<'here>,
    pub(super) parts: &'attempt [Part],
    pub(super) changed: Vec<bool>,
}

impl<'attempt, 'here> Changed<'attempt, 'here> {
    fn fate(&self, demand: Demand<'_>, known: Fate) -> Fate {
        match self.changed.get(demand.0.slot) {
            Some(true) => Fate::of(demand, self.parts),
            _ => known,
        }
    }

    fn fate_of_way(&self, way: &Way<'_>, known: Fate) -> Fate {
        match way {
            Way::One(demand) => self.fate(*demand, known),
            Way::All(_) => known,
        }
    }

    /// The ways in which those of the Allow statements match that count, without those that nothing meets.
    pub(super) fn matches(&self, counts: &dyn Fn(usize) -> bool) -> Vec<&'attempt Match<'here>> {
        let is_met = |own: &&Match<'_>| {
            let mut demands = own.demands.iter().zip(&own.fates);
            !demands.any(|(demand, fate)| self.fate(*demand, *fate) == Fate::Never)
        };
        self.reading.matches.iter().filter(|own| counts(own.allow)).filter(is_met).collect()
    }

    /// What is to be met to escape each Deny, without those that are escaped whatever the request is.
    pub(super) fn escapes(
        &self,
        compilation: &'here Compilation<'here>,
        world: &World,
    ) -> Vec<Rc<Clause<'here>>> {
        let read = || {
            let clauses = compilation.denies.iter().filter_map(|deny| ways_to_escape(deny, world));
            let escape = |clause: Clause<'here>| {
                let fates = clause.options.iter().map(|way| Fate::of_way(way, &self.reading.parts)).collect();
                Escape { clause: Rc::new(clause), fates }
            };
            clauses.map(escape).collect()
        };
        let is_always_met = |escape: &Escape<'_>| {
            let mut options = escape.clause.options.iter().zip(&escape.fates);
            options.any(|(way, fate)| self.fate_of_way(way, *fate) == Fate::Always)
        };
        let escapes: &Vec<Escape<'here>> = self.reading.escapes.get_or_init(read);
        let left = escapes.iter().filter(|escape| !is_always_met(escape));
        left.map(|escape| Rc::clone(&escape.clause)).collect()
    }

    /// The same without what nothing meets; `None` where nothing is left.
    pub(super) fn within_reach(&self, clause: &Rc<Clause<'here>>) -> Option<Rc<Clause<'here>>> {
        let is_in_reach = |way: &Way<'_>| Fate::of_way(way, self.parts) != Fate::Never;
        if clause.options.iter().all(is_in_reach) {
            return (!clause.options.is_empty()).then(|| Rc::clone(clause));
        }
        let options: Vec<Way<'here>> =
            clause.options.iter().filter(|way| is_in_reach(way)).cloned().collect();
        (!options.is_empty()).then(|| Rc::new(Clause { options, weight: clause.weight }))
    }

    /// The other policy must not allow the request: each of its Allow statements does not match, or a Deny does.
    pub(super) fn unless(
        &self,
        compilation: &'here Compilation<'here>,
        world: &World,
    ) -> &'attempt [Rc<Clause<'here>>] {
        self.reading.unless.get_or_init(|| {
            let Some(unless) = &compilation.unless else { return Vec::new() };
            let denied: Vec<_> = unless.denies.iter().flat_map(|deny| ways_to_match(deny, world)).collect();
            let clauses = unless.allows.iter().filter_map(|allow| {
                let escape = ways_to_escape(allow, world)?;
                let is_matched = unless.matched.contains(&allow.index);
                let options = escape.options.into_iter().filter(|_| !is_matched);
                let clause: Clause<'here> = options.chain(denied.iter().cloned().map(Way::All)).collect();
                Some(Rc::new(clause))
            });
            clauses.collect()
        })
    }
}
