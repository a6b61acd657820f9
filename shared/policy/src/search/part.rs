//! One part of a request: what it can be, and what was found out about that.

use std::cell::{OnceCell, RefCell};
use std::hash::{Hash, Hasher};
use std::ops::Deref;
use std::rc::Rc;
use std::sync::Arc;

use addresses::Addresses;

use super::domain::{Domain, Presence, Values};
use super::hashing::Table;
use super::literal::{Literal, Slot, Test};
use super::patterns::Patterns;
use super::settle::settle;
use super::{Budget, Found};

/// A part of a request. A copy shares what was found out.
#[derive(Debug, Clone)]
pub(crate) struct Part(Rc<Known>);

#[derive(Debug)]
struct Known {
    domain: Domain,
    /// The value as long as nothing is demanded of it.
    unasked: OnceCell<Slot>,
    /// The values that meet demands which were made before, or that there are none.
    answers: RefCell<Table<Vec<Asked>, Option<Slot>>>,
    /// Which of the listed values match patterns that were asked about.
    matched: RefCell<Table<Same<Patterns>, Matched>>,
    /// Whether the part has none of the few values that patterns stand for which were asked about.
    refused: RefCell<Table<Same<Patterns>, bool>>,
}

/// For each of the listed values whether some patterns match it.
type Matched = Rc<[bool]>;

/// One of several demands: what a value is compared with, and how the outcome reads.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Asked {
    with: Comparand,
    outcome: (bool, (bool, bool)),
}

#[derive(Debug, PartialEq, Eq, Hash)]
enum Comparand {
    Patterns(Same<Patterns>),
    Addresses(Same<Addresses>),
}

/// What is the same only where it is one and the same.
#[derive(Debug, Clone)]
struct Same<T>(Arc<T>);

impl<T> PartialEq for Same<T> {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.0, &other.0)
    }
}

impl<T> Eq for Same<T> {}

impl<T> Hash for Same<T> {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Arc::as_ptr(&self.0).hash(state);
    }
}

/// How many values are sooner compared than a comparison is remembered.
const HANDFUL: usize = 2;

/// How long are the values together that are looked at for those that a part can have.
const LITTLE: usize = 512;

/// How many values are looked at one by one, where many demands are looked at, and where few are.
pub(crate) const FEW: usize = 8;
pub(crate) const SOME: usize = 256;

impl From<Domain> for Part {
    fn from(domain: Domain) -> Self {
        Self(Rc::new(Known {
            domain,
            unasked: OnceCell::new(),
            answers: RefCell::default(),
            matched: RefCell::default(),
            refused: RefCell::default(),
        }))
    }
}

impl Deref for Part {
    type Target = Domain;

    fn deref(&self) -> &Domain {
        &self.0.domain
    }
}

impl PartialEq for Part {
    /// Parts are the same only where they are one and the same.
    fn eq(&self, other: &Self) -> bool {
        self.is(other)
    }
}

impl Eq for Part {}

impl Hash for Part {
    fn hash<H: Hasher>(&self, state: &mut H) {
        Rc::as_ptr(&self.0).hash(state);
    }
}

/// The patterns that are compared with, where no undecided variable is in them.
fn compared(literal: &Literal) -> Option<&Arc<Patterns>> {
    match &literal.test {
        Test::Text(patterns) if !patterns.is_open() => Some(patterns),
        _ => None,
    }
}

impl Part {
    /// Whether this is the other one.
    pub(crate) fn is(&self, other: &Self) -> bool {
        Rc::ptr_eq(&self.0, &other.0)
    }

    /// The value as long as nothing is demanded of it; `None` where there is none, or the work is used up.
    pub(crate) fn unasked(&self, budget: &mut Budget) -> Option<Slot> {
        if let Some(known) = self.0.unasked.get() {
            return Some(known.clone());
        }
        match settle(self, &[], budget) {
            Found::One(slot) => Some(self.0.unasked.get_or_init(|| slot).clone()),
            Found::None | Found::Unknown => None,
        }
    }

    /// A value that meets all demands; `None` is a proof that there is none. What is asked again is not worked out again.
    pub(crate) fn settle(&self, demands: &[(&Literal, bool)], budget: &mut Budget) -> Found<Slot> {
        if let Some(found) = self.settle_listed(demands, budget) {
            return found;
        }
        let asked = |(literal, wanted): &(&Literal, bool)| {
            let with = match &literal.test {
                Test::Text(patterns) => Comparand::Patterns(Same(Arc::clone(patterns))),
                Test::Address(addresses) => Comparand::Addresses(Same(Arc::clone(addresses))),
                _ => return None,
            };
            Some(Asked { with, outcome: (literal.absent == *wanted, literal.reading(*wanted)) })
        };
        let is_work = matches!(self.values, Values::Text(..) | Values::Address(_));
        let Some(asked) = demands.iter().map(asked).collect::<Option<Vec<Asked>>>().filter(|_| is_work)
        else {
            return settle(self, demands, budget);
        };
        if let Some(known) = self.0.answers.borrow().get(&asked) {
            budget.spend_steps(demands.len());
            return known.clone().map_or(Found::None, Found::One);
        }
        let found = settle(self, demands, budget);
        let answer = match &found {
            Found::One(slot) => Some(slot.clone()),
            Found::None => None,
            Found::Unknown => return found,
        };
        self.0.answers.borrow_mut().insert(asked, answer);
        found
    }

