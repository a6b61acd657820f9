//! Everything that one invocation holds, each subject walked once and reported once.

mod answer;
mod behind;
pub(crate) mod probe;

use std::sync::{Arc, PoisonError, RwLock};
use std::time::{Duration, SystemTime};

use events::{OwnRoles, Reading, Subject, Trigger, TriggerError};
use exemptions::Exemptions;
use futures_util::StreamExt;
use futures_util::stream;
use remediation::clock::Clock;
use remediation::ledger::{Briefs, Ledger};
use remediation::{
    CallError, Control, Delivery, Ended, Judge, Looked, Mailed, Mode, NotMailed, Notify, Ports, Recount,
    Target, Told, Visit, mail_briefs, walk_from,
};
use serde_json::Value;
use settings::Settings;
use telemetry::{line, metrics};
use tracing::Instrument;

use crate::asked::{Asked, asked};

pub use answer::HandleError;
use answer::{AllHandled, Done, Handled};

/// How many subjects are walked at the same time: all of a full batch, which has ten messages, so that it ends about when
/// its slowest subject does. A walk begins few calls of one action at once. EC2 counts calls by action: an account may begin
/// 100 that describe something at once and has 20 of them back in a second, and fewer that change something. So two batches
/// of ten, which is what a function is handed at the same time, leave most of it to others.
/// <https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-throttling.html>
pub const AT_ONCE: usize = 10;

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

impl Invocation {
    /// What each of its lines has. At error level, so that no log level takes the request's id off them.
    pub(crate) fn span(&self, settings_version: Option<i64>) -> tracing::Span {
        tracing::error_span!(
            "invocation",
            cold_start = self.cold_start,
            function_request_id = self.request_id,
            xray_trace_id = self.xray_trace_id.as_deref().unwrap_or_default(),
            settings_version,
        )
    }
}

/// A control at work.
#[derive(Debug)]
pub struct Service<C, N, K, L> {
    armed: RwLock<Arc<Armed<C>>>,
    ports: Ports<K, N, L>,
    own_roles: OwnRoles,
}

/// A control, and the settings that it was built with.
#[derive(Debug)]
struct Armed<C> {
    control: C,
    settings: Settings,
    exemptions: Exemptions,
}

impl<C> Armed<C> {
    fn new(control: C, settings: Settings) -> Arc<Self> {
        let exemptions = settings.exemptions();
        Arc::new(Self { control, settings, exemptions })
    }
}

/// An event that somebody handed over.
struct Handed<'a> {
    reading: &'a Reading,
    /// What a queue calls it.
    message_id: Option<&'a str>,
    /// How it came.
    delivery: Delivery,
}

/// A subject that is to be walked.
struct Work<'a> {
    subject: &'a Subject,
    delivery: Delivery,
}

impl Work<'_> {
    fn target<C: Judge>(&self) -> Option<Target<'_, C::Id>> {
        C::id(&self.subject.resource).map(|id| Target::of(self.subject, id))
    }
}

impl<C: Recount, N: Notify, K: Clock, L: Ledger + Briefs> Service<C, N, K, L> {
    /// A service that enforces one control, tells people through one port and remembers its work through another.
    pub fn new(control: C, notify: N, clock: K, ledger: L, settings: Settings) -> Self {
        let armed = RwLock::new(Armed::new(control, settings));
        Self { armed, ports: Ports::new(clock, notify, ledger), own_roles: OwnRoles::none() }
    }

    /// The same, for which calls of these roles are no reason to look.
    #[must_use]
    pub fn working_as(self, own_roles: OwnRoles) -> Self {
        Self { own_roles, ..self }
    }

    /// Goes by other settings from the next invocation on, with a control that was built with them.
    pub fn rearm(&self, control: C, settings: Settings) {
        *self.armed.write().unwrap_or_else(PoisonError::into_inner) = Armed::new(control, settings);
    }

    /// The mode that it is in.
    #[must_use]
    pub fn mode(&self) -> Mode {
        self.armed().settings.mode_of(C::NAME)
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
        let span = invocation.span(armed.settings.written);
        self.answer(&armed, payload, invocation).instrument(span).await
    }

