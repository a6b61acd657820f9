//! What others did before about the same record, in the control's own types again.

use std::sync::Arc;
use std::time::{Duration, SystemTime};

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::carry::unnoted;
use crate::ledger::{Attempt, Record};
use crate::{Assessment, Control, Finding, Outcome, Recount, StepError};

/// After how long a call must have taken effect, and every look shows it.
pub(crate) const SETTLED: Duration = Duration::from_secs(60);

/// One attempt of somebody else.
#[derive(Debug)]
pub struct Earlier<C: Control> {
    /// When it began.
    pub at: SystemTime,
    /// When nobody was at work on it any more.
    pub over: SystemTime,
    /// The state before; `None` where it could not be read.
    pub state: Option<C::State>,
    /// The same as JSON.
    pub written: Value,
    /// What was going to be done.
    pub plan: Option<C::Plan>,
    /// What was changed, as far as the answers told; nothing where it was cut off.
    pub changes: Vec<C::Change>,
    /// Whether it was cut off, so that nobody knows how far it came.
    pub is_cut_off: bool,
    /// What may have been changed besides: all of the plan where it was cut off, and else what each call was to do to
    /// which there was no answer. Not what a later attempt is known to have closed, nor what one found open still once such
    /// a call must have taken effect.
    pub in_doubt: Vec<C::Change>,
    /// What was changed and found there all the same, still or again, by the read after it or by a later attempt, where no
    /// later attempt is known to have taken it away.
    pub(crate) found_again: Vec<C::Change>,
    /// The state after; `None` where it was not read.
    pub(crate) after: Option<C::State>,
}

impl<C: Control> Earlier<C> {
    /// All attempts of a record, in order.
    pub(crate) fn all(control: &C, record: &Record) -> Result<Vec<Self>, StepError> {
        let read = |attempt: &Attempt| Self::read(control, attempt);
        let all: Result<Vec<Self>, serde_json::Error> = record.attempts.iter().map(read).collect();
        let mut all = all.map_err(|error| StepError::Unreadable(record.id.to_string(), Arc::new(error)))?;
        let mut noted: Vec<C::Change> = Vec::new();
        let mut found_there: Vec<(SystemTime, Vec<C::Change>)> = Vec::new();
        for earlier in all.iter_mut().rev() {
            let settled = earlier.over + SETTLED;
            let [first, last] = earlier.sights(control);
            found_there.extend(last);
            let is_there = |change: &&C::Change| {
                let is_found = found_there.iter().any(|(_, there)| has(control, there, change));
                is_found && !has(control, &noted, change)
            };
            earlier.found_again = earlier.changes.iter().filter(is_there).cloned().collect();
            let later = found_there.iter().filter(|(at, _)| *at >= settled).flat_map(|(_, there)| there);
            let not_in_doubt: Vec<C::Change> = later.chain(&noted).chain(&earlier.changes).cloned().collect();
            earlier.in_doubt = beyond(control, &earlier.in_doubt, &not_in_doubt);
            noted.extend(earlier.changes.iter().cloned());
            found_there.extend(first);
        }
        Ok(all)
    }

    /// One that found this state and is at work on this plan.
    pub(crate) fn at_work(attempt: &Attempt, state: C::State, plan: C::Plan) -> Self {
        Self {
            at: attempt.at,
            over: attempt.lease_until,
            state: Some(state),
            written: attempt.before.clone(),
            plan: Some(plan),
            changes: Vec::new(),
            is_cut_off: false,
            in_doubt: Vec::new(),
            found_again: Vec::new(),
            after: None,
        }
    }

    /// When it looked before its changes and after them, as far as it did, and what takes away all that it found there then:
    /// at first what it was going to do, and what it left as it is, since that was exempt.
    pub(crate) fn sights(&self, control: &C) -> [Option<(SystemTime, Vec<C::Change>)>; 2] {
        let planned = self.plan.iter().flat_map(|plan| control.foreseen(plan, &[]));
        let planned = planned.filter(|change| control.takes_away(change));
        let first = self
            .state
            .as_ref()
            .map(|state| (self.at, planned.chain(self.taking_away(control, state)).collect()));
        let last = self.after.as_ref().map(|after| (self.over, self.taking_away(control, after)));
        [first, last]
    }

    /// When it looked, and what takes away all that was there then. Who walked found besides what it was going to do; who
    /// restores was to take away what had been put there.
    pub(crate) fn looks(&self, control: &C, is_restore: bool) -> [Option<(SystemTime, Vec<C::Change>)>; 2] {
        let [first, last] = self.sights(control);
        let there = |state: Option<&C::State>, at, sight: Option<(SystemTime, Vec<C::Change>)>| {
            let found = sight.filter(|_| !is_restore).map(|(_, found)| found).unwrap_or_default();
            state.map(|state| (at, [found, control.there(state, at)].concat()))
        };
        [there(self.state.as_ref(), self.at, first), there(self.after.as_ref(), self.over, last)]
    }

