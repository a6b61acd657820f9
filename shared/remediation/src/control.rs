//! What one control changes, and how that is put back.

use std::fmt::Debug;
use std::future::Future;
use std::time::SystemTime;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::earlier::taking_away;
use crate::{CallError, Done, Judge, Target};

/// One thing that Curfew enforces.
///
/// [`apply`](Self::apply) and [`read_after`](Self::read_after) reach AWS; all else is pure. A change goes to JSON and comes
/// back equal, as state and plan do.
pub trait Control: Judge {
    /// One thing that was done, complete enough to be undone.
    type Change: Debug + Clone + PartialEq + Serialize + DeserializeOwned;

    /// Carries the plan out, changing nothing that it does not name, and notes each change in `done` as
    /// soon as it is made, so that a failure half way does not hide what came before it. What a call was to change to
    /// which there was no answer is noted as in doubt.
    ///
    /// # Errors
    /// When a step fails; the steps before it stand.
    fn apply(
        &self,
        target: &Target<'_, Self::Id>,
        plan: &Self::Plan,
        done: &mut Done<Self::Change>,
    ) -> impl Future<Output = Result<Applied, CallError>>;

    /// Reads the state again after `plan` was carried out, or `None` where the resource does not exist any
    /// more. A control whose plan does more than clear findings reads what else has to hold then.
    ///
    /// # Errors
    /// When AWS does not answer, or not in full.
    fn read_after(
        &self,
        target: &Target<'_, Self::Id>,
        _plan: &Self::Plan,
    ) -> impl Future<Output = Result<Option<Self::State>, CallError>> {
        self.read(target)
    }

    /// Says what is left once `plan` was carried out; beside what [`assess`](Judge::assess) finds, what else has to hold
    /// by this plan and does not.
    fn assess_after(&self, state: &Self::State, _plan: &Self::Plan, now: SystemTime) -> Self::Assessment {
        self.assess(state, now)
    }

    /// What nobody else may be changing while this plan is carried out, beside its resource: plans for other resources
    /// change it too, so they take turns.
    fn turn(&self, _plan: &Self::Plan) -> Option<&'static str> {
        None
    }

    /// Whether Curfew may close what this plan closes while it closes another resource.
    fn may_be_closed_besides(&self, _plan: &Self::Plan) -> bool {
        false
    }

    /// What of `plan` is left to do, and nothing of what is done; `None` where nothing is. `after` is the judgement of
    /// the read after the changes: where there is one it decides, so that what was taken out of it is not left, and `done`
    /// has what may be done too; where there is none, what is not in `done` counts as undone.
    fn unfinished(
        &self,
        target: &Target<'_, Self::Id>,
        plan: &Self::Plan,
        done: &[Self::Change],
        after: Option<&Self::Assessment>,
    ) -> Option<Self::Plan>;

    /// What carrying out all of `plan` changes, as far as that can be told: as it was noted in `done`, and else as it is
    /// foreseen.
    fn foreseen(&self, plan: &Self::Plan, done: &[Self::Change]) -> Vec<Self::Change>;

    /// Whether such a change closes something, and does not only go with that.
    fn closes(&self, _change: &Self::Change) -> bool {
        true
    }

    /// Whether such a change takes something away that was found: what it [closes](Self::closes), or what goes with that.
    fn takes_away(&self, change: &Self::Change) -> bool {
        self.closes(change)
    }

    /// Whether two changes close the very same, however it was worded or tagged when each was planned.
    fn closes_the_same(&self, one: &Self::Change, other: &Self::Change) -> bool {
        one == other
    }

    /// What would take away all that is there in a state, as far as a restore goes by it: at least what is open.
    fn there(&self, state: &Self::State, at: SystemTime) -> Vec<Self::Change> {
        taking_away(self, state, at)
    }

    /// Whether what `change` took away is what `seen` takes away: it was there again, or still.
    fn is_there_again(&self, change: &Self::Change, seen: &Self::Change) -> bool {
        self.closes_the_same(seen, change)
    }

    /// Whether what such a change did is so still once the resource is deleted.
    fn outlives_the_resource(&self, _change: &Self::Change) -> bool {
        false
    }

    /// What of `plan` is done, as it was noted in `done`, or may be, as it is `in_doubt`.
    fn may_be_done(
        &self,
        plan: &Self::Plan,
        done: &[Self::Change],
        in_doubt: &[Self::Change],
    ) -> Vec<Self::Change> {
        let noted = [done, in_doubt].concat();
        self.foreseen(plan, &noted).into_iter().filter(|change| noted.contains(change)).collect()
    }

    /// The plan that puts back what `done` changed of the state `before`, where `plan` was being carried out; `None`
    /// where there is nothing to put back.
    fn undo(&self, before: &Self::State, plan: &Self::Plan, done: &[Self::Change]) -> Option<Self::Plan>;
}

/// How applying a plan went, where no step failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Each step was done or was done already; what counts is the read that follows.
    Done,
    /// A step was left out, because the step before it did not hold.
    Stopped,
    /// AWS says that what the plan would close has no effect on this resource. Nothing was changed.
    Inert(&'static str),
}