    async fn answer(
        &self,
        armed: &Armed<C>,
        payload: &str,
        invocation: &Invocation,
    ) -> Result<Value, HandleError> {
        if asked(payload) == Some(Asked::Probe) {
            return Ok(probe::answer(C::NAME, armed.settings.mode_of(C::NAME)));
        }
        match events::read(payload, &self.own_roles) {
            Ok(Trigger::Event(mut reading)) => {
                let failures = self.look_behind(armed, vec![&mut reading], invocation).await;
                let event = Handed { reading: &reading, message_id: None, delivery: Delivery::Direct };
                let handled = self.handle_all(armed, &[event], invocation).await;
                answer::event(Done::of(&reading, failures.into_iter().flatten().collect(), &handled))
            }
            Ok(Trigger::Batch(mut messages)) => {
                let readings = messages.iter_mut().map(|message| &mut message.reading).collect();
                let failures = self.look_behind(armed, readings, invocation).await;
                let handed: Vec<Handed<'_>> = messages
                    .iter()
                    .map(|message| Handed {
                        reading: &message.reading,
                        message_id: Some(&message.id),
                        delivery: delivery(message.receive_count, armed.settings.max_receive_count),
                    })
                    .collect();
                let handled = self.handle_all(armed, &handed, invocation).await;
                let done = messages.iter().zip(failures);
                let done: Vec<Done> =
                    done.map(|(message, failures)| Done::of(&message.reading, failures, &handled)).collect();
                Ok(answer::batch(&messages, &done))
            }
            Ok(Trigger::Rule(_)) => Err(Self::unreadable(TriggerError::rule_not_answered())),
            Err(error) => Err(Self::unreadable(error)),
        }
    }

    /// Puts what subjects of other kinds stand for in their place.
    async fn look_behind(
        &self,
        armed: &Armed<C>,
        readings: Vec<&mut Reading>,
        invocation: &Invocation,
    ) -> Vec<Vec<HandleError>> {
        let left = left(invocation, &self.ports.clock).map(|left| left / 4);
        aws::within(left, behind::put_in_place(&armed.control, readings)).await.0
    }

    fn unreadable(error: TriggerError) -> HandleError {
        line::unreadable(C::NAME, &error, None);
        HandleError::Unreadable(error)
    }

