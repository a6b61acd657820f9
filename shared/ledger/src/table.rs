//! The table, as the walk sees it.

use std::time::{Duration, SystemTime};

use aws::OfAWalk;
use aws_sdk_dynamodb::Client;
use aws_types::SdkConfig;
use events::Subject;
use remediation::clock::Clock;
use remediation::ledger::{
    Archive, Begun, Briefs, Chronicle, Ended, Graces, Ledger, LeftAlone, Pending, Record, RecordId, Terms,
    Unfinished, Waiting,
};
use remediation::{Brief, CallError};

/// How long a record is kept once it is over, unless something else is said.
const KEPT_FOR: Duration = Duration::from_secs(400 * 24 * 60 * 60);

/// A ledger in one DynamoDB table.
#[derive(Debug, Clone)]
pub struct Table<K> {
    pub(crate) client: Client,
    pub(crate) name: String,
    pub(crate) clock: K,
    pub(crate) kept_for: Duration,
}

impl<K: Clock> Table<K> {
    /// The table of this name, in the Region of the configuration.
    #[must_use]
    pub fn new(sdk: &SdkConfig, name: String, clock: K) -> Self {
        let config = aws_sdk_dynamodb::config::Builder::from(sdk).interceptor(OfAWalk);
        Self::with_client(Client::from_conf(config.build()), name, clock)
    }

    /// The same table through this client.
    #[must_use]
    pub fn with_client(client: Client, name: String, clock: K) -> Self {
        Self { client, name, clock, kept_for: KEPT_FOR }
    }

    /// The same, where records are kept for so long once they are over.
    #[must_use]
    pub fn keeping(self, kept_for: Duration) -> Self {
        Self { kept_for, ..self }
    }

    /// The record of this id; `None` where there is none.
    ///
    /// # Errors
    /// When it cannot be read.
    pub async fn record(&self, id: &RecordId) -> Result<Option<Record>, CallError> {
        self.read_record(id).await
    }

    /// All records of a resource, the newest first.
    ///
    /// # Errors
    /// When they cannot be read.
    pub async fn history(&self, resource: &str) -> Result<Vec<Record>, CallError> {
        let mut records = Vec::new();
        for item in self.record_items(resource).await? {
            records.push(self.whole(item).await?);
        }
        Ok(records)
    }
}

impl<K: Clock> Ledger for Table<K> {
    async fn begin(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        self.begin_record(record, terms).await
    }

    async fn resume(&self, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        self.resume_record(record, terms).await
    }

    async fn replace(&self, over: &Record, record: &Record, terms: &Terms) -> Result<Begun, CallError> {
        self.replace_record(over, record, terms).await
    }

    async fn pending(&self, subject: &Subject, control: &str, now: SystemTime) -> Result<Pending, CallError> {
        let resource = subject.arn();
        let standing = self.read_standing(&resource, control).await?.standing;
        let Some(key) = standing.open else { return Ok(Pending::Nothing) };
        if let Some(until) = standing.lease_until.filter(|until| *until > now) {
            return Ok(Pending::Busy { until });
        }
        let open = self.read_record(&RecordId { resource, key }).await?;
        Ok(open.map_or(Pending::Nothing, |record| Pending::Open(Box::new(record))))
    }

    async fn due(&self, control: &str, now: SystemTime) -> Result<Vec<Subject>, CallError> {
        self.due_subjects(control, now).await
    }

    async fn waiting(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        self.waiting_subjects(control).await
    }

    async fn finish(&self, record: &Record, now: SystemTime) -> Result<(), CallError> {
        self.finish_record(record, now).await
    }

    async fn take_turn(
        &self,
        of: &str,
        holder: &str,
        now: SystemTime,
        until: SystemTime,
    ) -> Result<bool, CallError> {
        Table::take_turn(self, of, holder, now, until).await
    }

    async fn end_turn(&self, of: &str, holder: &str) -> Result<(), CallError> {
        Table::end_turn(self, of, holder).await
    }
}

impl<K: Clock> Archive for Table<K> {
    async fn record(&self, id: &RecordId) -> Result<Option<Record>, CallError> {
        self.read_record(id).await
    }

    async fn history(&self, resource: &str) -> Result<Vec<Record>, CallError> {
        Table::history(self, resource).await
    }
}

impl<K: Clock> Chronicle for Table<K> {
    async fn ended(&self, since: SystemTime, now: SystemTime) -> Result<Vec<Ended>, CallError> {
        self.ended_records(since, now).await
    }

    async fn unfinished(&self, control: &str) -> Result<Vec<Unfinished>, CallError> {
        self.open_records(control).await
    }
}

impl<K: Clock> Briefs for Table<K> {
    async fn briefs(&self, control: &str) -> Result<Waiting, CallError> {
        self.waiting_briefs(control).await
    }

    async fn sent(&self, control: &str, briefs: &[Brief], now: SystemTime) -> Result<(), CallError> {
        self.note_sent(control, briefs, now).await
    }
}

impl<K: Clock> Graces for Table<K> {
    async fn left_alone(
        &self,
        subject: &Subject,
        control: &str,
        now: SystemTime,
    ) -> Result<Option<LeftAlone>, CallError> {
        let seen = self.read_standing(&subject.arn(), control).await?;
        Ok(seen.standing.grace(now).cloned())
    }
}
