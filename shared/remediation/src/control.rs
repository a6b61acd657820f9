//! What one control knows: how its resources are read, judged, changed and put back.

use std::collections::BTreeMap;
use std::fmt::Debug;
use std::future::Future;
use std::hash::Hash;
use std::time::SystemTime;

use events::{AccountId, Partition, Region, Resource, Subject};
use exemptions::Scope;
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Assessment, CallError, Fact, Unread};

/// Tags by key.
pub type Tags = BTreeMap<String, String>;

/// One thing that Curfew enforces.
///
/// All but [`read`](Self::read), [`tags`](Self::tags) and [`apply`](Self::apply) is pure: no calls, no clock. These reach
/// AWS, through a port that the control was built with and that has no more methods than the control may call.
///
/// State, plan and change go to JSON and come back equal: they are what a record keeps, and what puts a resource back.
pub trait Control: Sized {
    /// The control's name in logs, mails and message attributes, as in `s3-acl`.
    const NAME: &'static str;

    /// The kind of resource that it is about.
    type Id: 'static;
    /// What is read live from AWS, complete enough to rebuild what a plan removes. Its hash tells one situation from
    /// another, so that the services' own words, which may differ from call to call, do not count in it.
    type State: Debug + Clone + PartialEq + Hash + Serialize + DeserializeOwned;
    /// What is not acceptable about a state.
    type Assessment: Debug + Clone + Assessment;
    /// The smallest change that clears an assessment, as data.
    type Plan: Debug + Clone + PartialEq + Serialize + DeserializeOwned;
    /// One thing that was done, complete enough to be undone.
    type Change: Debug + Clone + PartialEq + Serialize + DeserializeOwned;

    /// The resource's id, or `None` where this control is not about such resources.
    fn id(resource: &Resource) -> Option<&Self::Id>;

    /// Reads the live state, or `None` where the resource does not exist any more.
    ///
    /// # Errors
    /// When AWS does not answer, or not in full.
    fn read(
        &self,
        target: &Target<'_, Self::Id>,
    ) -> impl Future<Output = Result<Option<Self::State>, CallError>>;

    /// What of a state could not be read and may change `assessment`, its judgement. What was read is judged all the same.
    fn unread(&self, state: &Self::State, assessment: &Self::Assessment) -> Vec<Unread>;

    /// Says what is not acceptable about a state. What a state lets in may depend on when it is asked.
    fn assess(&self, state: &Self::State, now: SystemTime) -> Self::Assessment;

    /// The resource's tags, which may exempt it: asked for only where something was found.
    fn tags(&self, target: &Target<'_, Self::Id>, state: &Self::State) -> impl Future<Output = Fact<Tags>>;

    /// The same judgement [without](Assessment::without) what is in `scope`, so that no plan closes it: all of it where
    /// nothing narrows the scope, and nothing by what means nothing to this control.
    fn exempt(&self, assessment: Self::Assessment, scope: &Scope) -> Self::Assessment;

    /// The same judgement without what `stays` leaves out, so that no plan closes it.
    fn take_out(
        &self,
        assessment: Self::Assessment,
        stays: impl FnMut(
            <Self::Assessment as Assessment>::Finding,
        ) -> Option<<Self::Assessment as Assessment>::Finding>,
    ) -> Self::Assessment {
        assessment.without(stays)
    }

    /// Plans the smallest change that clears every finding whose remedy is [`Remedy::Close`]; `None` where
    /// there is nothing that this control changes. What it would not plan again is [`Remedy::ByHand`].
    ///
    /// [`Remedy::Close`]: crate::Remedy::Close
    /// [`Remedy::ByHand`]: crate::Remedy::ByHand
    fn plan(&self, assessment: &Self::Assessment, now: SystemTime) -> Option<Self::Plan>;

    /// Carries the plan out, changing nothing that it does not name, and notes each change in `done` as
    /// soon as it is made, so that a failure half way does not hide what came before it.
    ///
    /// # Errors
    /// When a step fails; the steps before it stand.
    fn apply(
        &self,
        target: &Target<'_, Self::Id>,
        plan: &Self::Plan,
        done: &mut Vec<Self::Change>,
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

    /// Says what is left once `plan` was carried out; beside what [`assess`](Self::assess) finds, what else has to hold
    /// by this plan and does not.
    fn assess_after(&self, state: &Self::State, _plan: &Self::Plan, now: SystemTime) -> Self::Assessment {
        self.assess(state, now)
    }

    /// What of `plan` is left to do, and nothing of what is done; `None` where nothing is. `after` is the judgement of
    /// the read after the changes: where there is one it decides, so that what was taken out of it is not left, and
    /// where there is none, what is not in `done` counts as undone.
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

    /// The plan that puts back what `done` changed of the state `before`, where `plan` was being carried out; `None`
    /// where there is nothing to put back.
    fn undo(&self, before: &Self::State, plan: &Self::Plan, done: &[Self::Change]) -> Option<Self::Plan>;
}

/// A subject, as its control sees it.
#[derive(Debug)]
pub struct Target<'a, Id> {
    /// The resource.
    pub id: &'a Id,
    /// The account that owns it.
    pub account: &'a AccountId,
    /// The Region that it is in.
    pub region: &'a Region,
}

impl<'a, Id> Target<'a, Id> {
    /// The same subject, once its kind is known.
    pub fn of(subject: &'a Subject, id: &'a Id) -> Self {
        Self { id, account: &subject.account, region: &subject.region }
    }

    /// The partition of the target's Region.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }
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
