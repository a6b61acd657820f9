//! How many resources were changed in an hour, counted by all that work at the same time.
//!
//! A wide brake is counted in several items, each with its share of the limit, so that those who count at the same time
//! rarely meet. The shares make up the limit exactly.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use remediation::CallError;
use remediation::clock::{Clock, rfc3339};
use remediation::ledger::{Begun, Held, Hold, Record, Terms};

use crate::item::{Item, key, number, seconds, since_epoch, text};
use crate::standings::Expression;
use crate::table::Table;
use crate::write::{Retries, UPDATE, Write, names, random};

const HOUR: Duration = Duration::from_secs(60 * 60);

/// How long an hour's counts are kept.
const KEPT_FOR: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// How many changes one item counts, and the highest number of items.
const SHARE: u32 = 30;
const SHARDS: u32 = 16;

/// The brake of a control in this hour.
#[derive(Debug)]
pub(crate) struct Brake {
    partition: String,
    hour: String,
    ends: SystemTime,
    limit: u32,
    /// The items that may have room, the next one last.
    shards: Vec<Shard>,
    /// Where it is counted already, by a write of its own.
    counted: Option<Shard>,
    /// Whether somebody has told people in this hour.
    is_told: bool,
}

#[derive(Debug, Clone)]
struct Shard {
    index: u32,
    limit: u32,
}

impl Brake {
    /// The brake that a record is counted by. What changes nothing is not counted, nor what a person puts back, nor what
    /// is counted already.
    pub(crate) fn of(record: &Record, terms: &Terms) -> Option<Self> {
        let since = since_epoch(terms.now);
        let begins =
            SystemTime::UNIX_EPOCH + Duration::from_secs(since.as_secs() / HOUR.as_secs() * HOUR.as_secs());
        if !record.is_to_be_counted(terms, begins) {
            return None;
        }
        Some(Self {
            partition: format!("brake {}", record.control),
            hour: rfc3339(begins).chars().take(13).collect(),
            ends: begins + HOUR,
            limit: terms.limits.changes_per_hour,
            shards: shards(terms.limits.changes_per_hour),
            counted: None,
            is_told: false,
        })
    }

    /// Whether as many were changed as may be.
    pub(crate) fn is_full(&self) -> bool {
        self.shards.is_empty() && self.counted.is_none()
    }

    /// Notes that an item has no room. Another one may.
    pub(crate) fn next(&mut self) {
        self.shards.pop();
    }

    /// Notes that somebody else has told people.
    pub(crate) fn told(&mut self) {
        self.is_told = true;
    }

    /// What holds a record that is over the limit.
    pub(crate) fn hold(&self) -> Hold {
        Hold { until: self.ends, by: Held::Brake { limit: self.limit }, tells: !self.is_told }
    }

    /// What counts the record, unless it is counted.
    pub(crate) fn count(&self) -> Option<Write> {
        let shard = self.shards.last().filter(|_| self.counted.is_none())?;
        let has_room = "attribute_not_exists(#changed) OR #changed < :limit";
        let condition = Expression::new(has_room, [(":limit", number(shard.limit))]);
        Some(Write::Update(self.key(shard), self.add(1), condition))
    }

    /// What makes the record the one that people are told by, unless there is one.
    pub(crate) fn claim(&self, record: &Record) -> Option<Write> {
        let values = [(":record", text(record.id.to_string())), (":expires", self.expires())];
        let change = Expression::new("SET #told_by = :record, #expires = :expires", values);
        let condition = Expression::new("attribute_not_exists(#told_by)", []);
        let told = key(&self.partition, &format!("{} told", self.hour));
        (!self.is_told).then_some(Write::Update(told, change, condition))
    }

    fn key(&self, shard: &Shard) -> Item {
        key(&self.partition, &format!("{} #{}", self.hour, shard.index))
    }

    fn add(&self, changes: i8) -> Expression {
        let values = [(":changes", number(changes)), (":expires", self.expires())];
        Expression::new("SET #expires = :expires ADD #changed :changes", values)
    }

    fn expires(&self) -> AttributeValue {
        seconds(self.ends + KEPT_FOR)
    }
}

/// The items that count, in an order of chance.
fn shards(limit: u32) -> Vec<Shard> {
    let number = (limit / SHARE).clamp(1, SHARDS);
    let share = |index| limit / number + u32::from(index < limit % number);
    let mut shards: Vec<Shard> = (0..number).map(|index| Shard { index, limit: share(index) }).collect();
    shards.retain(|shard| shard.limit > 0);
    if !shards.is_empty() {
        let first = usize::try_from(random()).unwrap_or_default() % shards.len();
        shards.rotate_left(first);
    }
    shards
}

impl<K: Clock> Table<K> {
    /// Counts a change by a write of its own, which waits for those of others where a transaction would fail.
    pub(crate) async fn count_alone(&self, brake: &mut Brake) -> Result<(), CallError> {
        while let Some(Write::Update(key, change, condition)) = brake.count() {
            if self.update_alone(key, &change, &condition).await? {
                brake.counted = brake.shards.last().cloned();
            } else {
                brake.next();
            }
        }
        Ok(())
    }

    /// Takes back what was counted by a write of its own, where nothing was begun.
    pub(crate) async fn give_back(&self, brake: Option<Brake>, begun: &Begun) -> Result<(), CallError> {
        let Some(brake) = brake.filter(|_| *begun != Begun::Taken) else { return Ok(()) };
        let Some(shard) = &brake.counted else { return Ok(()) };
        let is_there = Expression::new("#changed > :none", [(":none", number(0))]);
        self.update_alone(brake.key(shard), &brake.add(-1), &is_there).await.map(|_| ())
    }

    /// Changes one item where the condition holds. Says whether it did.
    pub(crate) async fn update_alone(
        &self,
        key: Item,
        change: &Expression,
        condition: &Expression,
    ) -> Result<bool, CallError> {
        let mut retries = Retries::default();
        loop {
            let values = change.values.clone().into_iter().chain(condition.values.clone());
            let answer = self
                .client
                .update_item()
                .table_name(&self.name)
                .set_key(Some(key.clone()))
                .update_expression(&change.text)
                .condition_expression(&condition.text)
                .set_expression_attribute_names(Some(names([change, condition])))
                .set_expression_attribute_values(Some(values.collect()))
                .send()
                .await;
            let Err(error) = answer else { return Ok(true) };
            match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => return Ok(false),
                Some(UpdateItemError::TransactionConflictException(_)) => retries.pause(&self.clock).await?,
                _ => return Err(aws::failed(UPDATE, error)),
            }
        }
    }
}
