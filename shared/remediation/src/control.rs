//! What one control knows: how its resources are read, judged and changed.

use std::future::Future;
use std::time::SystemTime;

use events::{AccountId, Partition, Region, Resource, Subject};
use serde::Serialize;
use serde_json::Value;

use crate::{CallError, Finding, Report};

/// One thing that Curfew enforces.
///
/// [`assess`](Self::assess), [`plan`](Self::plan) and what follows them are pure: no calls, no clock. Only
/// [`read`](Self::read) and [`apply`](Self::apply) reach AWS, through a port that the control was built
/// with and that has no more methods than the control may call.
pub trait Control {
    /// The control's name in logs, mails and message attributes, as in `s3-acl`.
    const NAME: &'static str;

    /// The kind of resource that it is about.
    type Id;
    /// What is read live from AWS, complete enough to rebuild what a plan removes.
    type State: Serialize;
    /// The smallest change that clears the findings, as data.
    type Plan: Serialize;

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

    /// Says what is not acceptable about a state, most severe first; nothing = compliant.
    fn assess(&self, state: &Self::State) -> Vec<Finding>;

    /// Plans the smallest change that clears every finding whose remedy is [`Remedy::Close`]; `None` where
    /// there is nothing that this control changes. What it would not plan again is [`Remedy::ByHand`].
    ///
    /// [`Remedy::Close`]: crate::Remedy::Close
    /// [`Remedy::ByHand`]: crate::Remedy::ByHand
    fn plan(&self, state: &Self::State, findings: &[Finding], now: SystemTime) -> Option<Self::Plan>;

    /// The plan in words, a line a step, as in `revoke rule sgr-1 (tcp 22 from 0.0.0.0/0)`.
    fn steps(&self, plan: &Self::Plan) -> Vec<String>;

    /// Carries the plan out, changing nothing that it does not name, and notes each change in `done` as
    /// soon as it is made, so that a failure half way does not hide what came before it.
    ///
    /// # Errors
    /// When a step fails; the steps before it stand.
    fn apply(
        &self,
        target: &Target<'_, Self::Id>,
        plan: &Self::Plan,
        done: &mut Vec<Change>,
    ) -> impl Future<Output = Result<Applied, CallError>>;

    /// Reads the state again after `plan` was carried out, or `None` where the resource does not exist any
    /// more. Assessing it says what is left; a control whose plan does more than clear findings reads what
    /// else has to hold then.
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

    /// What a person should do now, a sentence a line. The report has everything in it but advice and duration.
    fn advice(&self, report: &Report) -> Vec<String>;

    /// What proves the findings, and how to put back what was changed.
    fn evidence(
        &self,
        target: &Target<'_, Self::Id>,
        state: &Self::State,
        plan: Option<&Self::Plan>,
    ) -> Vec<Evidence>;

    /// The commands that do by hand what applying `plan` has left undone, and nothing of what is done; `None`
    /// where nothing is left. `after` is what the read after the changes found: where there is one it decides,
    /// and where there is none, what is not in `done` counts as undone.
    fn unfinished(
        &self,
        target: &Target<'_, Self::Id>,
        plan: &Self::Plan,
        done: &[Change],
        after: Option<&Self::State>,
    ) -> Option<String>;
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
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }
}

/// How applying a plan went, where no step failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Applied {
    /// Each step was done or was done already; what counts is the read that follows.
    Done,
    /// AWS says that what the plan would close has no effect on this resource. Nothing was changed.
    Inert(&'static str),
}

/// A change that was made.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    /// The IAM action that made it, as in `ec2:RevokeSecurityGroupIngress`.
    pub action: &'static str,
    /// What changed, in words, in the past tense.
    pub summary: String,
    /// What was removed or written, complete, so that a person could put it back.
    pub detail: Value,
}

/// A titled block of a mail that shows something as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// What it is, as in `The ACL as it was`.
    pub title: String,
    /// The thing itself: JSON, a command, a table.
    pub body: String,
}
