//! Prints the subjects of a trigger: `cargo run -p events --example subjects < event.json`.
//!
//! What a call's role is called decides whether Curfew made it: `cargo run -p events --example subjects -- audit- other-`
//! says how the names of its roles begin, which is `curfew-` where nothing is said.
//!
//! A JSON list on standard output. What could not be read goes to standard error, one reason a line, and
//! the exit status is 1.

use std::io::Read;
use std::process::ExitCode;
use std::time::SystemTime;

use events::{AccountId, OwnRoles, Partition, Region, Subject, Trigger};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How the names of the roles begin that Curfew's functions have unless they were deployed with another prefix.
const OWN_ROLES: &str = "curfew-";

/// A subject as it is printed: with its partition, its cause in words, who opened it, and since when it is
/// open at the latest.
#[derive(Serialize)]
struct Printed<'a> {
    kind: &'a str,
    id: &'a str,
    account: &'a AccountId,
    region: &'a Region,
    partition: Partition,
    cause: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    opened_by: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    open_since: Option<String>,
}

impl<'a> Printed<'a> {
    fn of(subject: &'a Subject) -> Self {
        Self {
            kind: subject.resource.kind(),
            id: subject.resource.id(),
            account: &subject.account,
            region: &subject.region,
            partition: subject.partition(),
            cause: subject.cause.to_string(),
            opened_by: subject.cause.opened_by(),
            open_since: subject.cause.open_since().and_then(written),
        }
    }
}

/// A time as people and programs read it.
fn written(at: SystemTime) -> Option<String> {
    OffsetDateTime::from(at).format(&Rfc3339).ok()
}

fn main() -> ExitCode {
    let mut payload = Vec::new();
    if let Err(error) = std::io::stdin().read_to_end(&mut payload) {
        return complain(&[error.to_string()]);
    }
    let given: Vec<String> = std::env::args().skip(1).collect();
    let own =
        OwnRoles::beginning(given.iter().map(String::as_str).chain(given.is_empty().then_some(OWN_ROLES)));
    let (subjects, reasons) = match events::read(&String::from_utf8_lossy(&payload), &own) {
        Ok(Trigger::Event(reading)) => (reading.subjects, reading.unreadable),
        Ok(Trigger::Batch(messages)) => {
            let readings = messages.into_iter().map(|message| message.reading);
            let parts: Vec<_> = readings.map(|reading| (reading.subjects, reading.unreadable)).collect();
            let (subjects, reasons): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            (subjects.concat(), reasons.concat())
        }
        Ok(Trigger::Rule(invocation)) => (invocation.subject().cloned().into_iter().collect(), Vec::new()),
        Err(error) => return complain(&[error.to_string()]),
    };
    let printed: Vec<Printed<'_>> = subjects.iter().map(Printed::of).collect();
    let reasons: Vec<String> = reasons.iter().map(ToString::to_string).collect();
    match serde_json::to_string_pretty(&printed) {
        Ok(json) if !printed.is_empty() || reasons.is_empty() => print(&json),
        Ok(_) => {}
        Err(error) => return complain(&[error.to_string()]),
    }
    if reasons.is_empty() { ExitCode::SUCCESS } else { complain(&reasons) }
}

#[expect(clippy::print_stdout, reason = "printing is what this program is for")]
fn print(text: &str) {
    println!("{text}");
}

#[expect(clippy::print_stderr, reason = "printing is what this program is for")]
fn complain(reasons: &[String]) -> ExitCode {
    for reason in reasons {
        eprintln!("{reason}");
    }
    ExitCode::FAILURE
}
