//! What one control knows before anything changes: how its resources are read and judged.

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

/// How the resources of one control are read and judged, and what would be done about them. None of it changes anything,
/// so that a port which only reads is enough.
///
/// All but [`read`](Self::read) and [`tags`](Self::tags) is pure: no calls, no clock. These reach AWS, through a port that
/// the control was built with and that has no more methods than the control may call.
///
/// State and plan go to JSON and come back equal: they are what a record keeps, and what puts a resource back.
pub trait Judge: Sized {
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

    /// The resource's id, or `None` where this control is not about such resources.
    fn id(resource: &Resource) -> Option<&Self::Id>;

    /// The resources of its own kind that a subject of another kind stands for, since these change with it: a prefix list
    /// stands for the groups whose rules name it. Most subjects stand for none but themselves.
    ///
    /// # Errors
    /// When AWS does not answer, or not in full, or has not carried out the change yet.
    fn behind(&self, _subject: &Subject) -> impl Future<Output = Result<Vec<Resource>, CallError>> {
        std::future::ready(Ok(Vec::new()))
    }

    /// Reads the live state, or `None` where the resource does not exist any more.
    ///
    /// # Errors
    /// When AWS does not answer, or not in full.
    fn read(
        &self,
        target: &Target<'_, Self::Id>,
    ) -> impl Future<Output = Result<Option<Self::State>, CallError>>;

    /// Reads these together where that takes fewer calls than one by one; each as it was then, in the order of `targets`.
    /// `None` stands for what is to be read alone: nobody knows here why it could not be read with the others, or whether
    /// it is there.
    fn read_together(
        &self,
        targets: &[Target<'_, Self::Id>],
    ) -> impl Future<Output = Vec<Option<Self::State>>> {
        std::future::ready(targets.iter().map(|_| None).collect())
    }

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
}

/// A judge of which all resources can be listed.
pub trait Survey: Judge<Id: Into<Resource>> {
    /// How many of the listed resources may be read in a second at most, where listing does not tell their state: others
    /// in the account need the service too.
    const READS_A_SECOND: u32;

    /// Lists all resources of an account in a Region, each with its state as far as listing tells it; the others are to be
    /// read alone.
    ///
    /// # Errors
    /// When AWS does not answer, or not in full: a part is not taken for the whole.
    fn survey(&self, place: &Place<'_>) -> impl Future<Output = Result<Vec<Listed<Self>>, CallError>>;
}

/// A resource that was listed.
#[derive(Debug)]
pub struct Listed<J: Judge> {
    /// Which.
    pub id: J::Id,
    /// As it was then, where listing told.
    pub state: Option<J::State>,
}

/// An account in a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Place<'a> {
    /// The account.
    pub account: &'a AccountId,
    /// The Region.
    pub region: &'a Region,
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

    /// Where it is.
    #[must_use]
    pub fn place(&self) -> Place<'a> {
        Place { account: self.account, region: self.region }
    }

    /// The partition of the target's Region.
    #[must_use]
    pub fn partition(&self) -> Partition {
        self.region.partition()
    }
}
