//! A control over a made-up resource, a clock that stands still, a topic that remembers.

#![allow(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::unwrap_used,
    reason = "a test may fail"
)]
#![allow(dead_code, reason = "each test file uses its own part")]

use std::cell::{Cell, RefCell};
use std::collections::VecDeque;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use events::{BucketName, Resource, Subject, Trigger};
use remediation::clock::Clock;
use remediation::{
    Alert, Applied, CallError, Change, Control, Evidence, Finding, Invocation, Notify, Remedy, Report,
    Severity, Target, Undelivered,
};
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

/// 2026-11-22T05:41:07.120Z.
pub const NOW: Duration = Duration::from_millis(1_795_326_067_120);

/// A clock that moves only when somebody sleeps or a test says so.
#[derive(Debug, Default)]
pub struct Still(Cell<Duration>);

impl Still {
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

impl Clock for &Still {
    fn now(&self) -> SystemTime {
        (*self).now()
    }

    async fn sleep(&self, pause: Duration) {
        (*self).sleep(pause).await;
    }
}

/// What a read answers.
pub type Read = Result<Option<Vec<&'static str>>, CallError>;

/// The state of a resource is the list of its doors; the open ones are findings. `window` is reported only,
/// `cat flap` is left to people.
#[derive(Debug, Default)]
pub struct Doors {
    /// What the next reads answer; the last one answers for ever.
    pub reads: RefCell<VecDeque<Read>>,
    /// What applying does, after it has closed as many doors as this says.
    pub apply: RefCell<Option<(usize, Result<Applied, CallError>)>>,
    /// What was called, in order.
    pub calls: RefCell<Vec<String>>,
}

impl Doors {
    pub fn read<const N: usize>(reads: [Read; N]) -> Self {
        Self { reads: RefCell::new(reads.into()), ..Self::default() }
    }

    pub fn then(self, closed: usize, result: Result<Applied, CallError>) -> Self {
        *self.apply.borrow_mut() = Some((closed, result));
        self
    }
}

pub fn open(doors: &[&'static str]) -> Read {
    Ok(Some(doors.to_vec()))
}

pub fn denied() -> CallError {
    CallError::Denied(remediation::Denied { action: "house:CloseDoor", message: "no".to_owned() })
}

pub fn throttled() -> CallError {
    CallError::Passing { action: "house:CloseDoor", code: "SlowDown".to_owned(), message: "later".to_owned() }
}

impl Control for &Doors {
    const NAME: &'static str = "doors";
    type Id = BucketName;
    type State = Vec<&'static str>;
    type Plan = Vec<&'static str>;

    fn id(resource: &Resource) -> Option<&BucketName> {
        match resource {
            Resource::Bucket(name) => Some(name),
            _ => None,
        }
    }

    async fn read(&self, target: &Target<'_, BucketName>) -> Result<Option<Self::State>, CallError> {
        self.calls.borrow_mut().push(format!("read {}", target.id));
        let mut reads = self.reads.borrow_mut();
        if reads.len() > 1 { reads.pop_front().unwrap() } else { reads.front().cloned().unwrap() }
    }

    fn assess(&self, state: &Self::State) -> Vec<Finding> {
        let finding = |door: &&'static str| Finding {
            kind: "open-door",
            severity: Severity::High,
            remedy: match *door {
                "window" => Remedy::Report,
                "cat flap" => Remedy::ByHand,
                _ => Remedy::Close,
            },
            summary: format!("the {door} is open"),
            evidence: json!({ "door": door }),
        };
        state.iter().map(finding).collect()
    }

    fn plan(&self, state: &Self::State, _: &[Finding], _: SystemTime) -> Option<Self::Plan> {
        let doors: Vec<_> = state.iter().copied().filter(|door| *door != "window").collect();
        (!doors.is_empty()).then_some(doors)
    }

    fn steps(&self, plan: &Self::Plan) -> Vec<String> {
        plan.iter().map(|door| format!("close the {door}")).collect()
    }

    async fn apply(
        &self,
        target: &Target<'_, BucketName>,
        plan: &Self::Plan,
        done: &mut Vec<Change>,
    ) -> Result<Applied, CallError> {
        self.calls.borrow_mut().push(format!("apply {} to {}", plan.join(" "), target.id));
        let (closed, result) = self.apply.borrow().clone().unwrap_or((usize::MAX, Ok(Applied::Done)));
        done.extend(plan.iter().take(closed).map(|door| Change {
            action: "house:CloseDoor",
            summary: format!("closed the {door}"),
            detail: json!({ "door": door }),
        }));
        result
    }

    fn advice(&self, report: &Report) -> Vec<String> {
        vec![format!("Do what one does when it is {}.", report.outcome)]
    }

    fn evidence(
        &self,
        _: &Target<'_, BucketName>,
        state: &Self::State,
        _: Option<&Self::Plan>,
    ) -> Vec<Evidence> {
        vec![Evidence { title: "The doors".to_owned(), body: state.join("\n") }]
    }

    fn unfinished(
        &self,
        _: &Target<'_, BucketName>,
        plan: &Self::Plan,
        done: &[Change],
        after: Option<&Self::State>,
    ) -> Option<String> {
        let is_left = |door: &&&'static str| match after {
            Some(after) => after.contains(door),
            None => done.iter().all(|change| change.detail["door"] != **door),
        };
        let commands: Vec<String> =
            plan.iter().filter(is_left).map(|door| format!("  close {door}")).collect();
        (!commands.is_empty()).then(|| commands.join("\n"))
    }
}

