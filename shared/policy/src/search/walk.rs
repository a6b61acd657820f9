//! Walks through the ways to meet a goal.

use std::rc::Rc;

use super::goal::{Clause, Demand, Way};
use super::literal::Slot;
use super::part::Part;
use super::settle::Demands;
use super::{Budget, Found};

/// How many choices may depend on each other.
const MAX_DEPTH: usize = 400;

/// Values for all parts that meet all of `must` and each clause; `None` is a proof that there are none.
pub(crate) fn walk<'goal>(
    must: &[Demand<'goal>],
    clauses: &[Rc<Clause<'goal>>],
    parts: &[Part],
    budget: &mut Budget,
) -> Found<Vec<Slot>> {
    let mut walk = Walk {
        parts,
        clauses,
        met: vec![None; clauses.len()],
        demands: vec![Vec::new(); parts.len()],
        slots: vec![None; parts.len()],
        stamps: vec![0; parts.len()],
        clock: 0,
        looked: 0,
        is_stuck: false,
        budget,
    };
    let mut touched: Vec<usize> = must.iter().map(|(literal, _)| literal.slot).collect();
    if !walk.impose(must) {
        return Found::None;
    }
    touched.sort_unstable();
    touched.dedup();
    // Where one of them has no value, the others need none: those that are soon seen come first.
    let is_listed = |number: &usize| parts.get(*number).is_some_and(Part::is_listed);
    let (listed, others): (Vec<usize>, Vec<usize>) = touched.iter().partition(|number| is_listed(number));
    for numbers in [listed, others] {
        match walk.settle(&numbers) {
            Found::One(()) => {}
            Found::None => return Found::None,
            Found::Unknown => return Found::Unknown,
        }
    }
    match walk.descend(0) {
        Found::One(()) => walk.ending(),
        Found::None => Found::None,
        Found::Unknown => Found::Unknown,
    }
}

struct Walk<'goal, 'here> {
    parts: &'here [Part],
    clauses: &'here [Rc<Clause<'goal>>],
    /// For each clause a demand that met it, and the stamp of the value that did.
    met: Vec<Option<(usize, usize)>>,
    demands: Vec<Demands<'goal>>,
    /// The values of the parts that were looked at.
    slots: Vec<Option<Slot>>,
    /// For each slot what tells its value, and what is demanded of it, from all that was before.
    stamps: Vec<usize>,
    clock: usize,
    /// How much work it was to look at clauses since that was last counted.
    looked: usize,
    /// Whether a part that was looked at has no value.
    is_stuck: bool,
    budget: &'here mut Budget,
}

