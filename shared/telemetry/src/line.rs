//! The log lines of a function; the fields are described in [`log`](crate::log).

use std::time::SystemTime;

use events::{Subject, TriggerError};
use remediation::clock::rfc3339;
use remediation::{CallError, NotMailed, Outcome, Said, Told};
use serde_json::{Map, Value, json};
use tracing::Level;

use crate::{TARGET, length, metrics};

/// What may hold hundreds of values comes last: of a line, Logs Insights finds the first 200 by itself.
/// <https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/CWL_AnalyzeLogData-discoverable-fields.html>
const LARGE: [&str; 9] = [
    "findings",
    "found_before",
    "begun_before",
    "planned",
    "changes",
    "remaining",
    "before",
    "unread",
    "undelivered",
];

/// The one line about a subject.
pub fn report(said: &Said, api_calls: u32) {
    subject(said, facts(said, api_calls), level(said));
}

/// What a custom rule says of a subject, beside what there is to say of it.
#[derive(Debug)]
pub struct Evaluated<'a> {
    /// What the rule is called.
    pub rule: Option<&'a str>,
    /// What AWS Config is told; `None` where nobody can say.
    pub compliance: Option<&'a str>,
    /// The words beside it.
    pub annotation: Option<&'a str>,
    /// The IAM actions that are denied, so that the configuration item was judged in their place.
    pub by_item: &'a [&'a str],
}

/// The one line about a subject that a custom rule has judged.
pub fn evaluation(said: &Said, evaluated: &Evaluated<'_>, api_calls: u32) {
    let mut facts = facts(said, api_calls);
    let words = [
        ("rule", evaluated.rule),
        ("compliance", evaluated.compliance),
        ("annotation", evaluated.annotation),
    ];
    for (key, word) in words {
        facts.extend(word.map(|word| (key.to_owned(), word.into())));
    }
    if !evaluated.by_item.is_empty() {
        facts.insert("by_item".to_owned(), json!(evaluated.by_item));
    }
    // What is open here is for AWS Config to know, and for the function that deals with it to warn of.
    let level = if said.report.outcome == Outcome::Failed { Level::ERROR } else { Level::INFO };
    subject(said, facts, level);
}

fn subject(said: &Said, mut facts: Map<String, Value>, level: Level) {
    large_last(&mut facts);
    let facts = length::fitted(facts);
    let message = message(said);
    match level {
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
        Told::Later => add("alert", "digest".into()),
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
    facts
}

fn large_last(facts: &mut Map<String, Value>) {
    for key in LARGE {
        if let Some(value) = facts.shift_remove(key) {
            facts.insert(key.to_owned(), value);
        }
    }
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

/// How many resources a subject stands for that is of another kind; none are worth no line. Why nobody knows is an error
/// where another delivery will not know it either.
pub fn behind(control: &str, subject: &Subject, found: Result<usize, &CallError>) {
    let resource = subject.resource.id();
    match found {
        Ok(0) => {}
        Ok(found) => {
            let found = counts::counted(found, "resource");
            tracing::info!(target: TARGET, control, resource, "{} stands for {found}", subject.resource);
        }
        Err(error) if error.is_passing() => tracing::warn!(
            target: TARGET,
            control,
            resource,
            "what {} stands for is not known yet, and is asked again later: {error}",
            subject.resource,
        ),
        Err(error) => {
            tracing::error!(
                target: TARGET,
                control,
                resource,
                outcome = Outcome::Failed.as_str(),
                "what {} stands for is not known: {error}",
                subject.resource,
            );
        }
    }
}

/// How many subjects nobody else goes on with.
pub fn due(control: &str, due: usize) {
    let resources = counts::counted(due, "resource");
    tracing::info!(target: TARGET, control, due, "the schedule: {resources} to go on with, since nobody else does");
}

/// The digest was sent, about so many subjects.
pub fn mailed(control: &'static str, subjects: usize, api_calls: u32) {
    metrics::api_calls(control, api_calls);
    let resources = counts::counted(subjects, "resource");
    tracing::info!(target: TARGET, control, mailed = subjects, api_calls, "the digest was sent, about {resources}");
}

/// What waits for the digest, cannot be read, and stays where it is.
pub fn brief_not_read(control: &str, record: &str) {
    tracing::error!(
        target: TARGET,
        control,
        record,
        outcome = Outcome::Failed.as_str(),
        "what the digest should say of record `{record}` cannot be read: it is left where it is, and the others are sent",
    );
}

/// The digest was not sent, or may be sent again.
pub fn not_mailed(control: &str, error: &NotMailed) {
    tracing::error!(target: TARGET, control, outcome = Outcome::Failed.as_str(), "{error}");
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

/// A resource of which a custom rule has nothing to judge.
pub fn nothing_to_judge(
    control: &str,
    rule: Option<&str>,
    resource: &str,
    compliance: &str,
    annotation: &str,
) {
    tracing::info!(
        target: TARGET,
        control,
        rule,
        resource,
        compliance,
        annotation,
        "{resource}: {compliance}: {annotation}",
    );
}

/// What a custom rule was asked about, where that is everything.
pub fn listed(control: &str, rule: Option<&str>, resources: usize, api_calls: u32) {
    tracing::info!(target: TARGET, control, rule, api_calls, "{resources} resources to evaluate");
}

/// An invocation of a custom rule that fails, wholly or in part.
pub fn not_evaluated(control: &str, error: &dyn std::error::Error) {
    tracing::error!(
        target: TARGET,
        control,
        outcome = Outcome::Failed.as_str(),
        "the rule's invocation fails: {error}",
    );
}
