//! The records in the table, page by page.

use ledger::{Listing, Table, Unreadable};
use remediation::CallError;
use remediation::clock::SystemClock;
use remediation::ledger::Record;
use time::Date;

/// The days from the first to the one after the last: the clocks of others may be ahead.
pub(super) fn days(first: Date, last: Date) -> impl Iterator<Item = Date> {
    let next = last.next_day().unwrap_or(last);
    std::iter::successors(Some(first), |day| day.next_day()).take_while(move |day| *day <= next)
}

/// Hands over what is listed, page by page.
pub(super) async fn each<E: From<CallError>>(
    table: &Table<SystemClock>,
    listing: &Listing,
    mut take: impl FnMut(Vec<Result<Record, Unreadable>>) -> Result<(), E>,
) -> Result<(), E> {
    let mut next = None;
    loop {
        let page = table.page(listing, next).await?;
        take(page.records)?;
        next = page.next;
        if next.is_none() {
            return Ok(());
        }
    }
}
