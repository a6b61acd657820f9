//! Walks through the ways to meet a goal.

use super::domain::Domain;
use super::goal::{Clause, Demand, Goal};
use super::literal::Slot;
use super::settle::{Demands, settle};
use super::{Budget, Found};

/// How many choices may depend on each other.
const MAX_DEPTH: usize = 400;

/// A value for each part, for as long as nothing is demanded of it; `None` when a part has no value at all.
fn find_defaults(domains: &[Domain], budget: &mut Budget) -> Option<Vec<Slot>> {
    let value = |domain: &Domain| match settle(domain, &[], budget) {
        Found::One(slot) => Some(slot),
        Found::None | Found::Unknown => None,
    };
    domains.iter().map(value).collect()
}

/// Values for all parts that meet the goal; `None` is a proof that there are none. The defaults of the domains are
/// found when they are first needed.
pub(crate) fn walk(
    goal: &Goal<'_>,
    domains: &[Domain],
    defaults: &mut Option<Vec<Slot>>,
    budget: &mut Budget,
) -> Found<Vec<Slot>> {
    let literals = goal.clauses.iter().flat_map(|clause| clause.options.iter().flatten());
    let mut walk = Walk {
        glance: literals.map(|(literal, _)| literal.weight()).sum::<usize>() + domains.len(),
        domains,
        clauses: &goal.clauses,
        demands: vec![Vec::new(); domains.len()],
        slots: vec![Slot::Absent; domains.len()],
        budget,
    };
    let mut touched: Vec<usize> = goal.must.iter().map(|(literal, _)| literal.slot).collect();
    walk.impose(&goal.must);
    touched.sort_unstable();
    touched.dedup();
    match walk.settle(&touched) {
        Found::One(()) => {}
        Found::None => return Found::None,
        Found::Unknown => return Found::Unknown,
    }
    if defaults.is_none() {
        *defaults = find_defaults(domains, walk.budget);
    }
    // Without a value for each part (the work is used up) nothing is known.
    let Some(defaults) = defaults else { return Found::Unknown };
    for (number, value) in defaults.iter().enumerate().filter(|(number, _)| !touched.contains(number)) {
        if let Some(slot) = walk.slots.get_mut(number) {
            slot.clone_from(value);
        }
    }
    match walk.descend(0) {
        Found::One(()) => Found::One(walk.slots),
        Found::None => Found::None,
        Found::Unknown => Found::Unknown,
    }
}

struct Walk<'goal, 'here> {
    /// How much work it is to look at every clause.
    glance: usize,
    domains: &'here [Domain],
    clauses: &'here [Clause<'goal>],
    demands: Vec<Demands<'goal>>,
    slots: Vec<Slot>,
    budget: &'here mut Budget,
}

impl<'goal> Walk<'goal, '_> {
    /// Meets the first clause that the present values do not meet, in every way, until all are met.
    fn descend(&mut self, depth: usize) -> Found<()> {
        let clauses = self.clauses;
        let Some(clause) = clauses.iter().find(|clause| !self.is_met(clause)) else {
            return Found::One(());
        };
        if depth >= MAX_DEPTH || !self.budget.spend_steps(20 * self.glance) {
            return Found::Unknown;
        }
        let mut gave_up = false;
        for option in &clause.options {
            let before = self.slots.clone();
            self.impose(option);
            let touched: Vec<usize> = option.iter().map(|(literal, _)| literal.slot).collect();
            let outcome = match self.settle(&touched) {
                Found::One(()) => self.descend(depth + 1),
                other => other,
            };
            match outcome {
                Found::One(()) => return Found::One(()),
                Found::None => {}
                Found::Unknown => gave_up = true,
            }
            self.retract(option);
            self.slots = before;
            // What was tried in vain need not be tried again beside another option.
            if let [(literal, wanted)] = option.as_slice()
                && let Some(demands) = self.demands.get_mut(literal.slot)
            {
                demands.push((literal, !wanted));
            }
        }
        for option in clause.options.iter().filter(|option| option.len() == 1) {
            self.retract(option);
        }
        if gave_up { Found::Unknown } else { Found::None }
    }

    fn is_met(&self, clause: &Clause<'goal>) -> bool {
        clause.options.iter().any(|option| option.iter().all(|demand| self.holds(demand)))
    }

    /// Whether the present values meet a demand. What an undecided variable leaves open counts only where it is
    /// demanded, so that nothing is demanded of the same variable that contradicts it.
    fn holds(&self, (literal, wanted): &Demand<'goal>) -> bool {
        let can_be = |wanted| self.slots.get(literal.slot).is_some_and(|slot| literal.can_be(wanted, slot));
        let is_demanded = || {
            let demands = self.demands.get(literal.slot).into_iter().flatten();
            demands.into_iter().any(|(own, mark)| std::ptr::eq(*own, *literal) && mark == wanted)
        };
        can_be(*wanted) && (!literal.is_open() || !can_be(!wanted) || is_demanded())
    }

    fn impose(&mut self, demands: &[Demand<'goal>]) {
        for (literal, wanted) in demands {
            if let Some(own) = self.demands.get_mut(literal.slot) {
                own.push((literal, *wanted));
            }
        }
    }

    fn retract(&mut self, demands: &[Demand<'goal>]) {
        for (literal, _) in demands.iter().rev() {
            if let Some(own) = self.demands.get_mut(literal.slot) {
                own.pop();
            }
        }
    }

    /// Gives the touched parts values that meet their demands.
    fn settle(&mut self, touched: &[usize]) -> Found<()> {
        for number in touched {
            let (Some(domain), Some(demands)) = (self.domains.get(*number), self.demands.get(*number)) else {
                continue;
            };
            match settle(domain, demands, self.budget) {
                Found::One(value) => {
                    if let Some(slot) = self.slots.get_mut(*number) {
                        *slot = value;
                    }
                }
                Found::None => return Found::None,
                Found::Unknown => return Found::Unknown,
            }
        }
        Found::One(())
    }
}
