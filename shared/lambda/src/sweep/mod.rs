//! Everything that there is, looked at: what the function `sweep` does with a message of its own queue.

mod report;

use std::cell::RefCell;
use std::time::SystemTime;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse};
use events::{OrderMessage, Queue, SweepOrder, SweepStep, TriggerError, read_orders};
use exemptions::Exemptions;
use remediation::clock::Clock;
use remediation::ledger::Chronicle;
use remediation::{CallError, Place};
use serde_json::{Value, json};
use settings::Settings;
use sweeping::{Leg, Post, Progress, Surveys, Waiting, aftermath};
use telemetry::line;
use tracing::Instrument;

use crate::Invocation;
use crate::asked::{Asked, asked};
use crate::service::{HandleError, left, probe};

/// What the function is called, also in the places where others name their control.
pub(crate) const NAME: &str = "sweep";

/// What it sweeps with.
#[derive(Debug)]
pub struct Ports<'a, K, P, W> {
    /// The time.
    pub clock: &'a K,
    /// What sends.
    pub post: &'a P,
    /// What knows of work that waits, and of what became of work.
    pub ledger: &'a W,
}

/// Handles one batch of the function's own queue, and says which messages are to come back.
///
/// # Errors
/// For a payload that cannot be read. The log says so already.
pub async fn answer<S: Surveys, K: Clock, P: Post, W: Waiting + Chronicle>(
    surveys: &S,
    payload: &str,
    ports: &Ports<'_, K, P, W>,
    invocation: &Invocation,
    settings: &Settings,
) -> Result<Value, HandleError> {
    if asked(payload) == Some(Asked::Probe) {
        return Ok(probe::answer(NAME, settings.mode));
    }
    let span = invocation.span(settings.written);
    let work = async {
        let messages = read_orders(payload).map_err(|error| unreadable(error, None))?;
        let sweeper = Sweeper { surveys, ports, invocation, exemptions: settings.exemptions() };
        Ok(sweeper.all(&messages).await)
    };
    work.instrument(span).await
}

fn unreadable(error: TriggerError, message_id: Option<&str>) -> HandleError {
    line::unreadable(NAME, &error, message_id);
    HandleError::Unreadable(error)
}

struct Sweeper<'a, S, K, P, W> {
    surveys: &'a S,
    ports: &'a Ports<'a, K, P, W>,
    invocation: &'a Invocation,
    exemptions: Exemptions,
}

impl<S: Surveys, K: Clock, P: Post, W: Waiting + Chronicle> Sweeper<'_, S, K, P, W> {
    /// Carries out what all messages say, each order once: several that waited while nobody swept ask for the same.
    async fn all(&self, messages: &[OrderMessage]) -> Value {
        let until = self.half_time();
        let mut done: Vec<(&SweepOrder, bool)> = Vec::new();
        let mut response = SqsBatchResponse::default();
        for message in messages {
            let is_done = match &message.order {
                Err(error) => {
                    unreadable(error.clone(), Some(&message.id));
                    false
                }
                Ok(order) => match done.iter().find(|(known, _)| *known == order) {
                    Some((_, is_done)) => *is_done,
                    None => {
                        let is_done = self.one(order, &message.id, until).await;
                        done.push((order, is_done));
                        is_done
                    }
                },
            };
            if !is_done {
                let mut failure = BatchItemFailure::default();
                failure.item_identifier.clone_from(&message.id);
                response.batch_item_failures.push(failure);
            }
        }
        json!(response)
    }

    /// Whether the order was carried out, or handed over.
    async fn one(&self, order: &SweepOrder, message_id: &str, until: Option<SystemTime>) -> bool {
        let progress = match &order.step {
            SweepStep::Begin => Progress::new(message_id, self.ports.clock.now(), &self.surveys.controls()),
            SweepStep::GoOn(written) => match serde_path_to_error::deserialize(written) {
                Ok(progress) => progress,
                Err(error) => {
                    report::not_understood(message_id, &error);
                    return false;
                }
            },
        };
        let (left, sweep) = (left(self.invocation, self.ports.clock), progress.sweep.clone());
        if progress.is_over() {
            return aws::within(left, self.look_back(order, &progress)).await.0;
        }
        let (done, _) = aws::within(left, self.go(order, progress, until)).await;
        if let Err(error) = &done {
            report::not_done(&sweep, error);
        }
        done.is_ok()
    }

    async fn go(
        &self,
        order: &SweepOrder,
        mut progress: Progress,
        until: Option<SystemTime>,
    ) -> Result<(), CallError> {
        let Ports { clock, post, ledger } = *self.ports;
        let (sweep, began) = (progress.sweep.clone(), progress.began);
        let (own, exemptions) = (&order.queue, &self.exemptions);
        let notices = RefCell::default();
        let leg = Leg { clock, post, ledger, own, name: NAME, exemptions, until, sweep, began, notices };
        let gone = leg.go(self.surveys, &mut progress).await;
        for notice in leg.notices.borrow_mut().drain(..) {
            report::notice(&progress.sweep, &notice);
        }
        gone?;
        if progress.is_over() {
            let is_sent = progress.found.values().any(|tally| tally.sent() > 0);
            let asked = if is_sent { leg.hand_over(&progress).await } else { Ok(()) };
            progress.api_calls = progress.api_calls.saturating_add(aws::sent().into());
            report::over(&progress, &leg.place(), clock.now());
            if let Err(error) = asked {
                report::not_asked(&progress.sweep, &error);
            }
            return Ok(());
        }
        progress.api_calls = progress.api_calls.saturating_add(aws::sent().into());
        leg.hand_over(&progress).await?;
        report::goes_on(&progress, &leg.place());
        Ok(())
    }

    /// Says what became of what was sent: whether that could be said.
    async fn look_back(&self, order: &SweepOrder, progress: &Progress) -> bool {
        let Queue { account, region, .. } = &order.queue;
        match aftermath(self.ports.ledger, progress, self.ports.clock.now()).await {
            Ok(all) => report::aftermath(progress, &Place { account, region }, &all),
            Err(error) => {
                report::not_asked(&progress.sweep, &error);
                return false;
            }
        }
        true
    }

    /// Until when resources are begun with: there has to be time to say how far it came.
    fn half_time(&self) -> Option<SystemTime> {
        let left = left(self.invocation, self.ports.clock)?;
        self.ports.clock.now().checked_add(left / 2)
    }
}
