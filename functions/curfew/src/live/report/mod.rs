//! What Curfew did in a while, from the records in the table, or from files of records or log lines. It only reads.

mod files;
mod records;

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;
use std::time::{Duration, SystemTime};

use remediation::clock::{Clock, SystemClock};
use report::{Details, Gathering, Period, Report};

use super::wait;
use crate::arguments::{Moment, Report as Asked, ReportFormat as Format};
use crate::console::{self, Console};
use crate::trouble::{Ending, Trouble};

/// What an IAM policy has to allow for a report from the table: reading that, and nothing else.
const PERMISSIONS: &str = include_str!("read-permissions.json");

/// Of how long a time a report is, unless somebody says.
const USUALLY: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Of how many cases a page may have states and plans at most.
const ON_A_PAGE: usize = 1_000;

/// Reads, and writes down what there is to say. Not all of it could be read where that ends with [`Ending::Unread`].
pub(crate) fn run(asked: &Asked, console: &mut Console<'_>) -> Result<Ending, Trouble> {
    if asked.permissions {
        console.say(&permissions(asked), |_| console::PLAIN)?;
        return Ok(Ending::Done);
    }
    let made_at = SystemClock.now();
    let format = if console.json { Format::Json } else { asked.format };
    let gathering = Gathering::new(period(asked, made_at)?, details(format));
    let (gathering, of) = if asked.files.is_empty() {
        wait(records::read(asked, made_at, gathering, console))?
    } else {
        files::read(&asked.files, gathering, console)?
    };
    let report = gathering.report(made_at, of, asked.deployment.prefix.clone());
    write(&report, format, asked.output.as_deref(), console)?;
    Ok(if report.unreadable.is_empty() { Ending::Done } else { Ending::Unread })
}

fn permissions(asked: &Asked) -> String {
    let region = asked.deployment.place.region.as_ref();
    let partition = region.map_or("aws", |region| region.partition().as_str());
    let region = region.map_or("*", |region| region.as_str());
    let prefix = &asked.deployment.prefix;
    PERMISSIONS.replace("PARTITION", partition).replace("REGION", region).replace("PREFIX", prefix)
}

/// All that files have, or what happened lately.
fn period(asked: &Asked, now: SystemTime) -> Result<Period, Trouble> {
    let at = |moment: Moment| match moment {
        Moment::Ago(span) => now.checked_sub(span),
        Moment::At(at) => Some(at),
    };
    let usual = asked.files.is_empty().then_some(Moment::Ago(USUALLY));
    let since = asked.since.or(usual).and_then(at);
    let until = asked.until.and_then(at);
    if since.is_some_and(|since| since >= until.unwrap_or(now)) {
        return Err(Trouble::unread("the time ends before it begins")
            .with("--since says from when, --until before when."));
    }
    Ok(Period { since, until })
}

/// The other forms have no room for states and plans.
fn details(format: Format) -> Details {
    match format {
        Format::Json => Details::All,
        Format::Html => Details::Most(ON_A_PAGE),
        Format::Text | Format::Csv => Details::Most(0),
    }
}

fn write(
    report: &Report,
    format: Format,
    output: Option<&Path>,
    console: &mut Console<'_>,
) -> Result<(), Trouble> {
    let Some(path) = output else {
        return match format {
            Format::Text => Ok(console.say(&report::text(report), style)?),
            _ => put(report, format, console.output),
        };
    };
    let told = |error: io::Error| Trouble::unread(format!("`{}`: {error}", path.display()));
    let mut file = BufWriter::new(File::create(path).map_err(told)?);
    put(report, format, &mut file)?;
    file.flush().map_err(told)?;
    console.complain(&format!("Written to {}.", path.display()));
    Ok(())
}

fn put(report: &Report, format: Format, out: &mut dyn Write) -> Result<(), Trouble> {
    match format {
        Format::Text => out.write_all(report::text(report).as_bytes())?,
        Format::Json => report::json(report, out)?,
        Format::Csv => report::csv(report, out)?,
        Format::Html => out.write_all(report::html(report).map_err(Trouble::unread)?.as_bytes())?,
    }
    Ok(())
}

fn style(line: &str) -> clap::builder::styling::Style {
    if line.starts_with("COULD NOT BE READ") || line.starts_with("Not closed") {
        console::BAD
    } else if !line.starts_with(' ') {
        console::HEADLINE
    } else {
        console::PLAIN
    }
}
