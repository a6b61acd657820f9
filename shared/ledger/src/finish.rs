//! Writing down how a piece of work ended.

use std::time::SystemTime;

use remediation::CallError;
use remediation::clock::Clock;
use remediation::ledger::Record;

use crate::begin::unwritable;
use crate::briefs;
use crate::item::{Item, key, number, seconds, string};
use crate::standings::{Expression, finish, is_held_by, name};
use crate::table::Table;
use crate::write::{PUT, Retries, Write, Written};

impl<K: Clock> Table<K> {
    pub(crate) async fn finish_record(&self, record: &Record, now: SystemTime) -> Result<(), CallError> {
        // What came of it is written however large it is: it has happened.
        let put = self.put(record, is_open(record), None).await?;
        let Write::Put(written, _) = &put else { return Ok(()) };
        let digest = string(written, "digest").map(ToOwned::to_owned);
        let standing = Write::Update(
            key(&record.id.resource, &name(&record.control)),
            // What a person put back is left alone for longer than records are kept, where somebody wants it so.
            finish(
                record,
                now,
                seconds(record.restores.as_ref().map_or(now, |one| one.grace_until).max(now) + self.kept_for),
            ),
            is_held_by(record),
        );
        let brief = briefs::left(record).map_err(|error| unwritable(&error.into()))?;
        let writes: Vec<Write> = [put, standing].into_iter().chain(brief).collect();
        let mut retries = Retries::default();
        loop {
            match self.write(&writes).await? {
                Written::Done => return Ok(()),
                Written::Failed(_) if self.is_written(record, digest.as_deref()).await? => return Ok(()),
                Written::Failed(_) => return Err(taken(record)),
                Written::Conflict(_) => retries.pause(&self.clock).await?,
            }
        }
    }

    /// Whether this very end is written already: the answer to an earlier try got lost.
    async fn is_written(&self, record: &Record, digest: Option<&str>) -> Result<bool, CallError> {
        let item: Option<Item> = self.read_item(&record.id.resource, &record.id.key).await?;
        Ok(item.is_some_and(|item| digest.is_some() && string(&item, "digest") == digest))
    }
}

/// That the record is open, and nobody has begun another attempt.
pub(crate) fn is_open(record: &Record) -> Expression {
    let condition = "attribute_not_exists(#ended_at) AND #attempts = :attempts";
    Expression::new(condition, [(":attempts", number(record.attempts.len()))])
}

fn taken(record: &Record) -> CallError {
    CallError::Refused {
        action: PUT,
        code: "ConditionalCheckFailed".to_owned(),
        message: format!("somebody else works on {} by now, or has closed it", record.id.resource),
    }
}
