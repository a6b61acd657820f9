//! The records of a resource, or all of them, straight from the table.

use std::iter::successors;

use buckets::{S3Acl, S3Policy};
use clap::builder::styling::Style;
use ec2::Ec2SecurityGroups;
use ledger::Table;
use remediation::clock::{Clock, SystemClock};
use remediation::ledger::Record;
use remediation::{CallError, Judge, Outcome};
use s3::{S3BucketAcls, S3BucketPolicies};
use security_groups::SgIngress;
use time::{Date, OffsetDateTime};

use super::{SignedIn, region_of, wait};
use crate::arguments::History;
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// Whose records may be open.
const CONTROLS: [&str; 3] = [
    <S3Acl<S3BucketAcls, SystemClock> as Judge>::NAME,
    <S3Policy<S3BucketPolicies> as Judge>::NAME,
    <SgIngress<Ec2SecurityGroups> as Judge>::NAME,
];

/// Of a resource the newest first, of all the oldest day first: for programs a line of JSON each, as the table has it.
pub(crate) fn run(asked: &History, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    wait(show(asked, console))?;
    Ok(Ending::Done)
}

async fn show(asked: &History, console: &mut Console<'_>) -> Result<(), Trouble> {
    let arn = asked.resource.as_deref();
    let signed_in = SignedIn::at(&asked.deployment.place, arn.and_then(region_of)).await?;
    let table = Table::new(&signed_in.sdk, format!("{}-ledger", asked.deployment.prefix), SystemClock);
    let refused = |error: CallError| signed_in.refused(&error);
    let mut number = 0;
    if let Some(arn) = arn {
        number += say(&table.history(arn).await.map_err(refused)?, console)?;
    } else if let Some(since) = asked.since {
        for day in days(since, OffsetDateTime::from(SystemClock.now()).date()) {
            number += say(&table.ended_on(&day.to_string()).await.map_err(refused)?, console)?;
        }
        for control in CONTROLS {
            number += say(&table.open_of(control).await.map_err(refused)?, console)?;
        }
    }
    if number == 0 && !console.json {
        let what = arn.map(|arn| format!(" of {arn}")).unwrap_or_default();
        let text = format!("There is no record{what} in {}.\n", signed_in.region);
        console.say(&text, |_| console::PLAIN)?;
    }
    Ok(())
}

/// The days from the first to the last.
fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    successors(Some(first), |day| day.next_day()).take_while(move |day| *day <= last)
}

/// Says records, and how many they were.
fn say(records: &[Record], console: &mut Console<'_>) -> Result<usize, Trouble> {
    for record in records {
        if console.json {
            console.print(record)?;
        } else {
            let style = style(record);
            console.say(&line(record), |line| if line.starts_with(' ') { console::PLAIN } else { style })?;
        }
    }
    Ok(records.len())
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
