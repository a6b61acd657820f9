//! Doubles for tests: a clock that stands still, a topic that remembers, subjects without an event.

#![expect(clippy::unwrap_used, clippy::panic, clippy::missing_panics_doc, reason = "a test may fail")]

mod chances;
pub mod doors;
mod hindered;
pub mod ledgers;
mod reopening;
mod timeline;

use std::cell::{Cell, RefCell};
use std::future::Future;
use std::time::{Duration, SystemTime};

use events::{AccountId, BucketName, Region, Resource, Subject};
use exemptions::{Exemptions, MOST_DAYS};
use tokio::runtime;

use crate::clock::Clock;
use crate::ledger::{Ledger, Limits, Memory, Record};
use crate::restore::{Back, Ending, Order};
use crate::{
    Alert, Brief, CallError, Control, Delivery, Ended, Exempt, Mode, Notify, Outcome, Pace, Ports, Recount,
    Report, Said, Undelivered, Visit, walk,
};

pub use hindered::{Call, Hindered};
pub use timeline::Timeline;

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
    /// What it was told together, in order.
    pub digests: RefCell<Vec<Vec<Brief>>>,
    /// Whether it takes nothing.
    pub refuses: Cell<bool>,
}

impl Notify for Topic {
    fn place(&self) -> String {
        "arn:aws:sns:eu-west-1:210987654321:alerts".to_owned()
    }

    async fn notify(&self, report: &Report) -> Result<(), Undelivered> {
        self.takes()?;
        self.reports.borrow_mut().push(report.clone());
        Ok(())
    }

    async fn notify_together(&self, _: &str, briefs: &[Brief]) -> Result<(), Undelivered> {
        self.takes()?;
        self.digests.borrow_mut().push(briefs.to_vec());
        Ok(())
    }
}

impl Topic {
    fn takes(&self) -> Result<(), Undelivered> {
        if !self.refuses.get() {
            return Ok(());
        }
        let alert = Alert { subject: "A door".to_owned(), text: "The front door is open.".to_owned() };
        let error = CallError::Refused {
            action: "sns:Publish",
            code: "NotFound".to_owned(),
            message: "no such topic".to_owned(),
        };
        Err(Undelivered { error, alert })
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
    fn place(&self) -> String {
        (*self).place()
    }

    async fn notify(&self, report: &Report) -> Result<(), Undelivered> {
        (*self).notify(report).await
    }

    async fn notify_together(&self, control: &str, briefs: &[Brief]) -> Result<(), Undelivered> {
        (*self).notify_together(control, briefs).await
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
        left: None,
        is_reversible: false,
        before: None,
        record: None,
        hold: None,
        waiting: Vec::new(),
        found_before: Vec::new(),
        begun_before: Vec::new(),
        unread: Vec::new(),
        to_read_again: None,
        hindrance: None,
        exempt: Exempt::default(),
        owner: None,
        error: None,
        note: None,
        advice: Vec::new(),
        restoration: None,
        evidence: Vec::new(),
        exposed_for: None,
        duration: Duration::ZERO,
    }
}

/// Limits that stop nothing in a test that does not try to reach them.
pub const LIMITS: Limits =
    Limits { changes_per_hour: 1_000, feud_limit: 1_000, remind_after: Duration::from_secs(24 * 60 * 60) };

/// Nobody exempts anything, and tags do not count.
pub static NOTHING_EXEMPT: Exemptions =
    Exemptions { entries: Vec::new(), by_tag: false, most_days: MOST_DAYS };

/// Longer than a [`visit`] or an [`order`] that is cut off keeps its subject: its minute, and what clocks may differ by.
pub const LEASED: Duration = Duration::from_secs(64);

/// A visit that begins now and has a minute.
pub fn visit<'a, C: Control>(
    subject: &'a Subject,
    mode: Mode,
    delivery: Delivery,
    clock: &impl Clock,
) -> Visit<'a, C::Id> {
    Visit {
        subject,
        id: C::id(&subject.resource).unwrap(),
        mode,
        delivery,
        request_id: "8f5d2f0e-5b8a-4b51-a37e-c1f3f1f1d3a5",
        deadline: clock.now() + Duration::from_secs(60),
        limits: LIMITS,
        pace: Pace::Each,
        exemptions: &NOTHING_EXEMPT,
        settings_version: None,
    }
}

/// Walks one subject that will not be handed out again, with nothing remembered.
pub fn take<C: Recount>(control: &C, subject: &Subject, mode: Mode, clock: &Still, topic: &Topic) -> Said {
    let visit = visit::<C>(subject, mode, Delivery::Last, clock);
    said(run(walk(control, &visit, &Ports::new(clock, topic, Memory::default()))))
}

/// Walks one subject, with a ledger that remembers.
pub fn deliver<C: Recount>(
    control: &C,
    subject: &Subject,
    delivery: Delivery,
    ports: &Ports<&Still, &Topic, &impl Ledger>,
) -> Ended {
    let visit = visit::<C>(subject, Mode::Enforce, delivery, &ports.clock);
    run(walk(control, &visit, ports))
}

/// What is said about a walk that nobody else was in the way of.
#[must_use]
pub fn said(ended: Ended) -> Said {
    let Ended::Walked(said) = ended else { panic!("{ended:?}") };
    *said
}

/// What is said about a subject after one walk.
pub fn report_of<C: Recount>(control: &C, subject: &Subject, mode: Mode) -> Report {
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

/// An order to put back what this record says was changed, by somebody who has a minute and says who he is.
pub fn order<'a, C: Control>(record: &'a Record, clock: &impl Clock) -> Order<'a, C::Id> {
    Order {
        record,
        id: C::id(&record.subject.resource).unwrap(),
        newer: &[],
        reason: Some("the shop is down"),
        claimed_by: Some("ann"),
        dry_run: false,
        force: false,
        grace: Duration::from_secs(24 * 60 * 60),
        request_id: "3e8a7c52-7a0d-4c2b-9e43-0d0d6a4d1f5b",
        deadline: clock.now() + Duration::from_secs(60),
        limits: LIMITS,
        settings_version: None,
    }
}

/// The report of a restore that was begun.
#[must_use]
pub fn report_of_restore(back: Back) -> Report {
    let Ending::Done(said) = back.ending else { panic!("{back:?}") };
    said.report
}
