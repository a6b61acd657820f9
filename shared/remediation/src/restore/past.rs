//! What a record says of the past, in the control's own types again.

use std::sync::Arc;
use std::time::SystemTime;

use serde::Deserialize;

use crate::earlier::{Earlier, SETTLED};
use crate::ledger::Record;
use crate::{Control, StepError};

/// What a record says of the past.
#[derive(Debug)]
pub struct Past<C: Control> {
    /// The state before the first change.
    pub before: C::State,
    /// The states before the later changes, which may have had more open.
    pub later: Vec<C::State>,
    /// The state after the last change; `None` where nobody read it.
    pub after: Option<C::State>,
    /// What was going to be done first.
    pub plan: C::Plan,
    /// All that was changed, or may have been, in order.
    pub done: Vec<C::Change>,
    /// What of that Curfew found there again since it had taken it away last: where it is not there now, somebody else has taken
    /// it away.
    pub again: Vec<C::Change>,
}

/// Why a record has nothing that could be put back.
#[derive(Debug, Clone, thiserror::Error)]
pub enum NotReversible {
    /// Nothing was changed.
    #[error("the record `{0}` changed nothing, so there is nothing to put back")]
    Unchanged(String),
    /// It puts something back itself.
    #[error(
        "the record `{0}` is of a restore: to close again what it opened, run the commands of its mail, or wait until \
         Curfew looks at the resource again"
    )]
    Restore(String),
    /// It cannot be read any more.
    #[error(transparent)]
    Unreadable(#[from] StepError),
}

impl<C: Control> Past<C> {
    /// What this record says, and those of the same resource and control that are newer.
    ///
    /// # Errors
    /// When it says of no change, or one of them not in words of this control.
    pub fn of(control: &C, record: &Record, newer: &[Record]) -> Result<Self, NotReversible> {
        if record.restores.is_some() {
            return Err(NotReversible::Restore(record.id.to_string()));
        }
        let (mut first, mut later) = (None, Vec::new());
        let (mut after, mut done) = (None, Vec::new());
        let all = Earlier::all(control, record)?;
        let since = newer.iter().map(|newer| Earlier::all(control, newer)).collect::<Result<Vec<_>, _>>()?;
        let mut times = Times::of(control, all.iter());
        for (newer, earlier) in newer.iter().zip(&since) {
            times.extend(control, earlier.iter(), newer.restores.is_some());
        }
        for (attempt, earlier) in record.attempts.iter().zip(all) {
            // By the record it may have changed something; a later look may know better.
            let may_have = record.may_have_changed_in(attempt)
                && !(earlier.changes.is_empty() && earlier.in_doubt.is_empty());
            let (true, Some(state), Some(plan)) = (may_have, earlier.state, earlier.plan) else { continue };
            done.extend(control.may_be_done(&plan, &earlier.changes, &earlier.in_doubt));
            after = attempt.result.as_ref().and_then(|result| result.after.as_ref());
            match first {
                None => first = Some((state, plan)),
                Some(_) => later.push(state),
            }
        }
        let (before, plan) = first.ok_or_else(|| NotReversible::Unchanged(record.id.to_string()))?;
        let unreadable = |error| StepError::Unreadable(record.id.to_string(), Arc::new(error));
        let after = after.map(Deserialize::deserialize).transpose().map_err(unreadable)?;
        let again = done.iter().filter(|change| times.is_again(control, change)).cloned().collect();
        Ok(Self { before, later, after, plan, done, again })
    }
}

/// What was taken away, and what was seen there, when.
struct Times<T> {
    taken: Vec<(SystemTime, Vec<T>)>,
    seen: Vec<(SystemTime, Vec<T>)>,
}

impl<T> Times<T> {
    fn of<'a, C>(control: &C, all: impl Iterator<Item = &'a Earlier<C>>) -> Self
    where
        C: Control<Change = T> + 'a,
        T: Clone,
    {
        let mut times = Self { taken: Vec::new(), seen: Vec::new() };
        times.extend(control, all, false);
        times
    }

    fn extend<'a, C>(&mut self, control: &C, all: impl Iterator<Item = &'a Earlier<C>>, restore: bool)
    where
        C: Control<Change = T> + 'a,
        T: Clone,
    {
        for one in all {
            self.taken.push((one.over, [one.changes.as_slice(), &one.in_doubt].concat()));
            self.seen.extend(one.looks(control, restore).into_iter().flatten());
        }
    }

    /// Whether this was seen there after it had been seen to be away, or must have been, and nobody of Curfew's may have taken
    /// it away since.
    fn is_again<C: Control<Change = T>>(&self, control: &C, change: &T) -> bool {
        let is_it =
            |(_, some): &&(SystemTime, Vec<T>)| some.iter().any(|one| control.is_there_again(change, one));
        let Some((taken, _)) = self.taken.iter().filter(is_it).max_by_key(|(at, _)| *at) else {
            return false;
        };
        let Some((seen, _)) = self.seen.iter().filter(is_it).max_by_key(|(at, _)| *at) else { return false };
        let mut away = self.seen.iter().filter(|one| !is_it(one)).map(|(at, _)| at);
        *seen >= *taken + SETTLED || away.any(|away| taken <= away && away < seen)
    }
}
