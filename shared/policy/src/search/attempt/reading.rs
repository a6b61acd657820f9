//! The statements of a question as they read in one world: what each asks of the parts of a request there.

use std::cell::OnceCell;
use std::rc::Rc;

use super::Compilation;
use crate::search::compile::{Compiled, Naming};
use crate::search::goal::{Clause, Demand, Way, ways_to_escape, ways_to_match};
use crate::search::part::{FEW, Part};
use crate::search::world::World;

/// The statements as they read in a world, and what is seen of each demand at a glance as long as the parts are those of
/// the world.
pub(super) struct Reading<'here> {
    parts: Vec<Part>,
    /// For each Allow the ways in which it matches.
    matches: Vec<OnceCell<Vec<Match<'here>>>>,
    escapes: OnceCell<Vec<Escape<'here>>>,
    unless: OnceCell<Vec<Escape<'here>>>,
}

/// A way in which an Allow matches.
pub(super) struct Match<'here> {
    pub(super) allow: usize,
    pub(super) demands: Vec<Demand<'here>>,
    fates: Vec<Fate>,
}

/// The ways in which a statement does not match.
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
    pub(super) fn new(compilation: &'here Compilation<'here>, parts: &[Part]) -> Self {
        Self {
            parts: parts.to_vec(),
            matches: compilation.allows.iter().map(|_| OnceCell::new()).collect(),
            escapes: OnceCell::new(),
            unless: OnceCell::new(),
        }
    }

    /// The ways in which an Allow matches.
    fn read(&self, allow: &'here Compiled, world: &World) -> Vec<Match<'here>> {
        let ways = ways_to_match(allow, world).into_iter();
        let matches = ways.map(|demands| {
            let fates = demands.iter().map(|demand| Fate::of(*demand, &self.parts)).collect();
            Match { allow: allow.index, demands, fates }
        });
        matches.collect()
    }

    /// A clause, and what is seen of it at a glance.
    fn escape(&self, clause: Clause<'here>) -> Escape<'here> {
        let fates = clause.options.iter().map(|way| Fate::of_way(way, &self.parts)).collect();
        Escape { clause: Rc::new(clause), fates }
    }

    /// Which of the parts are other ones than those of the world.
    pub(super) fn changed(&self, parts: &[Part]) -> Vec<bool> {
        self.parts.iter().zip(parts).map(|(own, part)| !own.is(part)).collect()
    }
}

/// A reading where some of the parts are other ones.
pub(super) struct Changed<'attempt, 'here> {
    pub(super) reading: &'attempt Reading<'here>,
    pub(super) compilation: &'here Compilation<'here>,
    pub(super) world: &'attempt World,
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
        let reading = self.reading;
        let allows = self.compilation.allows.iter().zip(&reading.matches);
        let counting = allows.filter(|(allow, _)| counts(allow.index));
        let all = counting.flat_map(|(allow, known)| known.get_or_init(|| reading.read(allow, self.world)));
        all.filter(is_met).collect()
    }

    /// What is to be met to escape each Deny, without those that are escaped whatever the request is.
    pub(super) fn escapes(&self) -> Vec<Rc<Clause<'here>>> {
        let escapes = self.reading.escapes.get_or_init(|| {
            let denies = self.compilation.denies.iter();
            let clauses = denies.filter_map(|deny| ways_to_escape(deny, self.world));
            clauses.map(|clause| self.reading.escape(clause)).collect()
        });
        self.left_of(escapes)
    }

    /// The other policy must not allow the request: each of its Allow statements does not match, or a Deny does.
    pub(super) fn unless(&self) -> Vec<Rc<Clause<'here>>> {
        let clauses = self.reading.unless.get_or_init(|| {
            let Some(unless) = &self.compilation.unless else { return Vec::new() };
            let denied: Vec<_> =
                unless.denies.iter().flat_map(|deny| ways_to_match(deny, self.world)).collect();
            let is_for_others = |allow: &&Compiled| match allow.principal.names(self.world) {
                Naming::If(named) if !allow.principal.negated => {
                    named.iter().all(|own| Fate::of((own, true), &self.reading.parts) == Fate::Never)
                }
                _ => false,
            };
            let speaking = unless.allows.iter().filter(|allow| !is_for_others(allow));
            let clauses = speaking.filter_map(|allow| {
                let escape = ways_to_escape(allow, self.world)?;
                let is_matched = unless.matched.contains(&allow.index);
                let options = escape.options.into_iter().filter(|_| !is_matched);
                Some(self.reading.escape(options.chain(denied.iter().cloned().map(Way::All)).collect()))
            });
            clauses.collect()
        });
        self.left_of(clauses)
    }

    /// Those of the clauses that not every request meets.
    fn left_of(&self, escapes: &[Escape<'here>]) -> Vec<Rc<Clause<'here>>> {
        let is_always_met = |escape: &Escape<'_>| {
            let mut options = escape.clause.options.iter().zip(&escape.fates);
            options.any(|(way, fate)| self.fate_of_way(way, *fate) == Fate::Always)
        };
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
}

/// Whether no request that meets all of these demands meets the clause, as the demands themselves show: each of its
/// options is the opposite of one.
pub(super) fn contradict(demands: &[Demand<'_>], clause: &Clause<'_>) -> bool {
    let is_opposite = |way: &Way<'_>| {
        let mut options = way.demands().iter();
        options.any(|(option, wanted)| {
            demands.iter().any(|(literal, mark)| mark != wanted && literal.is_same(option))
        })
    };
    clause.options.iter().all(is_opposite)
}
