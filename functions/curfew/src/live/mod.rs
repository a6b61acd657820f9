//! What asks AWS, with the credentials of whoever runs it.

pub(crate) mod bucket;
pub(crate) mod group;
pub(crate) mod history;
pub(crate) mod preview;
mod records;
mod refused;
pub(crate) mod report;
pub(crate) mod restore;
mod signed_in;

use std::future::Future;

pub(crate) use signed_in::SignedIn;
use tokio::runtime::Runtime;

use crate::trouble::Trouble;

/// Waits for what is asked.
fn wait<T>(work: impl Future<Output = Result<T, Trouble>>) -> Result<T, Trouble> {
    runtime()?.block_on(work)
}

/// What waits, in the thread that it is made in.
fn runtime() -> Result<Runtime, Trouble> {
    Ok(tokio::runtime::Builder::new_current_thread().enable_all().build()?)
}

/// The Region that an ARN names; `None` where it names none, as that of a bucket.
fn region_of(arn: &str) -> Option<events::Region> {
    arn.split(':').nth(3).and_then(events::Region::new)
}