    /// The same where the part has one of some listed values, and what is demanded is how it compares with patterns.
    fn settle_listed(&self, demands: &[(&Literal, bool)], budget: &mut Budget) -> Option<Found<Slot>> {
        let values = self.list().filter(|_| !self.many && self.presence != Presence::Never)?;
        let mut all = Vec::with_capacity(demands.len());
        for (literal, wanted) in demands {
            all.push((compared(literal)?, literal.reading(*wanted).1));
        }
        if !budget.spend_steps(16 + 16 * demands.len()) {
            return Some(Found::Unknown);
        }
        let is_absent = |(literal, wanted): &(&Literal, bool)| literal.absent == *wanted;
        if self.presence == Presence::Maybe && demands.iter().all(is_absent) {
            return Some(Found::One(Slot::Absent));
        }
        let found = if values.len() <= HANDFUL {
            let meets = |value: &&String| {
                all.iter().all(|(patterns, matching)| patterns.matches(value, false) == *matching)
            };
            values.iter().find(meets)
        } else {
            let all: Vec<(Matched, bool)> = all
                .into_iter()
                .map(|(patterns, matching)| (self.matched(values, patterns), matching))
                .collect();
            let meets = |place: usize| all.iter().all(|(own, matching)| own.get(place) == Some(matching));
            values.iter().enumerate().find(|(place, _)| meets(*place)).map(|(_, value)| value)
        };
        Some(found.map_or(Found::None, |value| Found::One(Slot::of(value))))
    }

    /// Which of the listed values some patterns match.
    fn matched(&self, values: &[String], patterns: &Arc<Patterns>) -> Matched {
        let same = Same(Arc::clone(patterns));
        if let Some(known) = self.0.matched.borrow().get(&same) {
            return Rc::clone(known);
        }
        let matched: Matched = values.iter().map(|value| patterns.matches(value, false)).collect();
        self.0.matched.borrow_mut().insert(same, Rc::clone(&matched));
        matched
    }

    /// Whether it is little work to see whether a value meets demands.
    pub(crate) fn is_listed(&self) -> bool {
        self.presence == Presence::Never || matches!(self.values, Values::Listed(_))
    }

    /// Whether nothing that the part is meets the demand, as far as that is seen at a glance.
    pub(crate) fn never_meets(&self, (literal, wanted): (&Literal, bool), most: usize) -> bool {
        !literal.is_open() && self.always_meets((literal, !wanted), most)
    }

    /// Whether whatever the part is meets the demand, as far as that is seen at a glance.
    pub(crate) fn always_meets(&self, (literal, wanted): (&Literal, bool), most: usize) -> bool {
        let is_met = |slot: &Slot| !literal.can_be(!wanted, slot);
        let is_met_by_absence = || self.presence == Presence::Always || is_met(&Slot::Absent);
        match &self.values {
            _ if self.presence == Presence::Never => is_met(&Slot::Absent),
            Values::Listed(values) if !self.many && values.len() <= most => {
                let matching = literal.reading(wanted).1;
                is_met_by_absence()
                    && match compared(literal) {
                        Some(patterns) if values.len() <= HANDFUL => {
                            values.iter().all(|value| patterns.matches(value, false) == matching)
                        }
                        Some(patterns) => self.matched(values, patterns).iter().all(|own| *own == matching),
                        None => values.iter().all(|value| is_met(&Slot::of(value))),
                    }
            }
            Values::Text(..) if !literal.reading(wanted).1 => {
                is_met_by_absence() && self.admits_none(literal)
            }
            _ => false,
        }
    }

    /// Whether what is demanded is one of a few values, none of which the part can have.
    fn admits_none(&self, literal: &Literal) -> bool {
        let Test::Text(patterns) = &literal.test else { return false };
        let Some(mut few) = patterns.finite().filter(|_| patterns.weight() <= LITTLE) else { return false };
        let same = Same(Arc::clone(patterns));
        if let Some(known) = self.0.refused.borrow().get(&same) {
            return *known;
        }
        let is_refused = !few.any(|value| self.admits(value));
        self.0.refused.borrow_mut().insert(same, is_refused);
        is_refused
    }
}