impl<'goal> Walk<'goal, '_> {
    /// Meets the first clause that the present values do not meet, in every way, until all are met.
    fn descend(&mut self, depth: usize) -> Found<()> {
        let clauses = self.clauses;
        let unmet = clauses.iter().enumerate().find(|(number, clause)| !self.is_met(*number, clause));
        if self.is_stuck {
            return Found::Unknown;
        }
        let Some((_, clause)) = unmet else { return Found::One(()) };
        let looked = std::mem::take(&mut self.looked);
        if depth >= MAX_DEPTH || !self.budget.spend_steps((self.parts.len() + clauses.len()) / 4 + looked) {
            return Found::Unknown;
        }
        let mut gave_up = false;
        let single = clause.options.iter().map(Way::demands).filter(|option| option.len() == 1).flatten();
        let at_first: Vec<_> = single.map(|(literal, _)| self.length(literal.slot)).collect();
        for option in clause.options.iter().map(Way::demands) {
            let touched: Vec<usize> = option.iter().map(|(literal, _)| literal.slot).collect();
            let before: Vec<_> = touched.iter().map(|number| self.slot(*number)).collect();
            let lengths: Vec<_> = touched.iter().map(|number| self.length(*number)).collect();
            let settled = if self.impose(option) { self.settle(&touched) } else { Found::None };
            let outcome = match settled {
                Found::One(()) => self.descend(depth + 1),
                other => other,
            };
            match outcome {
                Found::One(()) => return Found::One(()),
                Found::None => {}
                Found::Unknown => gave_up = true,
            }
            self.retract(&lengths);
            for (number, before) in touched.into_iter().zip(before) {
                self.put_back(number, before);
            }
            // What was tried in vain need not be tried again beside another option.
            if let [(literal, wanted)] = option
                && !self.impose(&[(literal, !wanted)])
            {
                break;
            }
        }
        self.retract(&at_first);
        at_first.iter().for_each(|(number, _)| self.touch(*number));
        if gave_up { Found::Unknown } else { Found::None }
    }

    fn is_met(&mut self, number: usize, clause: &Clause<'goal>) -> bool {
        let before = self.met.get(number).copied().flatten();
        if before.is_some_and(|(slot, stamp)| self.stamps.get(slot) == Some(&stamp)) {
            return true;
        }
        self.looked += clause.weight;
        clause.options.iter().flat_map(Way::demands).for_each(|(literal, _)| self.look_at(literal.slot));
        let meets = |option: &&Way<'goal>| option.demands().iter().all(|demand| self.holds(demand));
        let Some(option) = clause.options.iter().find(meets) else { return false };
        // With more demands it stays so, and with fewer the stamp is another one.
        if let Way::One((literal, _)) = option
            && let Some(met) = self.met.get_mut(number)
        {
            *met = self.stamps.get(literal.slot).map(|stamp| (literal.slot, *stamp));
        }
        true
    }

    /// Whether the present values meet a demand. What an undecided variable leaves open counts only where it is
    /// demanded, so that nothing is demanded of the same variable that contradicts it.
    fn holds(&self, (literal, wanted): &Demand<'goal>) -> bool {
        let slot = self.slots.get(literal.slot).and_then(Option::as_ref);
        let can_be = |wanted| slot.is_some_and(|slot| literal.can_be(wanted, slot));
        let is_demanded = || {
            let demands = self.demands.get(literal.slot).into_iter().flatten();
            demands.into_iter().any(|(own, mark)| std::ptr::eq(*own, *literal) && mark == wanted)
        };
        can_be(*wanted) && (!literal.is_open() || !can_be(!wanted) || is_demanded())
    }

    /// Demands what is not demanded yet; `false` where the opposite is.
    fn impose(&mut self, demands: &[Demand<'goal>]) -> bool {
        demands.iter().all(|(literal, wanted)| {
            let Some(own) = self.demands.get_mut(literal.slot) else { return true };
            let known = own.iter().find(|(known, _)| !literal.is_open() && known.is_same(literal));
            if let Some((_, mark)) = known {
                return mark == wanted;
            }
            own.push((literal, *wanted));
            true
        })
    }

    /// How much is demanded of a part.
    fn length(&self, number: usize) -> (usize, usize) {
        (number, self.demands.get(number).map_or(0, Vec::len))
    }

    /// Forgets what was demanded since so much was.
    fn retract(&mut self, lengths: &[(usize, usize)]) {
        for (number, length) in lengths {
            if let Some(own) = self.demands.get_mut(*number) {
                own.truncate(*length);
            }
        }
    }

    /// Gives the touched parts values that meet their demands.
    fn settle(&mut self, touched: &[usize]) -> Found<()> {
        for number in touched {
            let (Some(part), Some(demands)) = (self.parts.get(*number), self.demands.get(*number)) else {
                continue;
            };
            match part.settle(demands, self.budget) {
                Found::One(value) => self.set(*number, value),
                Found::None => return Found::None,
                Found::Unknown => return Found::Unknown,
            }
        }
        Found::One(())
    }

    /// Gives a part of which nothing is demanded a value, unless it has one.
    fn look_at(&mut self, number: usize) {
        let (Some(part), Some(None)) = (self.parts.get(number), self.slots.get(number)) else { return };
        match part.unasked(self.budget) {
            Some(value) => self.set(number, value),
            // The work is used up: nothing is known.
            None => self.is_stuck = true,
        }
    }

    /// A value for each part.
    fn ending(mut self) -> Found<Vec<Slot>> {
        (0..self.parts.len()).for_each(|number| self.look_at(number));
        let slots: Option<Vec<Slot>> = self.slots.into_iter().collect();
        slots.map_or(Found::Unknown, Found::One)
    }

    fn set(&mut self, number: usize, value: Slot) {
        self.clock += 1;
        self.put_back(number, Some((Some(value), self.clock)));
    }

    /// Forgets what was met by a value: less is demanded of it now.
    fn touch(&mut self, number: usize) {
        self.clock += 1;
        if let Some(stamp) = self.stamps.get_mut(number) {
            *stamp = self.clock;
        }
    }

    fn slot(&self, number: usize) -> Option<(Option<Slot>, usize)> {
        self.slots.get(number).cloned().zip(self.stamps.get(number).copied())
    }

    fn put_back(&mut self, number: usize, before: Option<(Option<Slot>, usize)>) {
        if let Some((value, stamp)) = before
            && let (Some(slot), Some(own)) = (self.slots.get_mut(number), self.stamps.get_mut(number))
        {
            *slot = value;
            *own = stamp;
        }
    }
}
