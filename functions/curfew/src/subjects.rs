//! The subjects of a trigger: which resources it asks Curfew to look at.

use std::time::SystemTime;

use events::{AccountId, OwnRoles, Partition, Region, Subject, Trigger};
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::arguments::Subjects;
use crate::console::Console;
use crate::trouble::{Ending, Trouble};

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

/// A JSON list on standard output. What could not be read goes to standard error, one reason a line.
pub(crate) fn run(asked: &Subjects, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let payload = console.read()?;
    let own = OwnRoles::beginning(asked.own_roles.iter().map(String::as_str));
    let (subjects, reasons) = match events::read(&payload, &own).map_err(Trouble::unread)? {
        Trigger::Event(reading) => (reading.subjects, reading.unreadable),
        Trigger::Batch(messages) => {
            let readings = messages.into_iter().map(|message| message.reading);
            let parts: Vec<_> = readings.map(|reading| (reading.subjects, reading.unreadable)).collect();
            let (subjects, reasons): (Vec<_>, Vec<_>) = parts.into_iter().unzip();
            (subjects.concat(), reasons.concat())
        }
        Trigger::Rule(invocation) => (invocation.subject().cloned().into_iter().collect(), Vec::new()),
    };
    let printed: Vec<Printed<'_>> = subjects.iter().map(Printed::of).collect();
    if !printed.is_empty() || reasons.is_empty() {
        serde_json::to_writer_pretty(&mut *console.output, &printed)?;
        console.output.write_all(b"\n")?;
    }
    for reason in &reasons {
        console.complain(&reason.to_string());
    }
    Ok(if reasons.is_empty() { Ending::Done } else { Ending::Unread })
}
