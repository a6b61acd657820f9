//! Everything that one invocation holds, each subject walked once and reported once.

mod answer;
mod probe;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use aws::counted;
use events::{Reading, Subject, Trigger};
use futures_util::StreamExt;
use futures_util::stream;
use remediation::clock::Clock;
use remediation::{Control, Describe, Mode, Notify, Ports, Told, Visit, walk};
use serde_json::Value;
use settings::Settings;
use telemetry::{line, metrics};
use tracing::Instrument;

use crate::asked::{Asked, asked};

pub use answer::HandleError;
use answer::{Done, Handled};

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
    ports: Ports<K, N>,
}

/// A control, and the settings that it was built with.
#[derive(Debug)]
struct Armed<C> {
    control: C,
    settings: Settings,
}

/// An event that somebody handed over.
struct Delivery<'a> {
    reading: &'a Reading,
    /// What a queue calls it.
    message_id: Option<&'a str>,
    /// Whether it will not be handed out again.
    is_last: bool,
}

/// A subject that is to be walked.
struct Work<'a, Id> {
    subject: &'a Subject,
    id: &'a Id,
    is_last: bool,
}

impl<C: Describe, N: Notify, K: Clock> Service<C, N, K> {
    /// A service that enforces one control and tells people through one port.
    pub fn new(control: C, notify: N, clock: K, settings: Settings) -> Self {
        let armed = RwLock::new(Arc::new(Armed { control, settings }));
        Self { armed, ports: Ports::new(clock, notify) }
    }

    /// Goes by other settings from the next invocation on, with a control that was built with them.
    pub fn rearm(&self, control: C, settings: Settings) {
        *self.armed.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(Armed { control, settings });
    }

    /// The mode that it is in.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.armed().settings.mode
    }

    /// Which writing of the settings it goes by, where somebody keeps them.
    #[must_use]
    pub fn written(&self) -> Option<i64> {
        self.armed().settings.written
    }

    fn armed(&self) -> Arc<Armed<C>> {
        Arc::clone(&self.armed.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Handles one Lambda payload and says what to answer: the partial batch response for an SQS batch, a
    /// list of the outcomes for a single event. The question `{"probe": true}` is answered without any work.
    ///
    /// # Errors
    /// For a payload that cannot be read, and for a single event with something that could not be done:
    /// Lambda then delivers it again. Everything in the error is in the log already.
    pub async fn handle(&self, payload: &str, invocation: &Invocation) -> Result<Value, HandleError> {
        let armed = self.armed();
        // At error level, so that no log level takes the request's id off the lines.
        let span = tracing::error_span!(
            "invocation",
            cold_start = invocation.cold_start,
            function_request_id = invocation.request_id,
            xray_trace_id = invocation.xray_trace_id.as_deref().unwrap_or_default(),
            settings_version = armed.settings.written,
        );
        self.answer(&armed, payload, invocation).instrument(span).await
    }

    async fn answer(
        &self,
        armed: &Armed<C>,
        payload: &str,
        invocation: &Invocation,
    ) -> Result<Value, HandleError> {
        if asked(payload) == Some(Asked::Probe) {
            return Ok(probe::answer(C::NAME, armed.settings.mode));
        }
        match events::read(payload) {
            Ok(Trigger::Event(reading)) => {
                // No queue counts its deliveries, so each may be the last.
                let event = Delivery { reading: &reading, message_id: None, is_last: true };
                let handled = self.handle_all(armed, &[event], invocation).await;
                answer::event(Done::of(&reading, &handled))
            }
            Ok(Trigger::Batch(messages)) => {
                let limit = armed.settings.max_receive_count;
                let deliveries: Vec<Delivery<'_>> = messages
                    .iter()
                    .map(|message| Delivery {
                        reading: &message.reading,
                        message_id: Some(&message.id),
                        is_last: message.receive_count >= limit,
                    })
                    .collect();
                let handled = self.handle_all(armed, &deliveries, invocation).await;
                let done: Vec<Done> =
                    messages.iter().map(|message| Done::of(&message.reading, &handled)).collect();
                Ok(answer::batch(&messages, &done))
            }
            Err(error) => {
                line::unreadable(C::NAME, &error, None);
                Err(HandleError::Unreadable(error))
            }
        }
    }

    /// Walks each distinct subject once.
    async fn handle_all<'a>(
        &self,
        armed: &Armed<C>,
        deliveries: &[Delivery<'a>],
        invocation: &Invocation,
    ) -> Vec<(&'a Subject, Handled)> {
        for delivery in deliveries {
            for error in &delivery.reading.unreadable {
                line::unreadable(C::NAME, error, delivery.message_id);
            }
        }
        let work = work::<C>(deliveries);
        if work.is_empty() && deliveries.iter().all(|delivery| delivery.reading.unreadable.is_empty()) {
            line::nothing_to_do(C::NAME);
        }
        let half_time = self.half_time(invocation);
        stream::iter(work)
            .map(|work| async move { (work.subject, self.subject(armed, &work, half_time).await) })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await
    }

    async fn subject(
        &self,
        armed: &Armed<C>,
        work: &Work<'_, C::Id>,
        half_time: Option<SystemTime>,
    ) -> Handled {
        let Work { subject, id, is_last } = *work;
        // What will not be delivered again is begun however little time is left.
        if !is_last && half_time.is_some_and(|half_time| self.ports.clock.now() > half_time) {
            line::not_started(C::NAME, subject);
            return Handled::NotStarted;
        }
        let visit = Visit { subject, id, mode: armed.settings.mode, is_last_chance: is_last };
        let (ended, api_calls) = counted(walk(&armed.control, &visit, &self.ports)).await;
        line::report(&ended.report, &ended.told, api_calls);
        metrics::subject(C::NAME, ended.report.outcome, ended.report.duration, api_calls);
        if matches!(ended.told, Told::Failed(_)) {
            metrics::alert_not_delivered(C::NAME);
        }
        Handled::Walked(Box::new(ended))
    }

    /// Until when subjects are started: a walk that Lambda would cut off half way is better not begun. A
    /// deadline that has passed already is no deadline.
    fn half_time(&self, invocation: &Invocation) -> Option<SystemTime> {
        let now = self.ports.clock.now();
        let left = invocation.deadline.duration_since(now).ok().filter(|left| *left > Duration::ZERO)?;
        now.checked_add(left / 2)
    }
}

/// Each distinct subject of the control once, first what will not be handed out again.
fn work<'a, C: Control>(deliveries: &[Delivery<'a>]) -> Vec<Work<'a, C::Id>> {
    let mut work: Vec<Work<'a, C::Id>> = Vec::new();
    for delivery in deliveries {
        for subject in &delivery.reading.subjects {
            let Some(id) = C::id(&subject.resource) else { continue };
            match work.iter_mut().find(|known| known.subject.same_resource(subject)) {
                Some(known) => known.is_last |= delivery.is_last,
                None => work.push(Work { subject, id, is_last: delivery.is_last }),
            }
        }
    }
    work.sort_by_key(|work| !work.is_last);
    work
}
