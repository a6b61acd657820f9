//! What others did before about the same record, in the control's own types again.

use std::sync::Arc;
use std::time::SystemTime;

use serde::de::DeserializeOwned;
use serde_json::Value;

use crate::carry::unnoted;
use crate::ledger::{Attempt, Record};
use crate::{Control, Outcome, StepError};

/// One attempt of somebody else.
#[derive(Debug)]
pub struct Earlier<C: Control> {
    /// When it began.
    pub at: SystemTime,
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
    /// Whether more may have been changed than the answers told: it was cut off, or a call had no answer.
    pub is_in_doubt: bool,
}

impl<C: Control> Earlier<C> {
    /// All attempts of a record, in order.
    pub(crate) fn all(record: &Record) -> Result<Vec<Self>, StepError> {
        let read = |attempt: &Attempt| Self::read(attempt);
        let all: Result<_, serde_json::Error> = record.attempts.iter().map(read).collect();
        all.map_err(|error| StepError::Unreadable(record.id.to_string(), Arc::new(error)))
    }

    /// Whether it may have closed what `plan` does not close any more.
    pub(crate) fn has_begun_more(&self, control: &C, plan: &C::Plan) -> bool {
        let closing = |plan: &C::Plan| unnoted(control, plan, &[]);
        let begun = self.plan.as_ref().filter(|_| self.is_in_doubt).map(closing).unwrap_or_default();
        let now = closing(plan);
        begun.iter().any(|change| !now.iter().any(|one| control.closes_the_same(one, change)))
    }

    fn read(attempt: &Attempt) -> Result<Self, serde_json::Error> {
        let state = if attempt.before.is_null() { None } else { Some(value(&attempt.before)?) };
        // Nothing of its plan was done.
        let has_waited = attempt.result.as_ref().is_some_and(|result| result.outcome == Outcome::Held);
        let changes = attempt.result.iter().flat_map(|result| &result.changes).map(value);
        Ok(Self {
            at: attempt.at,
            state,
            written: attempt.before.clone(),
            plan: attempt.plan.as_ref().filter(|_| !has_waited).map(value).transpose()?,
            changes: changes.collect::<Result<_, _>>()?,
            is_cut_off: attempt.result.is_none(),
            is_in_doubt: attempt.result.as_ref().is_none_or(|result| result.is_in_doubt),
        })
    }
}

fn value<T: DeserializeOwned>(value: &Value) -> Result<T, serde_json::Error> {
    T::deserialize(value)
}