/// A topic that remembers what it was told, or refuses it.
#[derive(Debug, Default)]
pub struct Told {
    pub reports: RefCell<Vec<Report>>,
    pub refuses: Cell<bool>,
}

impl Notify for &Told {
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

/// An event that says that a bucket does not comply.
pub fn event(bucket: &str, id: &str) -> String {
    json!({
        "id": id,
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "time": "2026-11-22T05:41:00Z",
        "account": "210987654321",
        "region": "eu-west-1",
        "detail": {
            "resourceType": "AWS::S3::Bucket",
            "resourceId": bucket,
            "configRuleName": "doors-closed",
            "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
        },
    })
    .to_string()
}

pub fn batch(bodies: &[String], receive_count: u32) -> String {
    let record = |(index, body): (usize, &String)| {
        json!({
            "messageId": format!("m{index}"),
            "body": body,
            "attributes": { "ApproximateReceiveCount": receive_count.to_string() },
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() }).to_string()
}

pub fn subject() -> Subject {
    match events::read(&event("acme", "e1")) {
        Ok(Trigger::Event(mut reading)) => reading.subjects.remove(0),
        other => panic!("no subject: {other:?}"),
    }
}

pub fn invocation() -> Invocation {
    Invocation {
        request_id: "8f5c0e6a-5d7b-4d7e-9a54-0d5d5f0a1b2c".to_owned(),
        xray_trace_id: Some("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned()),
        cold_start: true,
        deadline: SystemTime::UNIX_EPOCH + NOW + Duration::from_secs(60),
    }
}

/// Runs what needs a runtime, on this thread.
pub fn run<T>(future: impl Future<Output = T>) -> T {
    tokio::runtime::Builder::new_current_thread().build().unwrap().block_on(future)
}

/// The lines that were logged.
#[derive(Clone, Default)]
pub struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub fn take(&self) -> Vec<serde_json::Value> {
        let bytes = std::mem::take(&mut *self.0.lock().unwrap());
        let text = String::from_utf8(bytes).unwrap();
        text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }
}

impl io::Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Lines {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

/// A clock that can be shared with a subscriber.
pub struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }

    async fn sleep(&self, _: Duration) {}
}

/// Runs `work` and returns the lines that it logs.
pub fn logged<T>(work: impl FnOnce() -> T) -> (T, Vec<serde_json::Value>) {
    let lines = Lines::default();
    let level = tracing::level_filters::LevelFilter::INFO;
    let subscriber = remediation::log::subscriber("curfew-doors", level, Fixed, lines.clone());
    let result = tracing::subscriber::with_default(subscriber, work);
    (result, lines.take())
}
