//! One control of a sweep: list, look, send.

use std::collections::HashSet;
use std::pin::pin;
use std::time::Duration;

use events::{Cause, Resource, Subject, SweepFound};
use futures_util::{StreamExt, future, stream};
use remediation::clock::{Clock, rfc3339};
use remediation::{CallError, Survey, inspect};

use crate::pace::Pace;
use crate::{Leg, Notice, Post, Stage, Surveyed, Tally, Verdict, Waiting};

/// How many resources are read at the same time, as many as a function walks: a slow answer holds up three others at most.
const AT_ONCE: usize = 4;

/// How many resources one message holds. A function is handed ten messages at a time, and walks four of their fifty
/// resources at once: within half of its minute. What it cannot begin in that time comes back, with the whole message.
pub const SUBJECTS_A_MESSAGE: usize = 5;

/// How many resources are sent together: what one call to SQS takes.
const TOGETHER: usize = 10 * SUBJECTS_A_MESSAGE;

/// How far a stage came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reached {
    /// All of it is swept.
    End,
    /// There was no more time. The stage says how far it is.
    Here,
}

/// Why a stage ended early.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stop {
    /// The resources could not be listed. Nothing was swept.
    NotListed(CallError),
    /// What was found could not be sent.
    NotSent(CallError),
}

pub(crate) async fn sweep<J: Survey, K: Clock, P: Post, W: Waiting>(
    surveyed: &Surveyed<J>,
    leg: &Leg<'_, K, P, W>,
    stage: &mut Stage,
    tally: &mut Tally,
) -> Result<Reached, Stop> {
    let all = list(&surveyed.judge, leg, stage.after.as_deref()).await.map_err(Stop::NotListed)?;
    stage.tries = 0;
    let count = all.len();
    let waiting = if all.is_empty() { HashSet::new() } else { waiting::<J, _, _, _>(leg).await };
    let pace = Pace::new(leg.clock, J::READS_A_SECOND);
    let mut begun = 0;
    // What was listed with its state takes no calls, so that hardly any time is saved by leaving it. And something is always
    // done, however long listing took: otherwise a sweep would list for ever.
    let mut goes_on = |has_state: bool| {
        begun += 1;
        has_state || begun <= AT_ONCE || !leg.is_late()
    };
    let looks = stream::iter(all)
        .take_while(|(_, state)| future::ready(goes_on(state.is_some())))
        .map(|(resource, state)| look(&surveyed.judge, leg, &pace, &waiting, resource, state))
        .buffered(AT_ONCE);
    let mut looks = pin!(looks);
    let (mut swept, mut work) = (0, Vec::new());
    while let Some((resource, verdict)) = looks.next().await {
        stage.after = Some(resource.id().to_owned());
        tally.add(verdict);
        swept += 1;
        if verdict.needs_work() {
            work.push(resource);
        }
        if work.len() == TOGETHER {
            send(surveyed.function, leg, &std::mem::take(&mut work)).await.map_err(Stop::NotSent)?;
        }
    }
    send(surveyed.function, leg, &work).await.map_err(Stop::NotSent)?;
    Ok(if swept == count { Reached::End } else { Reached::Here })
}

/// What is left of a control, each once, in the order of the ids.
async fn list<J: Survey, K: Clock, P: Post, W: Waiting>(
    judge: &J,
    leg: &Leg<'_, K, P, W>,
    after: Option<&str>,
) -> Result<Vec<(Resource, Option<J::State>)>, CallError> {
    let listed = judge.survey(&leg.place()).await?;
    let named = listed.into_iter().map(|listed| (listed.id.into(), listed.state));
    let is_left = |(resource, _): &(Resource, _)| after.is_none_or(|after| resource.id() > after);
    let mut rest: Vec<_> = named.filter(is_left).collect();
    rest.sort_by(|(one, _), (other, _)| one.id().cmp(other.id()));
    rest.dedup_by(|(one, _), (other, _)| one.id() == other.id());
    Ok(rest)
}

/// The resources of a control that wait, by their ids.
async fn waiting<J: Survey, K: Clock, P: Post, W: Waiting>(leg: &Leg<'_, K, P, W>) -> HashSet<String> {
    match leg.ledger.waiting(J::NAME).await {
        Ok(waiting) => waiting.into_iter().map(|subject| subject.resource.id().to_owned()).collect(),
        Err(error) => {
            leg.notices.borrow_mut().push(Notice::WaitingUnknown { control: J::NAME, error });
            HashSet::new()
        }
    }
}

async fn look<J: Survey, K: Clock, P: Post, W: Waiting>(
    judge: &J,
    leg: &Leg<'_, K, P, W>,
    pace: &Pace<'_, K>,
    waiting: &HashSet<String>,
    resource: Resource,
    state: Option<J::State>,
) -> (Resource, Verdict) {
    if state.is_none() {
        pace.turn().await;
    }
    let (account, region) = (leg.own.account.clone(), leg.own.region.clone());
    let subject = Subject { resource, account, region, cause: Cause::new("sweep") };
    let verdict = match J::id(&subject.resource) {
        Some(id) => {
            let inspected = inspect(judge, &subject, id, leg.exemptions, leg.clock, state).await;
            Verdict::of(&inspected, waiting.contains(subject.resource.id()))
        }
        None => Verdict::Unreadable,
    };
    (subject.resource, verdict)
}

/// Hands these to a function.
async fn send<K: Clock, P: Post, W: Waiting>(
    function: &str,
    leg: &Leg<'_, K, P, W>,
    resources: &[Resource],
) -> Result<(), CallError> {
    if resources.is_empty() {
        return Ok(());
    }
    let (began, place) = (rfc3339(leg.began), leg.place());
    let body = |resources: &[Resource]| {
        let (account, region) = (place.account, place.region);
        let found = SweepFound { sweep: &leg.sweep, began: &began, account, region, resources };
        found.to_json().to_string()
    };
    let bodies: Vec<String> = resources.chunks(SUBJECTS_A_MESSAGE).map(body).collect();
    let queue = leg.own.beside(leg.name, function).ok_or_else(|| CallError::Withheld {
        action: "sqs:SendMessage",
        code: "QueueUnknown",
        message: format!("the queue `{}` is not called as the function `{}` is", leg.own.name, leg.name),
    })?;
    leg.post.send(&queue, &bodies, Duration::ZERO).await
}
