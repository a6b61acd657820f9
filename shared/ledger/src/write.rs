//! The one transaction that each piece of work begins and ends with.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

use aws_sdk_dynamodb::error::{BuildError, SdkError};
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem, Update,
};
use remediation::clock::Clock;
use remediation::{CallError, Transport};

use crate::item::Item;
use crate::standings::Expression;
use crate::table::Table;

pub(crate) const PUT: &str = "dynamodb:PutItem";
pub(crate) const UPDATE: &str = "dynamodb:UpdateItem";

/// How often a write is tried that meets another one at the same item, and the longest pause before the first retry.
const TRIES: u32 = 9;
const FIRST_PAUSE: Duration = Duration::from_millis(25);
const LONGEST_PAUSE: Duration = Duration::from_millis(800);

/// Why one item may stop a whole transaction now and not a moment later.
const IN_THE_WAY: [&str; 3] = ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"];

/// One item of a transaction.
#[derive(Debug, Clone)]
pub(crate) enum Write {
    /// Replaces an item.
    Put(Item, Expression),
    /// Changes the item of this key so.
    Update(Item, Expression, Expression),
}

/// What became of a transaction.
#[derive(Debug)]
pub(crate) enum Written {
    /// All of it is written.
    Done,
    /// Nothing is written: some items were not as they had to be. One for each write; what the item was, where it was
    /// not as it had to be.
    Failed(Vec<Option<Item>>),
    /// Nothing is written: somebody else was writing these, or they were written too often; one for each write.
    Conflict(Vec<bool>),
}

/// Retries of a write that met another one, or too many others: each pause is of random length, so that two do not meet
/// again. The SDK tries none of them again.
#[derive(Debug, Default)]
pub(crate) struct Retries(u32);

impl Retries {
    /// Waits before another try; an error once there were enough of them.
    pub(crate) async fn pause(&mut self, clock: &impl Clock) -> Result<(), CallError> {
        self.0 += 1;
        if self.0 >= TRIES {
            return Err(CallError::Passing {
                action: PUT,
                code: "TransactionConflict".to_owned(),
                message: format!("others wrote the same at the same time, {TRIES} times"),
            });
        }
        let longest = (FIRST_PAUSE * 2_u32.pow(self.0 - 1)).min(LONGEST_PAUSE);
        clock.sleep(longest.mul_f64(random_share())).await;
        Ok(())
    }
}

/// A request that could not be made.
pub(crate) fn unsent(action: &'static str, error: BuildError) -> CallError {
    CallError::Unanswered { action, failure: "request not sent", cause: Transport::new(error) }
}

/// A random number from 0 to 1.
pub(crate) fn random_share() -> f64 {
    f64::from(random()) / f64::from(u32::MAX)
}

pub(crate) fn random() -> u32 {
    let hash = RandomState::new().hash_one(());
    u32::try_from(hash & u64::from(u32::MAX)).unwrap_or_default()
}

/// The attributes that stand behind each `#name` of the expressions.
pub(crate) fn names<'a>(expressions: impl IntoIterator<Item = &'a Expression>) -> HashMap<String, String> {
    let is_part = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
    let mut names = HashMap::new();
    for expression in expressions {
        for rest in expression.text.split('#').skip(1) {
            let name: String = rest.chars().take_while(|letter| is_part(*letter)).collect();
            names.insert(format!("#{name}"), name);
        }
    }
    names
}

impl<K: Clock> Table<K> {
    /// Writes all of it or nothing.
    pub(crate) async fn write(&self, writes: &[Write]) -> Result<Written, CallError> {
        let items: Result<Vec<_>, _> = writes.iter().map(|write| self.transact_item(write)).collect();
        let answer = self.client.transact_write_items().set_transact_items(Some(items?)).send().await;
        match answer {
            Ok(_) => Ok(Written::Done),
            Err(error) => self.cancelled(error),
        }
    }

    fn transact_item(&self, write: &Write) -> Result<TransactWriteItem, CallError> {
        let old = ReturnValuesOnConditionCheckFailure::AllOld;
        let set = |values: HashMap<_, _>| Some(values).filter(|values| !values.is_empty());
        let item = TransactWriteItem::builder();
        let item = match write {
            Write::Put(it, condition) => {
                let put = Put::builder()
                    .table_name(&self.name)
                    .set_item(Some(it.clone()))
                    .condition_expression(&condition.text)
                    .set_expression_attribute_names(Some(names([condition])))
                    .set_expression_attribute_values(set(condition.values.clone()))
                    .return_values_on_condition_check_failure(old);
                item.put(put.build().map_err(|error| unsent(PUT, error))?)
            }
            Write::Update(key, change, condition) => {
                let values = change.values.iter().chain(&condition.values);
                let update = Update::builder()
                    .table_name(&self.name)
                    .set_key(Some(key.clone()))
                    .update_expression(&change.text)
                    .condition_expression(&condition.text)
                    .set_expression_attribute_names(Some(names([change, condition])))
                    .set_expression_attribute_values(set(values
                        .map(|(name, value)| (name.clone(), value.clone()))
                        .collect()))
                    .return_values_on_condition_check_failure(old);
                item.update(update.build().map_err(|error| unsent(UPDATE, error))?)
            }
        };
        Ok(item.build())
    }

    /// Why a transaction was cancelled: DynamoDB says it for each item, in order.
    fn cancelled(&self, error: SdkError<TransactWriteItemsError>) -> Result<Written, CallError> {
        let reasons = match error.as_service_error() {
            Some(TransactWriteItemsError::TransactionCanceledException(cancelled)) => {
                cancelled.cancellation_reasons().to_vec()
            }
            _ => return Err(aws::failed(PUT, error)),
        };
        let is = |reason: &CancellationReason, code: &str| reason.code() == Some(code);
        let is_in_the_way =
            |reason: &CancellationReason| reason.code().is_some_and(|code| IN_THE_WAY.contains(&code));
        if reasons.iter().any(|reason| is(reason, "ConditionalCheckFailed")) {
            return Ok(Written::Failed(
                reasons
                    .into_iter()
                    .map(|reason| {
                        is(&reason, "ConditionalCheckFailed").then(|| reason.item.unwrap_or_default())
                    })
                    .collect(),
            ));
        }
        if reasons.iter().any(is_in_the_way) {
            return Ok(Written::Conflict(reasons.iter().map(is_in_the_way).collect()));
        }
        let first = reasons.into_iter().find(|reason| !matches!(reason.code(), None | Some("None")));
        let Some(reason) = first else { return Err(aws::failed(PUT, error)) };
        let code = reason.code.unwrap_or_default();
        let message = reason.message.unwrap_or_else(|| "the answer says no more".to_owned());
        Err(CallError::Refused { action: PUT, code, message })
    }
}
