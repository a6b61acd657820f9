//! What a sweep says in the log and in metrics.

use std::collections::BTreeMap;
use std::time::SystemTime;

use remediation::clock::rfc3339;
use remediation::{CallError, Outcome, Place};
use serde_json::{Map, Value, json};
use sweeping::{Aftermath, Notice, Progress, Tally, Verdict};
use telemetry::{TARGET, metrics};

use super::NAME;

/// The one line at the end of a sweep. Its counts are those of all invocations that it took.
pub(super) fn over(progress: &Progress, place: &Place<'_>, now: SystemTime) {
    for (control, tally) in &progress.found {
        for verdict in Verdict::ALL {
            metrics::swept(control, verdict.as_str(), tally.of(verdict));
        }
    }
    metrics::flush();
    let total = |count: fn(&Tally) -> u64| progress.found.values().map(count).fold(0, u64::saturating_add);
    let duration = now.duration_since(progress.began).unwrap_or_default();
    let mut facts = facts(progress, place);
    let found = progress.found.iter().map(|(control, tally)| (control.clone(), counts(tally)));
    facts.insert("began".to_owned(), rfc3339(progress.began).into());
    facts.insert("found".to_owned(), Value::Object(found.collect()));
    facts.insert("not_listed".to_owned(), json!(progress.not_listed));
    facts.insert("took_ms".to_owned(), u64::try_from(duration.as_millis()).unwrap_or(u64::MAX).into());
    let facts = Value::Object(facts).to_string();
    let (seen, sent) = (total(Tally::seen), total(Tally::sent));
    let (not_listed, verb) = match progress.not_listed.len() {
        0 => (String::new(), "is over"),
        _ => {
            let controls: Vec<&str> = progress.not_listed.keys().map(String::as_str).collect();
            (format!("; not all resources of {} could be listed", controls.join(", ")), "ends")
        }
    };
    let message = format!("the sweep {verb}: {sent} of {seen} looks found work for a function{not_listed}");
    if progress.not_listed.is_empty() {
        tracing::info!(target: TARGET, facts, "{message}");
    } else {
        tracing::warn!(target: TARGET, facts, "{message}");
    }
}

/// What became of what a sweep sent, some time after its end.
pub(super) fn aftermath(progress: &Progress, place: &Place<'_>, all: &BTreeMap<String, Aftermath>) {
    let mut facts = facts(progress, place);
    let became = all.iter().map(|(control, after)| (control.clone(), words(after)));
    facts.insert("became".to_owned(), Value::Object(became.collect()));
    let facts = Value::Object(facts).to_string();
    let mut total: BTreeMap<&str, u64> = BTreeMap::new();
    for (name, count) in all.values().flat_map(|after| &after.became) {
        *total.entry(name).or_default() += count;
    }
    let told = total.iter().map(|(name, count)| format!("{count} {name}"));
    let rest: u64 = all.values().map(Aftermath::without_record).sum();
    let told: Vec<String> = told.chain([format!("{rest} without a record")]).collect();
    let sent: u64 = all.values().map(|after| after.sent).sum();
    let told = told.join(", ");
    tracing::info!(target: TARGET, facts, "what became of the {sent} that the sweep sent: {told}");
}

/// That it is not known, or nobody will ask, what became of what was sent.
pub(super) fn not_asked(sweep: &str, error: &CallError) {
    tracing::warn!(
        target: TARGET,
        control = NAME,
        sweep,
        "the sweep is over, and it is not known what became of what it sent: {error}",
    );
}

fn words(after: &Aftermath) -> Value {
    let each = after.became.iter().map(|(name, count)| (name.replace('-', "_"), json!(count)));
    let all = [("sent".to_owned(), json!(after.sent))].into_iter().chain(each);
    let rest = ("without_record".to_owned(), json!(after.without_record()));
    Value::Object(all.chain([rest]).collect())
}

/// That another invocation goes on.
pub(super) fn goes_on(progress: &Progress, place: &Place<'_>) {
    let facts = Value::Object(facts(progress, place)).to_string();
    let rest: Vec<&str> = progress.rest.iter().map(|stage| stage.control.as_str()).collect();
    tracing::info!(target: TARGET, facts, "the sweep goes on in another invocation: {} left", rest.join(", "));
}

/// What is not counted.
pub(super) fn notice(sweep: &str, notice: &Notice) {
    match notice {
        Notice::NotListed { control, why, again: true } => tracing::warn!(
            target: TARGET,
            control = NAME,
            sweep,
            "the resources of {control} could not be listed, and are tried again later: {why}",
        ),
        Notice::NotListed { control, why, again: false } => {
            metrics::unreadable(NAME);
            tracing::error!(
                target: TARGET,
                control = NAME,
                sweep,
                outcome = Outcome::Failed.as_str(),
                "the resources of {control} could not be listed, and were not swept: {why}",
            );
        }
        Notice::WaitingUnknown { control, error } => tracing::warn!(
            target: TARGET,
            control = NAME,
            sweep,
            "which resources of {control} wait could not be listed, so that none is counted so: {error}",
        ),
    }
}

/// That an order could not be carried out to its end. SQS hands it out again.
pub(super) fn not_done(sweep: &str, error: &CallError) {
    tracing::error!(
        target: TARGET,
        control = NAME,
        sweep,
        outcome = Outcome::Failed.as_str(),
        "what was found could not be handed over, and is swept again from where this invocation began: {error}",
    );
    metrics::unreadable(NAME);
}

/// A message that says how far a sweep came, in words of another version.
pub(super) fn not_understood(message_id: &str, error: &serde_path_to_error::Error<serde_json::Error>) {
    tracing::error!(
        target: TARGET,
        control = NAME,
        message_id,
        outcome = Outcome::Failed.as_str(),
        "the message does not say how far a sweep came: `detail.{}`: {}",
        error.path(),
        error.inner(),
    );
    metrics::unreadable(NAME);
}

fn facts(progress: &Progress, place: &Place<'_>) -> Map<String, Value> {
    let Progress { sweep, invocations, api_calls, .. } = progress;
    let facts = [
        ("control", json!(NAME)),
        ("account", json!(place.account)),
        ("region", json!(place.region)),
        ("sweep", json!(sweep)),
        ("invocations", json!(invocations)),
        ("api_calls", json!(api_calls)),
    ];
    facts.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
}

fn counts(tally: &Tally) -> Value {
    let each = Verdict::ALL.iter().map(|verdict| (verdict.as_str(), tally.of(*verdict)));
    let all = std::iter::once(("seen", tally.seen())).chain(each);
    Value::Object(all.map(|(name, count)| (name.replace('-', "_"), count.into())).collect())
}
