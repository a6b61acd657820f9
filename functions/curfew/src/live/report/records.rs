//! The records in the table, gathered.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use exemptions::CONTROLS;
use futures_util::{TryStreamExt, stream};
use ledger::{Listing, Table};
use remediation::CallError;
use remediation::clock::{Clock, SystemClock};
use report::{Gathering, Unreadable};
use time::{Date, OffsetDateTime};

use crate::arguments::Report as Asked;
use crate::console::Console;
use crate::live::{SignedIn, records};
use crate::trouble::Trouble;

/// How many days are read at the same time.
const AT_ONCE: usize = 8;

/// How often somebody who waits is told how far it is.
const TOLD_EVERY: Duration = Duration::from_secs(2);

/// How far it is.
struct Progress<'a, 'c> {
    gathering: Gathering,
    console: &'a mut Console<'c>,
    told: SystemTime,
}

/// Reads what is open, and then what ended, day by day: what ends meanwhile is found among these.
pub(super) async fn read(
    asked: &Asked,
    made_at: SystemTime,
    gathering: Gathering,
    console: &mut Console<'_>,
) -> Result<(Gathering, String), Trouble> {
    let deployment = &asked.deployment;
    let signed_in = SignedIn::at(&deployment.place, None).await?;
    let identity = signed_in.identity().await?;
    let table = Table::new(&signed_in.sdk, format!("{}-ledger", deployment.prefix), SystemClock);
    let days = days(&gathering, made_at);
    let progress = RefCell::new(Progress { gathering, console, told: made_at });
    let refused = |error: CallError| signed_in.refused(&error);
    for control in CONTROLS {
        list(&table, Listing::OpenOf(control.name), &progress).await.map_err(refused)?;
    }
    stream::iter(days.into_iter().map(Ok))
        .try_for_each_concurrent(AT_ONCE, |day| list(&table, Listing::EndedOn(day.to_string()), &progress))
        .await
        .map_err(refused)?;
    let of = format!("account {} in {}", identity.account, signed_in.region);
    Ok((progress.into_inner().gathering, of))
}

/// The days of the report.
fn days(gathering: &Gathering, made_at: SystemTime) -> Vec<Date> {
    let period = gathering.period();
    let date = |at: SystemTime| OffsetDateTime::from(at).date();
    let first = date(period.since.unwrap_or(SystemTime::UNIX_EPOCH));
    records::days(first, date(period.until.unwrap_or(made_at))).collect()
}

async fn list(
    table: &Table<SystemClock>,
    listing: Listing,
    progress: &RefCell<Progress<'_, '_>>,
) -> Result<(), CallError> {
    let take = |page: Vec<Result<_, _>>| {
        let mut progress = progress.borrow_mut();
        for record in page {
            match record {
                Ok(record) => progress.gathering.record(&record),
                Err(ledger::Unreadable { id, why }) => {
                    progress.gathering.unreadable(Unreadable { what: id, why })
                }
            }
        }
        progress.tell();
        Ok(())
    };
    records::each(table, &listing, take).await
}

impl Progress<'_, '_> {
    fn tell(&mut self) {
        let now = SystemClock.now();
        if now.duration_since(self.told).is_ok_and(|passed| passed > TOLD_EVERY) {
            self.told = now;
            self.console.note(&format!("{} records read", self.gathering.len()));
        }
    }
}
