//! Payloads, and what is logged while they are handled.

use std::io;
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use lambda::Invocation;
use remediation::clock::Clock;
use remediation::testing::NOW;
use serde_json::json;
use tracing_subscriber::fmt::MakeWriter;

/// An event that says that a bucket does not comply.
pub(crate) fn event(bucket: &str, id: &str) -> String {
    event_of("AWS::S3::Bucket", bucket, id)
}

/// An event that says that a resource of this type does not comply.
pub(crate) fn event_of(kind: &str, resource: &str, id: &str) -> String {
    json!({
        "id": id,
        "source": "aws.config",
        "detail-type": "Config Rules Compliance Change",
        "time": "2026-11-22T05:41:00Z",
        "account": "210987654321",
        "region": "eu-west-1",
        "detail": {
            "resourceType": kind,
            "resourceId": resource,
            "configRuleName": "doors-closed",
            "newEvaluationResult": { "complianceType": "NON_COMPLIANT" },
        },
    })
    .to_string()
}

pub(crate) fn batch(bodies: &[String], receive_count: u32) -> String {
    let record = |(index, body): (usize, &String)| {
        json!({
            "messageId": format!("m{index}"),
            "body": body,
            "attributes": { "ApproximateReceiveCount": receive_count.to_string() },
        })
    };
    json!({ "Records": bodies.iter().enumerate().map(record).collect::<Vec<_>>() }).to_string()
}

pub(crate) fn invocation() -> Invocation {
    Invocation {
        request_id: "8f5c0e6a-5d7b-4d7e-9a54-0d5d5f0a1b2c".to_owned(),
        xray_trace_id: Some("Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700".to_owned()),
        cold_start: true,
        deadline: SystemTime::UNIX_EPOCH + NOW + Duration::from_secs(60),
    }
}

/// The lines that were logged.
#[derive(Clone, Default)]
pub(crate) struct Lines(Arc<Mutex<Vec<u8>>>);

impl Lines {
    pub(crate) fn take(&self) -> Vec<serde_json::Value> {
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
pub(crate) struct Fixed;

impl Clock for Fixed {
    fn now(&self) -> SystemTime {
        SystemTime::UNIX_EPOCH + NOW
    }

    async fn sleep(&self, _: Duration) {}
}

/// Runs `work` and returns the lines that it logs.
pub(crate) fn logged<T>(work: impl FnOnce() -> T) -> (T, Vec<serde_json::Value>) {
    let lines = Lines::default();
    let level = tracing::level_filters::LevelFilter::INFO;
    let subscriber = telemetry::log::subscriber("curfew-doors", level, Fixed, lines.clone());
    let result = tracing::subscriber::with_default(subscriber, work);
    (result, lines.take())
}
