//! A look at everything in the Region that a rule is about.

use std::collections::HashSet;
use std::time::SystemTime;

use evaluations::{Evaluation, Evaluations, NotTaken, Token, deliver};
use events::{Cause, Resource, Subject};
use futures_util::{StreamExt, stream};
use remediation::clock::Clock;
use remediation::ledger::Graces;
use remediation::{CallError, Listed};
use telemetry::line;

use super::home::Home;
use super::judges::{Judging, Work};
use super::look::{Looked, Looks, Unevaluated};
use crate::service::left;

/// How many resources are looked at before AWS Config is told: what it takes at once.
const BATCH: usize = 100;

/// How many at the same time: enough to hide the network, few enough to stay under the request rates of EC2 and S3.
const AT_ONCE: usize = 8;

/// A look at everything, which tells AWS Config as it goes on.
pub(super) struct AtAll<'a, P, K, L> {
    pub(super) looks: Looks<'a, K, L>,
    pub(super) port: &'a P,
    pub(super) token: Option<Token<'a>>,
    pub(super) home: &'a Home,
    pub(super) asked_at: &'a str,
}

/// What a look at everything came to.
#[derive(Debug, Default)]
pub(super) struct All {
    pub(super) evaluations: Vec<Evaluation>,
    pub(super) unevaluated: Vec<Unevaluated>,
    /// How many were not begun with, since the time was over.
    pub(super) not_started: usize,
    pub(super) not_taken: Vec<NotTaken>,
    /// Why nobody knows what the rule said before of what is not there any more.
    pub(super) past_unknown: Option<CallError>,
}

impl<P: Evaluations, K: Clock, L: Graces> Work for AtAll<'_, P, K, L> {
    type Output = Result<All, CallError>;

    async fn with<J: Judging>(self, judge: &J) -> Result<All, CallError> {
        let time_is_over = self.end();
        // First what was said before: what is made later is in the list, and what is not there was deleted.
        let time_left = left(self.looks.invocation, self.looks.clock);
        let (past, mut api_calls) = aws::within(time_left, self.past()).await;
        let (past, past_unknown) = match past {
            Ok(past) => (past, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let (listed, calls) = aws::within(time_left, judge.survey(&self.home.place())).await;
        let listed = listed?;
        api_calls += calls;
        let mut all = All { past_unknown, ..All::default() };
        let mut rest = with_past(listed, past).into_iter();
        line::listed(J::NAME, self.looks.asked.rule.as_deref(), rest.len(), api_calls);
        loop {
            let batch: Vec<Listed<J>> = rest.by_ref().take(BATCH).collect();
            if batch.is_empty() {
                return Ok(all);
            }
            let looked = stream::iter(batch).map(async |Listed { id, state }| {
                if time_is_over.is_some_and(|end| self.looks.clock.now() >= end) {
                    return None;
                }
                let subject = self.subject(id.clone().into());
                Some(self.looks.at(judge, &subject, &id, state).await)
            });
            let looked: Vec<Option<Looked>> = looked.buffer_unordered(AT_ONCE).collect().await;
            self.tell(looked, &mut all).await;
        }
    }
}

impl<P: Evaluations, K: Clock, L: Graces> AtAll<'_, P, K, L> {
    /// What the rule said something of before. Where AWS Config keeps nothing of the answer, nothing of it gets stale.
    async fn past(&self) -> Result<Vec<Resource>, CallError> {
        match (self.looks.asked.rule.as_deref(), &self.token) {
            (Some(rule), Some(token)) if !token.is_test => self.port.evaluated(rule).await,
            _ => Ok(Vec::new()),
        }
    }

    /// Until when resources are begun with: some time stays for the answer.
    fn end(&self) -> Option<SystemTime> {
        let time_left = left(self.looks.invocation, self.looks.clock)?;
        self.looks.clock.now().checked_add(time_left - time_left / 10)
    }

    fn subject(&self, resource: Resource) -> Subject {
        let cause = Cause::new("AWS Config custom rule")
            .with_rule(self.looks.asked.rule.as_deref())
            .with_time(Some(self.asked_at));
        let Home { account, region } = self.home.clone();
        Subject { resource, account, region, cause }
    }

    async fn tell(&self, looked: Vec<Option<Looked>>, all: &mut All) {
        let mut evaluations = Vec::new();
        for one in looked {
            match one {
                Some(Ok(evaluation)) => evaluations.push(evaluation),
                Some(Err(unevaluated)) => all.unevaluated.push(unevaluated),
                None => all.not_started += 1,
            }
        }
        if let Some(token) = &self.token {
            let time_left = left(self.looks.invocation, self.looks.clock);
            let (told, _) = aws::within(time_left, deliver(self.port, token, &evaluations)).await;
            all.not_taken.extend(told.err());
        }
        all.evaluations.extend(evaluations);
    }
}

/// What is listed, and what is not any more: each of these is looked at too, since only that tells that it is gone.
fn with_past<J: Judging>(listed: Vec<Listed<J>>, past: Vec<Resource>) -> Vec<Listed<J>> {
    let known: HashSet<Resource> = listed.iter().map(|one| one.id.clone().into()).collect();
    let vanished = past.iter().filter(|resource| !known.contains(*resource)).filter_map(J::id);
    let vanished: Vec<Listed<J>> = vanished.map(|id| Listed { id: id.clone(), state: None }).collect();
    listed.into_iter().chain(vanished).collect()
}