    /// Walks each distinct subject once.
    async fn handle_all(
        &self,
        armed: &Armed<C>,
        handed: &[Handed<'_>],
        invocation: &Invocation,
    ) -> AllHandled {
        for one in handed {
            for error in &one.reading.unreadable {
                line::unreadable(C::NAME, error, one.message_id);
            }
        }
        let is_tick = handed.iter().any(|one| one.reading.is_tick);
        let not_mailed = match is_tick {
            true => Box::pin(self.mail_briefs(armed, invocation)).await.err(),
            false => None,
        };
        let due = if is_tick { self.due().await } else { Ok(Vec::new()) };
        let (due, not_listed) = match due {
            Ok(due) => (due, None),
            Err(error) => (Vec::new(), Some(error)),
        };
        let work = work::<C>(handed, &due);
        let is_read = handed.iter().all(|one| one.reading.unreadable.is_empty());
        if work.is_empty() && is_read && !is_tick {
            line::nothing_to_do(C::NAME);
        }
        let half_time = self.half_time(invocation);
        let looked = self.look(armed, &work, invocation).await;
        let subjects = stream::iter(work.into_iter().zip(looked))
            .map(|(work, looked)| async move {
                // In its own place from the start: what holds several at a time moves each of them more than once.
                let handled = Box::pin(self.subject(armed, &work, looked, invocation, half_time)).await;
                (work.subject.clone(), handled)
            })
            .buffer_unordered(AT_ONCE)
            .collect()
            .await;
        AllHandled { subjects, not_listed, not_mailed }
    }

    /// Sends the digest, where it is due.
    async fn mail_briefs(&self, armed: &Armed<C>, invocation: &Invocation) -> Result<(), NotMailed> {
        // The resources that wait need the rest of the time.
        let left = left(invocation, &self.ports.clock).map(|left| left / 4);
        let (pace, Invocation { request_id, deadline, .. }) = (armed.settings.alerts, invocation);
        let mailed = mail_briefs(&self.ports, C::NAME, pace, request_id, *deadline);
        let (mailed, api_calls) = aws::within(left, mailed).await;
        match mailed {
            Ok(Mailed { subjects, unreadable }) => {
                unreadable.iter().for_each(|record| line::brief_not_read(C::NAME, record));
                if subjects > 0 {
                    line::mailed(C::NAME, subjects, api_calls);
                }
                Ok(())
            }
            Err(error) => {
                if matches!(error, NotMailed::Undelivered(_)) {
                    metrics::alert_not_delivered(C::NAME);
                }
                line::not_mailed(C::NAME, &error);
                Err(error)
            }
        }
    }

    /// What nobody else goes on with.
    async fn due(&self) -> Result<Vec<Subject>, CallError> {
        let due = self.ports.ledger.due(C::NAME, self.ports.clock.now()).await;
        match &due {
            Ok(due) => line::due(C::NAME, due.len()),
            Err(error) => line::not_listed(C::NAME, error),
        }
        due
    }

    /// Looks at all subjects of a batch together, where that takes fewer calls.
    async fn look(
        &self,
        armed: &Armed<C>,
        work: &[Work<'_>],
        invocation: &Invocation,
    ) -> Vec<Option<Looked<C::State>>> {
        let targets: Vec<Target<'_, C::Id>> = work.iter().filter_map(Work::target::<C>).collect();
        let at = self.ports.clock.now();
        // Where it takes long, the time of each is better spent on its own look.
        let left = left(invocation, &self.ports.clock).map(|left| left / 4);
        let (states, api_calls) = aws::within(left, armed.control.read_together(&targets)).await;
        if api_calls > 0 {
            line::looked_together(C::NAME, states.iter().flatten().count(), api_calls);
        }
        let mut looked = states.into_iter().map(|state| state.map(|state| Looked { at, state }));
        work.iter().map(|work| work.target::<C>().and_then(|_| looked.next().flatten())).collect()
    }

    async fn subject(
        &self,
        armed: &Armed<C>,
        work: &Work<'_>,
        looked: Option<Looked<C::State>>,
        invocation: &Invocation,
        half_time: Option<SystemTime>,
    ) -> Handled {
        let Work { subject, delivery } = *work;
        let Some(id) = C::id(&subject.resource) else { return Handled::NotStarted };
        // What will not be delivered again is begun however little time is left.
        let may_wait = delivery != Delivery::Last;
        if may_wait && half_time.is_some_and(|half_time| self.ports.clock.now() > half_time) {
            line::not_started(C::NAME, subject);
            return Handled::NotStarted;
        }
        let visit = Visit {
            subject,
            id,
            mode: armed.settings.mode_of(C::NAME),
            delivery,
            request_id: &invocation.request_id,
            deadline: invocation.deadline,
            limits: armed.settings.limits(C::NAME),
            pace: armed.settings.alerts,
            exemptions: &armed.exemptions,
            settings_version: armed.settings.written,
        };
        let left = left(invocation, &self.ports.clock);
        // In its own place too: what counts its calls and ends it in time would move all of it.
        let walk = Box::pin(walk_from(&armed.control, &visit, &self.ports, looked));
        let (ended, api_calls) = aws::within(left, walk).await;
        match ended {
            Ended::Busy { until } => {
                line::busy(C::NAME, subject, until);
                Handled::Busy
            }
            Ended::Walked(said) => {
                if let Some(of_restore) = &said.of_restore {
                    // Its calls are among those of the walk.
                    line::report(of_restore, 0);
                    if matches!(of_restore.told, Told::Failed(_)) {
                        metrics::alert_not_delivered(C::NAME);
                    }
                }
                line::report(&said, api_calls);
                metrics::subject(C::NAME, said.report.outcome, said.report.duration, api_calls);
                if matches!(said.told, Told::Failed(_)) {
                    metrics::alert_not_delivered(C::NAME);
                }
                Handled::Walked(said)
            }
        }
    }

    /// Until when subjects are started: a walk that Lambda would cut off half way is better not begun.
    fn half_time(&self, invocation: &Invocation) -> Option<SystemTime> {
        let left = left(invocation, &self.ports.clock)?;
        self.ports.clock.now().checked_add(left / 2)
    }
}

/// How much time is left. A deadline that has passed already is no deadline.
pub(crate) fn left(invocation: &Invocation, clock: &impl Clock) -> Option<Duration> {
    invocation.deadline.duration_since(clock.now()).ok().filter(|left| *left > Duration::ZERO)
}

/// How a message of a queue came that it hands out so many times at most.
fn delivery(receive_count: u32, limit: u32) -> Delivery {
    match receive_count {
        count if count >= limit => Delivery::Last,
        0 | 1 => Delivery::First,
        _ => Delivery::Again,
    }
}

/// Each distinct subject of the control once, first what will not be handed out again.
fn work<'a, C: Control>(handed: &[Handed<'a>], due: &'a [Subject]) -> Vec<Work<'a>> {
    let mut work: Vec<Work<'a>> = Vec::new();
    let of_events =
        handed.iter().flat_map(|one| one.reading.subjects.iter().map(|subject| (subject, one.delivery)));
    let of_tick = due.iter().map(|subject| (subject, Delivery::Last));
    for (subject, delivery) in
        of_events.chain(of_tick).filter(|(subject, _)| C::id(&subject.resource).is_some())
    {
        match work.iter_mut().find(|known| known.subject.same_resource(subject)) {
            Some(known) => known.delivery = known.delivery.max(delivery),
            None => work.push(Work { subject, delivery }),
        }
    }
    work.sort_by_key(|work| work.delivery != Delivery::Last);
    work
}
