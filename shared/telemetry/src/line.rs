//! The log lines of a function; the fields are described in [`log`](crate::log).

use std::time::SystemTime;

use events::{Subject, TriggerError};
use remediation::clock::rfc3339;
use remediation::{CallError, Outcome, Said, Told};
use serde_json::{Map, Value, json};
use tracing::Level;

use crate::{TARGET, metrics};

/// What may hold hundreds of values comes last: of a line, Logs Insights finds the first 200 by itself.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html>
const LARGE: [&str; 7] = ["findings", "planned", "changes", "remaining", "before", "unread", "undelivered"];

/// The one line about a subject.
pub fn report(said: &Said, api_calls: u32) {
    let facts = Value::Object(facts(said, api_calls)).to_string();
    let message = message(said);
    match level(said) {
        Level::ERROR => tracing::error!(target: TARGET, facts, "{message}"),
        Level::WARN => tracing::warn!(target: TARGET, facts, "{message}"),
        _ => tracing::info!(target: TARGET, facts, "{message}"),
    }
}

fn level(Said { report, told, unwritten, .. }: &Said) -> Level {
    match (report.outcome, told) {
        _ if unwritten.is_some() => Level::ERROR,
        (_, Told::Failed(_)) | (Outcome::Failed, _) => Level::ERROR,
        (Outcome::StillOpen | Outcome::Alerted | Outcome::Observed | Outcome::Held, _) => Level::WARN,
        _ => Level::INFO,
    }
}

fn message(Said { report, told, unwritten, .. }: &Said) -> String {
    let mut message = format!("{}: {}", report.subject.resource, report.outcome);
    let mut add = |text: &str| {
        message.push_str(": ");
        message.push_str(text);
    };
    match (&report.error, report.changes.as_slice(), report.findings.as_slice()) {
        (Some(error), ..) => add(&error.to_string()),
        (None, [change], _) => add(&change.summary),
        (None, [change, rest @ ..], _) => {
            add(&format!("{}, the first of {} changes", change.summary, rest.len() + 1));
        }
        (None, [], [finding]) => add(&finding.sentence()),
        (None, [], [finding, rest @ ..]) => {
            add(&format!("{}, the first of {} findings", finding.sentence(), rest.len() + 1));
        }
        (None, [], []) => {}
    }
    if let Told::Failed(undelivered) = told {
        add(&undelivered.to_string());
    }
    if let Some(error) = unwritten {
        add(&format!("the record could not be finished: {error}"));
    }
    message
}

fn facts(Said { report, told, unwritten, .. }: &Said, api_calls: u32) -> Map<String, Value> {
    let mut facts = report.facts();
    let mut add = |key: &str, value: Value| facts.insert(key.to_owned(), value);
    match told {
        Told::Nobody => add("alert", "none".into()),
        Told::Sent => add("alert", "sent".into()),
        Told::Repeated => add("alert", "repeated".into()),
        Told::Failed(undelivered) => {
            let alert = &undelivered.alert;
            add("alert_error", undelivered.error.facts());
            add("undelivered", json!({ "subject": alert.subject, "text": alert.text }));
            add("alert", "failed".into())
        }
    };
    if let Some(error) = unwritten {
        add("record_error", error.facts());
    }
    add("duration_ms", u64::try_from(report.duration.as_millis()).unwrap_or(u64::MAX).into());
    add("api_calls", api_calls.into());
    for key in LARGE {
        if let Some(value) = facts.shift_remove(key) {
            facts.insert(key.to_owned(), value);
        }
    }
    facts
}

/// A trigger, or a part of one, that could not be read.
pub fn unreadable(control: &'static str, error: &TriggerError, message_id: Option<&str>) {
    metrics::unreadable(control);
    tracing::error!(
        target: TARGET,
        control,
        message_id,
        outcome = Outcome::Failed.as_str(),
        "the trigger could not be read: {error}",
    );
}

/// A trigger without a subject for this control.
pub fn nothing_to_do(control: &str) {
    tracing::info!(target: TARGET, control, "the trigger names nothing that {control} has to look at");
}

/// What was read for several subjects of a batch.
pub fn looked_together(control: &'static str, subjects: usize, api_calls: u32) {
    metrics::api_calls(control, api_calls);
    tracing::info!(target: TARGET, control, api_calls, "read {subjects} resources of the batch together");
}

/// A subject that is left to the next delivery.
pub fn not_started(control: &str, subject: &Subject) {
    tracing::warn!(
        target: TARGET,
        control,
        resource = subject.resource.id(),
        account = subject.account.as_str(),
        region = subject.region.as_str(),
        cause = %subject.cause,
        "{}: not started, too little time was left; it will be delivered again",
        subject.resource,
    );
}

/// A subject that somebody else works on.
pub fn busy(control: &str, subject: &Subject, until: SystemTime) {
    tracing::info!(
        target: TARGET,
        control,
        resource = subject.resource.id(),
        account = subject.account.as_str(),
        region = subject.region.as_str(),
        cause = %subject.cause,
        "{}: another invocation is at work on it, until {} at the latest; it will be delivered again",
        subject.resource,
        rfc3339(until),
    );
}

/// How many subjects nobody else goes on with.
pub fn due(control: &str, due: usize) {
    let resources = counts::counted(due, "resource");
    tracing::info!(target: TARGET, control, due, "the schedule: {resources} to go on with, since nobody else does");
}

/// It could not be listed what nobody goes on with.
pub fn not_listed(control: &str, error: &CallError) {
    tracing::error!(
        target: TARGET,
        control,
        outcome = Outcome::Failed.as_str(),
        "what nobody goes on with could not be listed: {error}",
    );
}
