//! The records in the table, page by page.

use std::cell::RefCell;
use std::time::{Duration, SystemTime};

use buckets::{S3Acl, S3Policy};
use ec2::Ec2SecurityGroups;
use futures_util::{TryStreamExt, stream};
use ledger::{Listing, Table};
use remediation::clock::{Clock, SystemClock};
use remediation::{CallError, Judge};
use report::{Gathering, Unreadable};
use s3::{S3BucketAcls, S3BucketPolicies};
use security_groups::SgIngress;
use time::{Date, OffsetDateTime};

use crate::arguments::Report as Asked;
use crate::console::Console;
use crate::live::SignedIn;
use crate::trouble::Trouble;

/// The controls that keep records.
const CONTROLS: [&str; 3] =
    [S3Acl::<S3BucketAcls>::NAME, S3Policy::<S3BucketPolicies>::NAME, SgIngress::<Ec2SecurityGroups>::NAME];

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
        list(&table, Listing::OpenOf(control), &progress).await.map_err(refused)?;
    }
    stream::iter(days.into_iter().map(Ok))
        .try_for_each_concurrent(AT_ONCE, |day| list(&table, Listing::EndedOn(day.to_string()), &progress))
        .await
        .map_err(refused)?;
    let of = format!("account {} in {}", identity.account, signed_in.region);
    Ok((progress.into_inner().gathering, of))
}

/// The days of the report, with the next one: the clocks of others may be ahead.
fn days(gathering: &Gathering, made_at: SystemTime) -> Vec<Date> {
    let period = gathering.period();
    let date = |at: SystemTime| OffsetDateTime::from(at).date();
    let first = date(period.since.unwrap_or(SystemTime::UNIX_EPOCH));
    let last = date(period.until.unwrap_or(made_at));
    let next = if period.until.is_some() { last } else { last.next_day().unwrap_or(last) };
    std::iter::successors(Some(first), |day| day.next_day()).take_while(|day| *day <= next).collect()
}

async fn list(
    table: &Table<SystemClock>,
    listing: Listing,
    progress: &RefCell<Progress<'_, '_>>,
) -> Result<(), CallError> {
    let mut next = None;
    loop {
        let page = table.page(&listing, next).await?;
        let mut progress = progress.borrow_mut();
        for record in page.records {
            match record {
                Ok(record) => progress.gathering.record(&record),
                Err(ledger::Unreadable { id, why }) => {
                    progress.gathering.unreadable(Unreadable { what: id, why })
                }
            }
        }
        progress.tell();
        next = page.next;
        if next.is_none() {
            return Ok(());
        }
    }
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
