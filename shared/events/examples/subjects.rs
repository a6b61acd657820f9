//! Prints the subjects of a trigger: `cargo run -p events --example subjects < event.json`.
//!
//! A JSON list on standard output. What could not be read goes to standard error, one reason a line, and
//! the exit status is 1.

use std::io::Read;
use std::process::ExitCode;

use events::{AccountId, Partition, Reading, Region, Subject, Trigger};
use serde::Serialize;

/// A subject as it is printed: with its partition, and its cause in words.
#[derive(Serialize)]
struct Printed<'a> {
    kind: &'a str,
    id: &'a str,
    account: &'a AccountId,
    region: &'a Region,
    partition: Partition,
    cause: String,
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
        }
    }
}

fn main() -> ExitCode {
    let mut payload = Vec::new();
    if let Err(error) = std::io::stdin().read_to_end(&mut payload) {
        return complain(&[error.to_string()]);
    }
    let readings: Vec<Reading> = match events::read(&String::from_utf8_lossy(&payload)) {
        Ok(Trigger::Event(reading)) => vec![reading],
        Ok(Trigger::Batch(messages)) => messages.into_iter().map(|message| message.reading).collect(),
        Err(error) => return complain(&[error.to_string()]),
    };
    let subjects: Vec<Printed<'_>> =
        readings.iter().flat_map(|reading| &reading.subjects).map(Printed::of).collect();
    let reasons: Vec<String> =
        readings.iter().flat_map(|reading| &reading.unreadable).map(ToString::to_string).collect();
    match serde_json::to_string_pretty(&subjects) {
        Ok(json) if !subjects.is_empty() || reasons.is_empty() => print(&json),
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
