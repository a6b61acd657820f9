//! Everything that one invocation holds, each subject walked once and reported once.

mod answer;
mod line;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use events::{Message, Subject, Trigger};
use futures_util::StreamExt;
use futures_util::stream;
use serde_json::Value;
use tracing::Instrument;

pub use answer::HandleError;
use answer::{Done, Failure};
use line::AlertState;

use crate::calls::counted;
use crate::clock::Clock;
use crate::recent::Recent;
use crate::{Control, Notify, Report, Settings, metrics, walk};

/// How many subjects of a batch are walked at the same time: enough to hide the network, few enough to stay
/// under the request rates of EC2 and S3.
const AT_ONCE: usize = 4;

/// What Lambda says about an invocation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invocation {
    /// Lambda's id of the request.
    pub request_id: String,
    /// X-Ray's id of the trace.
    pub xray_trace_id: Option<String>,
    /// Whether the process has just been started for it.
    pub cold_start: bool,
    /// When Lambda will end it.
    pub deadline: SystemTime,
}

/// A control at work.
#[derive(Debug)]
pub struct Service<C, N, K> {
    armed: RwLock<Arc<Armed<C>>>,
    notify: N,
    clock: K,
    recent: Recent,
}

/// A control, and the settings that it was built with.
#[derive(Debug)]
struct Armed<C> {
    control: C,
    settings: Settings,
}

impl<C: Control, N: Notify, K: Clock> Service<C, N, K> {
    /// A service that enforces one control and tells people through one port.
    pub fn new(control: C, notify: N, clock: K, settings: Settings) -> Self {
        let armed = RwLock::new(Arc::new(Armed { control, settings }));
        Self { armed, notify, clock, recent: Recent::default() }
    }

    /// Goes by other settings from the next invocation on, with a control that was built with them.
    pub fn rearm(&self, control: C, settings: Settings) {
        *self.armed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Armed { control, settings });
    }

    fn armed(&self) -> Arc<Armed<C>> {
        Arc::clone(&self.armed.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Handles one Lambda payload and says what to answer: the partial batch response for an SQS batch, a
    /// list of the outcomes for a single event.
    ///
    /// # Errors
    /// For a payload that cannot be read, and for a single event with something that could not be done:
    /// Lambda then delivers it again. Everything in the error is in the log already.
    pub async fn handle(&self, payload: &str, invocation: &Invocation) -> Result<Value, HandleError> {
        // At error level, so that no log level takes the request's id off the lines.
        let span = tracing::error_span!(
            "invocation",
            cold_start = invocation.cold_start,
            function_request_id = invocation.request_id,
            xray_trace_id = invocation.xray_trace_id.as_deref().unwrap_or_default(),
        );
        async {
            match events::read(payload) {
                Ok(Trigger::Event(reading)) => {
                    // No queue counts its deliveries, so each may be the last.
                    let event = Message { id: String::new(), receive_count: u32::MAX, reading };
                    let failures = self.messages(std::slice::from_ref(&event), invocation).await;
                    answer::event(failures)
                }
                Ok(Trigger::Batch(messages)) => {
                    let done = self.messages(&messages, invocation).await;
                    Ok(answer::batch(&messages, &done))
                }
                Err(error) => {
                    line::unreadable(C::NAME, &error, None);
                    Err(HandleError::Unreadable(error.to_string()))
                }
            }
        }
        .instrument(span)
        .await
    }

    /// Walks each distinct subject once, and says for each message how its subjects ended.
    async fn messages(&self, messages: &[Message], invocation: &Invocation) -> Vec<Done> {
        let armed = self.armed();
        let mut work: Vec<(&Subject, bool)> = Vec::new();
        for message in messages {
            for error in &message.reading.unreadable {
                line::unreadable(C::NAME, error, Some(message.id.as_str()).filter(|id| !id.is_empty()));
            }
            let last_chance = message.receive_count >= armed.settings.max_receive_count;
            for subject in message.reading.subjects.iter().filter(|s| C::id(&s.resource).is_some()) {
                match work.iter_mut().find(|(known, _)| known.same_resource(subject)) {
                    Some((_, last)) => *last |= last_chance,
                    None => work.push((subject, last_chance)),
                }
            }
        }
        if work.is_empty() && messages.iter().all(|message| message.reading.unreadable.is_empty()) {
            line::nothing_to_do(C::NAME);
        }

        work.sort_by_key(|(_, last_chance)| !last_chance);
        let half_time = self.half_time(invocation);
        let ended: Vec<(&Subject, Result<Report, Failure>)> = stream::iter(work)
            .map(|(subject, last)| {
                let armed = &armed;
                async move { (subject, self.subject(armed, subject, last, half_time).await) }
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        messages.iter().map(|message| Done::of(&message.reading, &ended)).collect()
    }

    async fn subject(
        &self,
        armed: &Armed<C>,
        subject: &Subject,
        last_chance: bool,
        half_time: Option<SystemTime>,
    ) -> Result<Report, Failure> {
        let Some(id) = C::id(&subject.resource) else { return Err(Failure::NotStarted) };
        // What will not be delivered again is begun however little time is left.
        if !last_chance && half_time.is_some_and(|half_time| self.clock.now() > half_time) {
            line::not_started(C::NAME, subject);
            return Err(Failure::NotStarted);
        }
        let ((report, alert), api_calls) = counted(async {
            let report = walk(&armed.control, subject, id, armed.settings.mode, &self.clock).await;
            let alert = self.tell(&report, last_chance).await;
            (report, alert)
        })
        .await;
        line::report(&report, &alert, api_calls);
        metrics::subject(C::NAME, report.outcome, report.duration, api_calls);
        match alert {
            AlertState::Failed(undelivered) => {
                metrics::alert_not_delivered(C::NAME);
                Err(Failure::NotTold(report, undelivered))
            }
            _ if report.is_unfinished() => Err(Failure::Unfinished(report)),
            _ => Ok(report),
        }
    }

    async fn tell(&self, report: &Report, last_chance: bool) -> AlertState {
        let now = self.clock.now();
        let state = if !report.concerns_a_person(last_chance) {
            AlertState::None
        } else if self.recent.knows(report, now) {
            AlertState::Repeated
        } else {
            self.notify.notify(report).await.map_or_else(AlertState::Failed, |()| AlertState::Sent)
        };
        self.recent.note(report, matches!(state, AlertState::Sent), now);
        state
    }

    /// Until when subjects are started: a walk that Lambda would cut off half way is better not begun. A
    /// deadline that has passed already is no deadline.
    fn half_time(&self, invocation: &Invocation) -> Option<SystemTime> {
        let now = self.clock.now();
        let left = invocation.deadline.duration_since(now).ok().filter(|left| *left > Duration::ZERO)?;
        now.checked_add(left / 2)
    }
}
