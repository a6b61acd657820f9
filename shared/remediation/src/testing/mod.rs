//! Doubles for tests: a clock that stands still, a topic that remembers, subjects without an event.

#![expect(clippy::unwrap_used, clippy::missing_panics_doc, reason = "a test may fail")]

mod chances;
pub mod doors;
pub mod ledgers;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::{Duration, SystemTime};

use events::{AccountId, BucketName, Region, Resource, Subject};
use tokio::runtime;

use crate::clock::Clock;
use crate::{
    Alert, CallError, Control, Describe, Ended, Mode, Notify, Outcome, Ports, Report, Undelivered, Visit,
    walk,
};

/// 2026-11-22T05:41:07.120Z.
pub const NOW: Duration = Duration::from_millis(1_795_326_067_120);

/// A clock that moves only when somebody sleeps or a test says so.
#[derive(Debug, Default)]
pub struct Still(Cell<Duration>);

impl Still {
    /// Lets time pass.
    pub fn forward(&self, by: Duration) {
        self.0.set(self.0.get() + by);
    }
}

impl Clock for Still {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW + self.0.get()
    }

    async fn sleep(&self, pause: Duration) {
        self.forward(pause);
    }
}

/// A topic that remembers what it was told, or refuses it.
#[derive(Debug, Default)]
pub struct Topic {
    /// What it was told, in order.
    pub reports: RefCell<Vec<Report>>,
    /// Whether it takes nothing.
    pub refuses: Cell<bool>,
}

impl Notify for Topic {
    async fn notify(&self, report: &Report) -> Result<(), Undelivered> {
        if self.refuses.get() {
            let alert = Alert { subject: "A door".to_owned(), text: "The front door is open.".to_owned() };
            let error = CallError::Refused {
                action: "sns:Publish",
                code: "NotFound".to_owned(),
                message: "no such topic".to_owned(),
            };
            return Err(Undelivered { error, alert });
        }
        self.reports.borrow_mut().push(report.clone());
        Ok(())
    }
}

impl<T: Clock> Clock for &T {
    fn now(&self) -> SystemTime {
        (*self).now()
    }

    async fn sleep(&self, pause: Duration) {
        (*self).sleep(pause).await;
    }
}

impl<T: Notify> Notify for &T {
    async fn notify(&self, report: &Report) -> Result<(), Undelivered> {
        (*self).notify(report).await
    }
}

/// Account 210987654321 in eu-west-1.
#[must_use]
pub fn subject(resource: Resource) -> Subject {
    Subject {
        resource,
        account: AccountId::new("210987654321").unwrap(),
        region: Region::new("eu-west-1").unwrap(),
        cause: events::Cause::new("AWS Config rule"),
    }
}

/// The subject of a bucket of this name.
#[must_use]
pub fn bucket(name: &str) -> Subject {
    subject(Resource::Bucket(BucketName::new(name).unwrap()))
}

/// A report with nothing in it but how it ended.
#[must_use]
pub fn report(control: &'static str, subject: Subject, mode: Mode, outcome: Outcome) -> Report {
    Report {
        control,
        subject,
        outcome,
        mode,
        findings: Vec::new(),
        planned: Vec::new(),
        changes: Vec::new(),
        remaining: None,
        lacks_only_guards: false,
        before: None,
        unread: Vec::new(),
        to_read_again: None,
        hindrance: None,
        error: None,
        note: None,
        advice: Vec::new(),
        evidence: Vec::new(),
        duration: Duration::ZERO,
    }
}

/// Walks one subject that will not be handed out again.
pub fn take<C: Describe>(control: &C, subject: &Subject, mode: Mode, clock: &Still, topic: &Topic) -> Ended {
    let id = C::id(&subject.resource).unwrap();
    let visit = Visit { subject, id, mode, is_last_chance: true };
    run(walk(control, &visit, &Ports::new(clock, topic)))
}

/// What is said about a subject after one walk.
pub fn report_of<C: Describe>(control: &C, subject: &Subject, mode: Mode) -> Report {
    take(control, subject, mode, &Still::default(), &Topic::default()).report
}

/// Asserts that a value goes to JSON and comes back equal.
pub fn assert_round_trip<T>(value: &T)
where
    T: std::fmt::Debug + PartialEq + serde::Serialize + serde::de::DeserializeOwned,
{
    let json = serde_json::to_string(value).unwrap();
    assert_eq!(serde_json::from_str::<T>(&json).unwrap(), *value, "{json}");
}

/// Asserts that what a control keeps goes to JSON and comes back equal.
pub fn assert_records<C: Control>(state: &C::State, plan: Option<&C::Plan>, changes: &[C::Change]) {
    assert_round_trip(state);
    plan.into_iter().for_each(assert_round_trip);
    changes.iter().for_each(assert_round_trip);
}

/// Runs what needs a runtime, on this thread.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    runtime::Builder::new_current_thread().enable_all().build().unwrap().block_on(future)
}