    /// What takes away all that is open in a state.
    fn taking_away(&self, control: &C, state: &C::State) -> Vec<C::Change> {
        taking_away(control, state, self.at)
    }

    /// What it found, without what was exempt then, so that it was going to do nothing about it; `None` where it could not be
    /// read.
    pub(crate) fn found(&self, control: &C) -> Option<C::Assessment> {
        let all = control.assess(self.state.as_ref()?, self.at);
        let Some(plan) = &self.plan else { return Some(all) };
        let planned = unnoted(control, plan, &[]);
        let was_exempt = |finding: &_| {
            let closing = self.closing(control, &only(control, &all, finding));
            !closing.is_empty() && beyond(control, &closing, &planned).len() == closing.len()
        };
        let found = control.take_out(all.clone(), |finding| (!was_exempt(&finding)).then_some(finding));
        // By other settings it may have been closed in another way.
        Some(if found.is_open() { found } else { all })
    }

    /// What closes all of this judgement.
    fn closing(&self, control: &C, judged: &C::Assessment) -> Vec<C::Change> {
        control.plan(judged, self.at).map(|plan| unnoted(control, &plan, &[])).unwrap_or_default()
    }

    /// Whether it may have closed what `plan` does not close any more.
    pub(crate) fn has_begun_more(&self, control: &C, plan: &C::Plan) -> bool {
        let now = unnoted(control, plan, &[]);
        let mut begun = self.in_doubt.iter().filter(|change| control.closes(change));
        begun.any(|change| !now.iter().any(|one| control.closes_the_same(one, change)))
    }

    /// What this one found of which these changes closed all.
    pub(crate) fn closed(&self, control: &C, done: &[C::Change]) -> Vec<Finding>
    where
        C: Recount,
    {
        let Some(state) = &self.state else { return Vec::new() };
        let assessment = control.assess(state, self.at);
        let each = assessment.findings().iter().map(|finding| only(control, &assessment, finding));
        let closed = each.filter(|one| {
            let closing = self.closing(control, one);
            !closing.is_empty() && beyond(control, &closing, done).is_empty()
        });
        closed.flat_map(|closed| control.findings(&closed)).collect()
    }

    fn read(control: &C, attempt: &Attempt) -> Result<Self, serde_json::Error> {
        let state = if attempt.before.is_null() { None } else { Some(value(&attempt.before)?) };
        // Nothing of its plan was done.
        let has_waited = attempt.result.as_ref().is_some_and(|result| result.outcome == Outcome::Held);
        let plan = attempt.plan.as_ref().filter(|_| !has_waited).map(value).transpose()?;
        let all = |changes: &[Value]| changes.iter().map(value).collect::<Result<Vec<C::Change>, _>>();
        let changes =
            attempt.result.as_ref().map(|result| all(&result.changes)).transpose()?.unwrap_or_default();
        let in_doubt = match attempt.result.as_ref().map(|result| (result.is_in_doubt, &result.in_doubt)) {
            Some((false, _)) => Vec::new(),
            Some((true, Some(in_doubt))) => all(in_doubt)?,
            // It was cut off, or its record is of a version that kept no list.
            Some((true, None)) | None => {
                plan.as_ref().map(|plan| control.foreseen(plan, &changes)).unwrap_or_default()
            }
        };
        let after = attempt.result.as_ref().and_then(|result| result.after.as_ref());
        Ok(Self {
            at: attempt.at,
            over: attempt.result.as_ref().map_or(attempt.lease_until, |result| result.at),
            state,
            written: attempt.before.clone(),
            plan,
            changes,
            is_cut_off: attempt.result.is_none(),
            in_doubt,
            found_again: Vec::new(),
            after: after.map(value).transpose()?,
        })
    }
}

/// What of these changes does not close the same as one that is noted.
pub(crate) fn beyond<C: Control>(control: &C, changes: &[C::Change], noted: &[C::Change]) -> Vec<C::Change> {
    changes.iter().filter(|change| !has(control, noted, change)).cloned().collect()
}

/// Whether one of these closes the same.
pub(crate) fn has<C: Control>(control: &C, changes: &[C::Change], change: &C::Change) -> bool {
    changes.iter().any(|one| control.closes_the_same(one, change))
}

/// What takes away all that is open in a state.
pub(crate) fn taking_away<C: Control>(control: &C, state: &C::State, at: SystemTime) -> Vec<C::Change> {
    let plan = control.plan(&control.assess(state, at), at);
    let all = plan.map(|plan| control.foreseen(&plan, &[])).unwrap_or_default();
    all.into_iter().filter(|change| control.takes_away(change)).collect()
}

/// The same judgement with this finding only.
fn only<C: Control>(
    control: &C,
    judged: &C::Assessment,
    finding: &<C::Assessment as Assessment>::Finding,
) -> C::Assessment {
    control.take_out(judged.clone(), |one| (one == *finding).then_some(one))
}

fn value<T: DeserializeOwned>(value: &Value) -> Result<T, serde_json::Error> {
    T::deserialize(value)
}
