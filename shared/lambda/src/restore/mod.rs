//! What a person asks for by hand: that what a record says was changed is put back.
//!
//! The payload is a JSON object:
//!
//! | key | | meaning |
//! | --- | --- | --- |
//! | `record` | this or `resource` | the record whose changes are put back: `KEY@ARN`, as mails and logs have it |
//! | `resource` | this or `record` | the ARN of a resource: its newest record that changed something |
//! | `reason` | | why, for the record and the mail |
//! | `claimed_by` | | who asks. Lambda does not know the caller: nobody verifies this, CloudTrail has who it was |
//! | `dry_run` | `false` | `true`: says what would be done and changes and writes nothing |
//! | `force` | `false` | `true`: puts it back although others changed something since, and keeps what they changed |

mod answer;
mod hands;
mod payload;

use remediation::clock::Clock;
use remediation::ledger::{Archive, Ledger, Record, RecordId};
use remediation::restore::RestoreError;
use remediation::{CallError, Notify, Ports};
use serde_json::Value;
use settings::Settings;
use tracing::Instrument;

use crate::Invocation;
use crate::asked::{Asked, asked};
use crate::service::{left, probe};

pub use hands::Hands;
pub use payload::{Payload, PayloadError, What};

/// What the function is called in the places where others name their control.
pub(crate) const NAME: &str = "restore";

/// Why nothing could be put back.
#[derive(Debug, thiserror::Error)]
pub enum NotRestored {
    /// The payload says nothing that could be done.
    #[error(transparent)]
    Payload(#[from] PayloadError),
    /// There is no such record.
    #[error("there is no record `{0}`: its time may be over, or it is in another Region")]
    NoSuchRecord(RecordId),
    /// The resource has no record that changed something.
    #[error("no record of `{0}` changed anything, so there is nothing to put back")]
    NothingChanged(String),
    /// Its control changes nothing.
    #[error("the record `{0}` is of the control `{1}`, which changes nothing: there is nothing to put back")]
    NoHands(RecordId, String),
    /// The records could not be read.
    #[error("nothing was changed: the records could not be read: {0}")]
    NotRead(CallError),
    /// It could not be begun.
    #[error(transparent)]
    NotBegun(#[from] RestoreError),
}

impl NotRestored {
    /// A stable name for Lambda's `errorType`.
    #[must_use]
    pub fn error_type(&self) -> &'static str {
        match self {
            Self::Payload(_) => "Curfew.UnusablePayload",
            Self::NoSuchRecord(_) => "Curfew.NoSuchRecord",
            Self::NothingChanged(_) | Self::NoHands(..) | Self::NotBegun(RestoreError::NotReversible(_)) => {
                "Curfew.NothingToPutBack"
            }
            Self::NotRead(_) | Self::NotBegun(RestoreError::Step(_)) => "Curfew.NotRestored",
        }
    }
}

/// Handles one payload: `hands` puts back, `ports` remembers and tells.
///
/// # Errors
/// For a payload that cannot be used, and where nothing could be begun. The log says so already.
pub async fn answer<H: Hands, K: Clock, N: Notify, L: Ledger + Archive>(
    hands: &H,
    payload: &str,
    ports: &Ports<K, N, L>,
    invocation: &Invocation,
    settings: &Settings,
) -> Result<Value, NotRestored> {
    if asked(payload) == Some(Asked::Probe) {
        return Ok(probe::answer(NAME, settings.mode));
    }
    let span = invocation.span(settings.written);
    let work = async {
        let left = left(invocation, &ports.clock);
        let (done, api_calls) =
            aws::within(left, put_back(hands, payload, ports, invocation, settings)).await;
        match &done {
            Ok(back) => answer::log(back, api_calls),
            Err(error) => {
                tracing::error!(target: telemetry::TARGET, control = NAME, "nothing was put back: {error}")
            }
        }
        done.map(|back| answer::of(&back))
    };
    work.instrument(span).await
}

async fn put_back<H: Hands, K: Clock, N: Notify, L: Ledger + Archive>(
    hands: &H,
    payload: &str,
    ports: &Ports<K, N, L>,
    invocation: &Invocation,
    settings: &Settings,
) -> Result<remediation::restore::Back, NotRestored> {
    let payload = Payload::parse(payload)?;
    ports.catch_up(payload.what.resource()).await.map_err(NotRestored::NotRead)?;
    let (record, newer) = find(&payload.what, &ports.ledger, |record| hands.has(&record.control)).await?;
    let order = hands::Asks { payload: &payload, record: &record, newer: &newer, invocation, settings };
    let back = hands.restore(&order, ports).await?;
    back.ok_or_else(|| NotRestored::NoHands(record.id.clone(), record.control.clone()))
}

/// The record that is meant, and those of the same resource and control that are newer.
async fn find(
    what: &What,
    archive: &impl Archive,
    is_handled: impl Fn(&Record) -> bool,
) -> Result<(Record, Vec<Record>), NotRestored> {
    let history = archive.history(what.resource()).await.map_err(NotRestored::NotRead)?;
    let is_meant = |record: &Record| match what {
        What::Record(id) => record.id == *id,
        What::Resource(_) => record.restores.is_none() && record.may_have_changed() && is_handled(record),
    };
    let record = history.iter().find(|record| is_meant(record)).cloned().ok_or_else(|| match what {
        What::Record(id) => NotRestored::NoSuchRecord(id.clone()),
        What::Resource(arn) => NotRestored::NothingChanged(arn.clone()),
    })?;
    let is_newer = |one: &Record| one.control == record.control && one.id.key > record.id.key;
    let newer = history.into_iter().filter(is_newer).collect();
    Ok((record, newer))
}
