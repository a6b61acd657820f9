//! A look at one subject that changes nothing: the walk's own judgement, for those who only want to know.

use std::time::SystemTime;

use events::Subject;
use exemptions::Exemptions;

use crate::clock::Clock;
use crate::ledger::{Graces, LeftAlone};
use crate::work::written;
use crate::{Assessment, CallError, Exempt, Exempting, Found, Judge, StepError, Target};

/// What a look at one subject came to.
#[derive(Debug)]
pub enum Inspected<J: Judge> {
    /// There is no such resource (any more).
    Gone,
    /// Nothing is to be said of it.
    Compliant,
    /// This was found, and all of it is exempt.
    Exempt {
        /// All that was found; no plan.
        found: Found<J>,
        /// By what.
        exempt: Exempt,
    },
    /// This was found, and a person had put back all of it: it is left alone until then.
    Restored {
        /// All that was found; no plan.
        found: Found<J>,
        /// Until when.
        until: SystemTime,
    },
    /// This was found, without what is exempt.
    Found {
        /// What was found, and what would clear it; no plan where a person has to decide.
        found: Found<J>,
        /// What of it is exempt, and what is not though somebody wrote so.
        exempt: Exempt,
    },
    /// Nobody can say.
    Unknown(StepError),
}

/// Judges one subject as a walk would: by its live state, or by one that somebody has just `looked` at.
///
/// What is neither changed nor written down nor told: a walk may still find that people know already.
pub async fn inspect<J: Judge>(
    judge: &J,
    subject: &Subject,
    id: &J::Id,
    exemptions: &Exemptions,
    clock: &impl Clock,
    looked: Option<J::State>,
) -> Inspected<J> {
    inspect_sparing(judge, subject, id, exemptions, &NoGraces, clock, looked).await
}

/// The same, without what a person put back and `graces` knows of.
pub async fn inspect_sparing<J: Judge>(
    judge: &J,
    subject: &Subject,
    id: &J::Id,
    exemptions: &Exemptions,
    graces: &impl Graces,
    clock: &impl Clock,
    looked: Option<J::State>,
) -> Inspected<J> {
    let target = Target::of(subject, id);
    let state = match looked {
        Some(state) => Ok(Some(state)),
        None => judge.read(&target).await,
    };
    match state {
        Ok(Some(state)) => judged(judge, subject, &target, exemptions, graces, clock, state).await,
        Ok(None) => Inspected::Gone,
        Err(error) => Inspected::from(error),
    }
}

async fn judged<J: Judge>(
    judge: &J,
    subject: &Subject,
    target: &Target<'_, J::Id>,
    exemptions: &Exemptions,
    graces: &impl Graces,
    clock: &impl Clock,
    state: J::State,
) -> Inspected<J> {
    let all = judge.assess(&state, clock.now());
    if all.is_compliant() {
        return Inspected::Compliant;
    }
    let written = match written(&state) {
        Ok(written) => written,
        Err(error) => return Inspected::Unknown(error),
    };
    let mut exempting = Exempting::new(subject, exemptions);
    match graces.left_alone(subject, J::NAME, clock.now()).await {
        Ok(Some(left_alone)) => exempting.leave_alone(left_alone),
        Ok(None) => {}
        Err(error) => return error.into(),
    }
    let rest = exempting.rest_of(judge, target, &state, all.clone(), clock.now()).await;
    let (exempt, is_exempt) = (exempting.outcome(), rest.is_compliant());
    let assessment = if is_exempt { all } else { rest };
    let plan = if is_exempt { None } else { judge.plan(&assessment, clock.now()) };
    let unread = judge.unread(&state, &assessment);
    if let Some(unread) = unread.iter().find(|unread| assessment.only_waits() && unread.unknown.is_passing())
    {
        return Inspected::Unknown(StepError::Unread(unread.clone()));
    }
    let found = Found { state, written, assessment, plan, unread };
    match exempting.grace() {
        Some(until) if is_exempt && exempt.applied.is_empty() => Inspected::Restored { found, until },
        _ if is_exempt => Inspected::Exempt { found, exempt },
        _ => Inspected::Found { found, exempt },
    }
}

/// Where nobody knows what people put back.
struct NoGraces;

impl Graces for NoGraces {
    async fn left_alone(&self, _: &Subject, _: &str, _: SystemTime) -> Result<Option<LeftAlone>, CallError> {
        Ok(None)
    }
}

impl<J: Judge> From<CallError> for Inspected<J> {
    fn from(error: CallError) -> Self {
        Self::Unknown(error.into())
    }
}
