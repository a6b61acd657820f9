//! The records that the index lists together, page by page: for who reads many.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::types::KeysAndAttributes;
use remediation::CallError;
use remediation::clock::Clock;
use remediation::ledger::{Record, RecordId};

use crate::item::{Item, id, key, open_day, text};
use crate::read::{BY_DAY, QUERY};
use crate::standings::Expression;
use crate::table::Table;

const BATCH_GET: &str = "dynamodb:BatchGetItem";

/// How many records a page has at most: as many as one call returns.
/// <https://docs.aws.amazon.com/amazondynamodb/latest/APIReference/API_BatchGetItem.html>
const PAGE: i32 = 100;

/// How often a batch is asked for again of which nothing came, and how long to wait before the first of these times.
const TRIES: u32 = 8;
const PAUSE: Duration = Duration::from_millis(50);

/// What the index lists together.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Listing {
    /// What ended on a day, in UTC, as in `2026-11-22`.
    EndedOn(String),
    /// What is not over of a control.
    OpenOf(&'static str),
}

impl Listing {
    /// What of the index is asked for.
    pub(crate) fn condition(&self) -> Expression {
        let day = match self {
            Self::EndedOn(day) => day.clone(),
            Self::OpenOf(control) => open_day(control),
        };
        Expression::new("#day = :day", [(":day", text(day))])
    }
}

/// Some of the records that are listed together.
#[derive(Debug)]
pub struct Page {
    /// The records, each as it is now.
    pub records: Vec<Result<Record, Unreadable>>,
    /// Where the next page begins; `None` after the last.
    pub next: Option<Next>,
}

/// Where a page begins.
#[derive(Debug, Clone)]
pub struct Next(Item);

/// A record that is listed and cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    /// Which.
    pub id: String,
    /// Why.
    pub why: String,
}

impl<K: Clock> Table<K> {
    /// A page of the records that are listed together, in no order that means something. The list may be some seconds old;
    /// the records are not.
    ///
    /// # Errors
    /// When the list or the records cannot be asked for. A record of which that is not so, and that cannot be read, is
    /// among the page's.
    pub async fn page(&self, listing: &Listing, from: Option<Next>) -> Result<Page, CallError> {
        let query = self.query(&listing.condition()).index_name(BY_DAY).limit(PAGE);
        let answer = query.set_exclusive_start_key(from.map(|Next(key)| key)).send().await;
        let answer = answer.map_err(|error| aws::failed(QUERY, error))?;
        let ids: Vec<RecordId> = answer.items().iter().filter_map(id).collect();
        if ids.len() < answer.items().len() {
            return Err(CallError::Incomplete { action: QUERY, field: "record" });
        }
        let next = answer.last_evaluated_key.filter(|key| !key.is_empty()).map(Next);
        Ok(Page { records: self.records(ids).await?, next })
    }

    /// The records of these ids, at most as many as a page has.
    async fn records(&self, ids: Vec<RecordId>) -> Result<Vec<Result<Record, Unreadable>>, CallError> {
        let mut items: HashMap<RecordId, Item> =
            self.items(&ids).await?.into_iter().filter_map(|item| Some((id(&item)?, item))).collect();
        let mut records = Vec::with_capacity(ids.len());
        for id in ids {
            let unreadable = |why: String| Unreadable { id: id.to_string(), why };
            let Some(item) = items.remove(&id) else {
                records.push(Err(unreadable("it is listed, and is not there any more".to_owned())));
                continue;
            };
            records.push(match self.whole(item).await {
                Ok(record) => Ok(record),
                // What was answered is no record; another try would answer the same.
                Err(error @ (CallError::Withheld { .. } | CallError::Incomplete { .. })) => {
                    Err(unreadable(error.to_string()))
                }
                Err(error) => return Err(error),
            });
        }
        Ok(records)
    }

    async fn items(&self, ids: &[RecordId]) -> Result<Vec<Item>, CallError> {
        let mut left: Vec<Item> = ids.iter().map(|id| key(&id.resource, &id.key)).collect();
        let mut items = Vec::with_capacity(left.len());
        let mut tries = 0;
        while !left.is_empty() {
            let failed = |error| CallError::Withheld {
                action: BATCH_GET,
                code: "NotBuilt",
                message: format!("{error}"),
            };
            let keys = KeysAndAttributes::builder().set_keys(Some(left)).consistent_read(true);
            let keys = keys.build().map_err(|error: aws_sdk_dynamodb::error::BuildError| failed(error))?;
            let answer = self.client.batch_get_item().request_items(&self.name, keys).send().await;
            let answer = answer.map_err(|error| aws::failed(BATCH_GET, error))?;
            let found = answer.responses.unwrap_or_default().remove(&self.name).unwrap_or_default();
            let unprocessed = answer.unprocessed_keys.unwrap_or_default().remove(&self.name);
            left = unprocessed.map(|unprocessed| unprocessed.keys).unwrap_or_default();
            // A batch is cut at 16 MB, and where the table is asked too much at once.
            tries = if found.is_empty() { tries + 1 } else { 0 };
            if !left.is_empty() && found.is_empty() {
                if tries > TRIES {
                    let message = "it answered with nothing".to_owned();
                    return Err(CallError::Passing {
                        action: BATCH_GET,
                        code: "UnprocessedKeys".to_owned(),
                        message,
                    });
                }
                self.clock.sleep(PAUSE * 2_u32.pow(tries - 1)).await;
            }
            items.extend(found);
        }
        Ok(items)
    }
}
