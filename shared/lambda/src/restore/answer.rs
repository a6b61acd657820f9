//! What is answered to the person who asked, and what is logged.

use remediation::clock::rfc3339;
use remediation::restore::{Back, Ending};
use remediation::{Outcome, Said, Told};
use serde_json::{Map, Value, json};
use telemetry::{line, metrics};

/// The answer. `ending` says how it ended; lists that are empty are left out.
pub(super) fn of(back: &Back) -> Value {
    let mut answer = Map::new();
    answer.insert("ending".to_owned(), ending(back).into());
    answer.insert("record".to_owned(), back.record.to_string().into());
    let lists = [
        ("planned", &back.planned),
        ("changed_since", &back.changed_since),
        ("hindrances", &back.hindrances),
        ("lost", &back.lost),
    ];
    for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
        answer.insert(key.to_owned(), json!(list));
    }
    match &back.ending {
        Ending::Busy(Some(until)) => {
            answer.insert("busy_until".to_owned(), rfc3339(*until).into());
        }
        Ending::AlreadySo(Some(until)) => {
            answer.insert("left_alone_until".to_owned(), rfc3339(*until).into());
        }
        Ending::Done(said) => answer.extend(done(said)),
        Ending::Planned
        | Ending::Busy(None)
        | Ending::AlreadySo(None)
        | Ending::Refused
        | Ending::Changed
        | Ending::Gone => {}
    }
    answer.into()
}

fn ending(back: &Back) -> &'static str {
    match &back.ending {
        Ending::Planned => "planned",
        Ending::AlreadySo(_) => "nothing-to-do",
        Ending::Refused => "refused",
        Ending::Busy(_) => "busy",
        Ending::Changed => "changed-meanwhile",
        Ending::Gone => Outcome::Gone.as_str(),
        Ending::Done(said) => said.report.outcome.as_str(),
    }
}

fn done(Said { report, told, unwritten, .. }: &Said) -> Map<String, Value> {
    let mut answer = Map::new();
    let mut add = |key: &str, value: Value| answer.insert(key.to_owned(), value);
    add("restore_record", json!(report.record));
    add("changes", report.changes.iter().map(|change| change.summary.clone()).collect());
    if let Some(restoration) = &report.restoration {
        add("left_alone_until", rfc3339(restoration.restores.grace_until).into());
        let lists = [
            ("unnoted", &restoration.unnoted),
            ("left", &restoration.left),
            ("stays", &restoration.stays),
            ("untold", &restoration.untold),
        ];
        for (key, list) in lists.into_iter().filter(|(_, list)| !list.is_empty()) {
            add(key, json!(list));
        }
    }
    if let Some(error) = &report.error {
        add("error", error.to_string().into());
    }
    match told {
        Told::Failed(undelivered) => add("alert_error", undelivered.to_string().into()),
        Told::Sent | Told::Later | Told::Nobody | Told::Repeated => add("alert", "sent".into()),
    };
    if let Some(error) = unwritten {
        add("record_error", error.to_string().into());
    }
    answer
}

/// One line about it.
pub(super) fn log(back: &Back, api_calls: u32) {
    let Ending::Done(said) = &back.ending else {
        tracing::info!(
            target: telemetry::TARGET,
            control = super::NAME,
            record = %back.record,
            api_calls,
            "asked to put back {}: {}, nothing was changed",
            back.record,
            ending(back),
        );
        return;
    };
    line::report(said, api_calls);
    let report = &said.report;
    metrics::subject(report.control, report.outcome, report.duration, api_calls);
    if matches!(said.told, Told::Failed(_)) {
        metrics::alert_not_delivered(report.control);
    }
}
