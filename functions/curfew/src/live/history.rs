//! The records of a resource, straight from the table.

use clap::builder::styling::Style;
use ledger::Table;
use remediation::Outcome;
use remediation::clock::SystemClock;
use remediation::ledger::Record;

use super::{SignedIn, region_of, wait};
use crate::arguments::History;
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// The newest first: for programs a line of JSON each, as the table has it.
pub(crate) fn run(asked: &History, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let (records, region) = wait(read(asked))?;
    for record in &records {
        if console.json {
            console.print(record)?;
        } else {
            let style = style(record);
            console.say(&line(record), |line| if line.starts_with(' ') { console::PLAIN } else { style })?;
        }
    }
    if records.is_empty() && !console.json {
        let text = format!("There is no record of {} in {region}.\n", asked.resource);
        console.say(&text, |_| console::PLAIN)?;
    }
    Ok(Ending::Done)
}

async fn read(asked: &History) -> Result<(Vec<Record>, String), Trouble> {
    let signed_in = SignedIn::at(&asked.deployment.place, region_of(&asked.resource)).await?;
    let table = Table::new(&signed_in.sdk, format!("{}-ledger", asked.deployment.prefix), SystemClock);
    let records = table.history(&asked.resource).await.map_err(|error| signed_in.refused(&error))?;
    Ok((records, signed_in.region.to_string()))
}

/// What became of it and who was told, with the record's id, which is what `restore` takes.
fn line(record: &Record) -> String {
    let changes = record.attempts.iter().filter_map(|attempt| attempt.result.as_ref());
    let changes = changes.map(|result| result.changes.len()).sum();
    let many = |number: usize, what: &str| match number {
        1 => format!("1 {what}"),
        _ => format!("{number} {what}s"),
    };
    let mut text = format!(
        "{} by {}: {}, {}\n    {}\n",
        ending(record),
        record.control,
        many(changes, "change"),
        many(record.told.len(), "mail"),
        record.id
    );
    if let Some(who) = record.subject.cause.opened_by() {
        text.push_str(&format!("    opened by {who}\n"));
    }
    if let Some(restores) = &record.restores {
        text.push_str(&format!("    put back what {} had changed\n", restores.record));
    }
    text
}

fn ending(record: &Record) -> &'static str {
    match (&record.end, &record.held) {
        (Some(end), _) => end.outcome.as_str(),
        (None, Some(_)) => "held",
        (None, None) => "open",
    }
}

fn style(record: &Record) -> Style {
    match record.end.as_ref().map(|end| end.outcome) {
        Some(Outcome::Failed | Outcome::StillOpen) => console::BAD,
        Some(Outcome::Remediated | Outcome::Restored | Outcome::Compliant | Outcome::ClosedMeanwhile) => {
            console::GOOD
        }
        Some(Outcome::Alerted | Outcome::Observed | Outcome::Held) | None => console::DOUBTFUL,
        Some(Outcome::Exempt | Outcome::Gone) => console::HEADLINE,
    }
}
