//! What waits for a mail about several subjects: an item each, written with the end of its record.

use std::slice;
use std::time::{Duration, SystemTime};

use remediation::clock::Clock;
use remediation::ledger::{Record, TOGETHER, Waiting};
use remediation::{Brief, CallError};

use crate::item::{Item, item, key, millis, seconds, string, text};
use crate::standings::Expression;
use crate::table::Table;
use crate::write::{Retries, Write, Written};

/// How long what was sent is kept at least.
const KEPT_FOR: Duration = Duration::from_secs(24 * 60 * 60);

/// How many items a transaction may have.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_TransactWriteItems.html>
const AT_ONCE: usize = 100;

fn partition(control: &str) -> String {
    format!("digest {control}")
}

/// The write that leaves a record's brief to the next mail, where there is one.
pub(crate) fn left(record: &Record) -> Result<Option<Write>, serde_json::Error> {
    let Some(brief) = record.brief() else { return Ok(None) };
    let mut item = key(&partition(&record.control), &record.id.to_string());
    item.insert("brief".to_owned(), text(serde_json::to_string(brief)?));
    Ok(Some(Write::Put(item, Expression::new("attribute_not_exists(#resource)", []))))
}

impl<K: Clock> Table<K> {
    pub(crate) async fn waiting_briefs(&self, control: &str) -> Result<Waiting, CallError> {
        let values = [(":resource", text(partition(control))), (":first", text("0")), (":last", text(":"))];
        let condition = Expression::new("#resource = :resource AND #record BETWEEN :first AND :last", values);
        // The time to live takes its time.
        let waits = Expression::new("attribute_not_exists(#sent_at)", []);
        let query = self.query_of(&condition, Some(&waits)).consistent_read(true);
        Ok(waiting(&self.all_pages(query).await?))
    }

    pub(crate) async fn note_sent(
        &self,
        control: &str,
        briefs: &[Brief],
        now: SystemTime,
    ) -> Result<(), CallError> {
        let values = item([(":now", millis(now)), (":expires", seconds(now + KEPT_FOR))]);
        let change = Expression { text: "SET #sent_at = :now, #expires = :expires".to_owned(), values };
        let is_there = Expression::new("attribute_exists(#resource)", []);
        for some in briefs.chunks(AT_ONCE) {
            let keys = some.iter().map(|brief| key(&partition(control), &brief.record.to_string()));
            let writes: Vec<Write> =
                keys.map(|key| Write::Update(key, change.clone(), is_there.clone())).collect();
            if !self.note_all(&writes).await? {
                // Somebody has taken some of them away: the others are noted all the same.
                for write in &writes {
                    self.note_all(slice::from_ref(write)).await?;
                }
            }
        }
        Ok(())
    }

    /// Whether all were there to be noted.
    async fn note_all(&self, writes: &[Write]) -> Result<bool, CallError> {
        let mut retries = Retries::default();
        loop {
            match self.write(writes).await? {
                Written::Done => return Ok(true),
                Written::Failed(_) => return Ok(false),
                Written::Conflict(_) => retries.pause(&self.clock).await?,
            }
        }
    }
}

/// What cannot be read may be of a newer version of Curfew: it is named, and left where it is.
fn waiting(items: &[Item]) -> Waiting {
    let mut waiting = Waiting::default();
    for item in items {
        match string(item, "brief").map(serde_json::from_str) {
            Some(Ok(brief)) => waiting.briefs.push(brief),
            Some(Err(_)) | None => {
                waiting.unreadable.push(string(item, "record").unwrap_or_default().to_owned());
            }
        }
    }
    waiting.briefs.truncate(TOGETHER);
    waiting
}

#[cfg(test)]
mod tests {
    use remediation::ledger::RecordId;
    use remediation::{Mode, Outcome, testing};

    use super::*;

    #[test]
    fn a_brief_that_cannot_be_read_keeps_no_other_from_being_sent() {
        let written = |record: &str, brief: &str| item([("record", text(record)), ("brief", text(brief))]);
        let report = testing::report("s3-acl", testing::bucket("acme"), Mode::Enforce, Outcome::Remediated);
        let record = RecordId::new(&report.subject, "s3-acl", SystemTime::UNIX_EPOCH, "r1");
        let readable = Brief::of(&report, &record, SystemTime::UNIX_EPOCH);
        let readable = serde_json::to_string(&readable).unwrap();
        let newer = written("2-newer", &readable.replace("remediated", "of-a-newer-version"));
        let known = written("3-known", &readable);
        let mut items = vec![item([("record", text("1-without"))]), newer];
        items.extend((0..=TOGETHER).map(|_| known.clone()));
        let waiting = waiting(&items);
        assert_eq!(waiting.unreadable, ["1-without", "2-newer"]);
        assert_eq!(waiting.briefs.len(), TOGETHER);
    }
}
