//! One part of a request: what it can be, and what it is as long as nothing is asked of it.

use std::cell::OnceCell;
use std::ops::Deref;
use std::rc::Rc;

use super::domain::{Domain, Presence, Values};
use super::literal::{Literal, Slot};
use super::settle::settle;
use super::{Budget, Found};

/// A part of a request. A copy shares what was found out.
#[derive(Debug, Clone)]
pub(crate) struct Part(Rc<Known>);

#[derive(Debug)]
struct Known {
    domain: Domain,
    unasked: OnceCell<Slot>,
}

/// How many values are looked at one by one.
const FEW: usize = 8;

impl From<Domain> for Part {
    fn from(domain: Domain) -> Self {
        Self(Rc::new(Known { domain, unasked: OnceCell::new() }))
    }
}

impl Deref for Part {
    type Target = Domain;

    fn deref(&self) -> &Domain {
        &self.0.domain
    }
}

impl Part {
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

    /// Whether it is little work to see whether a value meets demands.
    pub(crate) fn is_listed(&self) -> bool {
        self.presence == Presence::Never || matches!(self.values, Values::Listed(_))
    }

    /// Whether whatever the part is meets the demand, as far as that is seen at a glance.
    pub(crate) fn always_meets(&self, (literal, wanted): (&Literal, bool)) -> bool {
        let is_met = |slot: &Slot| !literal.can_be(!wanted, slot);
        let is_met_by_absence = || self.presence == Presence::Always || is_met(&Slot::Absent);
        match &self.values {
            _ if self.presence == Presence::Never => is_met(&Slot::Absent),
            Values::Listed(values) if !self.many && values.len() <= FEW => {
                is_met_by_absence() && values.iter().all(|value| is_met(&Slot::of(value)))
            }
            _ => false,
        }
    }
}
