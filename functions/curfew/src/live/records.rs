//! The records in the table, page by page.

use buckets::{S3Acl, S3Policy};
use ec2::Ec2SecurityGroups;
use ledger::{Listing, Table, Unreadable};
use remediation::clock::SystemClock;
use remediation::ledger::Record;
use remediation::{CallError, Judge};
use s3::{S3BucketAcls, S3BucketPolicies};
use security_groups::SgIngress;
use time::Date;

/// The controls that keep records.
pub(super) const CONTROLS: [&str; 3] =
    [S3Acl::<S3BucketAcls>::NAME, S3Policy::<S3BucketPolicies>::NAME, SgIngress::<Ec2SecurityGroups>::NAME];

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
