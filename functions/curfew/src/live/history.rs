//! The records of a resource, or all of them, straight from the table.

use clap::builder::styling::Style;
use exemptions::CONTROLS;
use ledger::{Listing, Table, Unreadable};
use remediation::clock::{Clock, SystemClock, rfc3339};
use remediation::ledger::Record;
use remediation::{CallError, Outcome};
use time::{Date, OffsetDateTime};

use super::{SignedIn, records, region_of, wait};
use crate::arguments::History;
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// Of a resource the newest first, of all the oldest day first: for programs a line of JSON each, as the table has it. Not
/// all could be read where that ends with [`Ending::Unread`].
pub(crate) fn run(asked: &History, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    wait(show(asked, console))
}

async fn show(asked: &History, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    let arn = asked.resource.as_deref();
    let signed_in = SignedIn::at(&asked.deployment.place, arn.and_then(region_of)).await?;
    let table = Table::new(&signed_in.sdk, format!("{}-ledger", asked.deployment.prefix), SystemClock);
    let mut said = Said { console, records: 0, unreadable: 0 };
    let listed = if let Some(arn) = arn {
        table
            .history(arn)
            .await
            .map_err(Stopped::from)
            .and_then(|records| said.all(records.into_iter().map(Ok)))
    } else if let Some(since) = asked.since {
        since_then(&table, since, &mut said).await
    } else {
        Ok(())
    };
    listed.map_err(|stopped| match stopped {
        Stopped::Call(error) => signed_in.refused(&error),
        Stopped::Here(trouble) => trouble,
    })?;
    let Said { console, records, unreadable } = said;
    if records + unreadable == 0 && !console.json {
        let what = arn.map(|arn| format!(" of {arn}")).unwrap_or_default();
        let text = format!("There is no record{what} in {}.\n", signed_in.region);
        console.say(&text, |_| console::PLAIN)?;
    }
    Ok(if unreadable == 0 { Ending::Done } else { Ending::Unread })
}

/// What ended, day by day, and then what is open. That is read first: what ends meanwhile would be in neither.
async fn since_then(table: &Table<SystemClock>, since: Date, said: &mut Said<'_, '_>) -> Result<(), Stopped> {
    let mut open = Vec::new();
    for control in CONTROLS {
        let take = |page| {
            open.extend(page);
            Ok::<_, Stopped>(())
        };
        records::each(table, &Listing::OpenOf(control.name), take).await?;
    }
    for day in records::days(since, OffsetDateTime::from(SystemClock.now()).date()) {
        let take = |page: Vec<Result<Record, Unreadable>>| {
            for ended in page.iter().flatten() {
                open.retain(|one| !matches!(one, Ok(open) if open.id == ended.id));
            }
            said.all(page)
        };
        records::each(table, &Listing::EndedOn(day.to_string()), take).await?;
    }
    said.all(open)
}

/// Why it cannot go on.
enum Stopped {
    Call(CallError),
    Here(Trouble),
}

impl From<CallError> for Stopped {
    fn from(error: CallError) -> Self {
        Self::Call(error)
    }
}

/// What was said already.
struct Said<'a, 'c> {
    console: &'a mut Console<'c>,
    records: usize,
    unreadable: usize,
}

impl Said<'_, '_> {
    fn all(&mut self, records: impl IntoIterator<Item = Result<Record, Unreadable>>) -> Result<(), Stopped> {
        records.into_iter().try_for_each(|record| match record {
            Ok(record) => self.record(&record).map_err(Stopped::Here),
            Err(Unreadable { id, why }) => {
                self.unreadable += 1;
                self.console.complain(&format!("{id}: {why}"));
                Ok(())
            }
        })
    }

    fn record(&mut self, record: &Record) -> Result<(), Trouble> {
        self.records += 1;
        if self.console.json {
            return Ok(self.console.print(record)?);
        }
        let style = style(record);
        let text = line(record);
        Ok(self.console.say(&text, |line| if line.starts_with(' ') { console::PLAIN } else { style })?)
    }
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
        if record.end.as_ref().is_some_and(|end| end.outcome == Outcome::Restored) {
            text.push_str(&format!("    to be left alone until {}\n", rfc3339(restores.grace_until)));
        }
    }
    if let Some(note) = record.last().and_then(|last| last.result.as_ref()?.note.as_ref()) {
        text.push_str(&format!("    {note}\n"));
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
