//! The digest: one mail about all that nobody had to hear of at once.

use std::time::SystemTime;

use crate::clock::Clock;
use crate::ledger::{Briefs, Ledger, Waiting, lease_until};
use crate::{Brief, CallError, Notify, Pace, Ports, Undelivered};

/// Why a digest was not sent, or may be sent again. What waits waits on.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotMailed {
    /// Nobody knows what waits.
    #[error("what waits for the digest is not known: {0}")]
    Unread(#[from] CallError),
    /// The topic did not take it.
    #[error("the digest was not delivered: {0}")]
    Undelivered(#[source] CallError),
    /// It was sent, and the ledger does not know: another process sends it again.
    #[error("the digest was sent, and that could not be written down: {0}")]
    Unwritten(#[source] CallError),
}

/// What came of a tick.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Mailed {
    /// How many subjects the digest was about; 0 where none was due.
    pub subjects: usize,
    /// The keys of what waits on, since it cannot be read.
    pub unreadable: Vec<String>,
}

/// Sends the digest of a control where it is due, and says about how many subjects. `deadline` is when Lambda ends the
/// request: nobody else sends it until then.
///
/// # Errors
/// When it could not be sent, or when it was sent and that could not be written down. Then this process writes it down before
/// it sends anything else, and another one sends it again.
pub async fn mail_briefs<K: Clock, N: Notify, L: Ledger + Briefs>(
    ports: &Ports<K, N, L>,
    control: &str,
    pace: Pace,
    request_id: &str,
    deadline: SystemTime,
) -> Result<Mailed, NotMailed> {
    let now = ports.clock.now();
    note_sent(ports, control, ports.unnoted.take(), now).await?;
    let Waiting { briefs: waiting, unreadable } = ports.ledger.briefs(control).await?;
    let nothing = Mailed { subjects: 0, unreadable };
    let since = waiting.iter().map(|brief| brief.at).min();
    if !since.is_some_and(|since| pace.is_due(since, now)) {
        return Ok(nothing);
    }
    let turn = format!("digest {control}");
    if !ports.ledger.take_turn(&turn, request_id, now, lease_until(deadline, now)).await? {
        return Ok(nothing);
    }
    // Somebody else may have sent them just before.
    let waiting = ports.ledger.briefs(control).await?.briefs;
    if waiting.is_empty() {
        return Ok(nothing);
    }
    let sent = ports.notify.notify_together(control, &waiting).await;
    sent.map_err(|Undelivered { error, .. }| NotMailed::Undelivered(error))?;
    let subjects = waiting.len();
    note_sent(ports, control, waiting, now).await?;
    Ok(Mailed { subjects, ..nothing })
}

/// Notes what was sent. What cannot be noted now is kept for the next tick.
async fn note_sent<K, N, L: Briefs>(
    ports: &Ports<K, N, L>,
    control: &str,
    sent: Vec<Brief>,
    now: SystemTime,
) -> Result<(), NotMailed> {
    if sent.is_empty() {
        return Ok(());
    }
    let noted = ports.ledger.sent(control, &sent, now).await;
    noted.map_err(|error| {
        ports.unnoted.keep(sent);
        NotMailed::Unwritten(error)
    })
}
