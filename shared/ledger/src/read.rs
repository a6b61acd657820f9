//! Reading: one consistent read for what decides, the index for lists.

use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use events::Subject;
use remediation::clock::{self, Clock, rfc3339};
use remediation::ledger::{End, Ended, Record, RecordId, Unfinished};
use remediation::{CallError, Outcome};

use crate::body::{BodyError, from_gzip, from_text};
use crate::item::{Item, day_of, id, integer, key, open_day, part_name, string, subject, text};
use crate::pages::Listing;
use crate::standings::{Expression, Seen, name, of_item};
use crate::table::Table;
use crate::write::names;

const GET: &str = "dynamodb:GetItem";
pub(crate) const QUERY: &str = "dynamodb:Query";

/// The index by day and outcome.
pub(crate) const BY_DAY: &str = "by_day";

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// After what time somebody else goes on with what was begun.
const HOUR: Duration = Duration::from_secs(60 * 60);

impl<K: Clock> Table<K> {
    pub(crate) async fn read_item(&self, resource: &str, record: &str) -> Result<Option<Item>, CallError> {
        let request = self.client.get_item().table_name(&self.name).consistent_read(true);
        let answer = request.set_key(Some(key(resource, record))).send().await;
        Ok(answer.map_err(|error| aws::failed(GET, error))?.item)
    }

    pub(crate) async fn read_standing(&self, resource: &str, control: &str) -> Result<Seen, CallError> {
        Ok(self.read_item(resource, &name(control)).await?.map(|item| of_item(&item)).unwrap_or_default())
    }

    pub(crate) async fn read_record(&self, id: &RecordId) -> Result<Option<Record>, CallError> {
        match self.read_item(&id.resource, &id.key).await? {
            Some(item) => self.whole(item).await.map(Some),
            None => Ok(None),
        }
    }

    /// The record of an item, with its parts.
    pub(crate) async fn whole(&self, item: Item) -> Result<Record, CallError> {
        let record = match (item.get("body"), integer(&item, "parts")) {
            (Some(AttributeValue::S(text)), _) => from_text(text),
            (Some(AttributeValue::B(bytes)), _) => from_gzip(bytes.as_ref()),
            (None, Some(parts)) => from_gzip(&self.read_parts(&item, parts).await?),
            _ => return Err(CallError::Incomplete { action: GET, field: "body" }),
        };
        record.map_err(|error| unreadable(&item, &error))
    }

    async fn read_parts(&self, item: &Item, parts: u64) -> Result<Vec<u8>, CallError> {
        let missing = CallError::Incomplete { action: GET, field: "part" };
        let (Some(id), Some(digest)) = (id(item), string(item, "digest")) else { return Err(missing) };
        let mut bytes = Vec::new();
        for index in 0..usize::try_from(parts).unwrap_or_default() {
            let part = self.read_item(&id.resource, &part_name(&id.key, digest, index)).await?;
            let Some(AttributeValue::B(part)) = part.as_ref().and_then(|part| part.get("body")) else {
                return Err(missing);
            };
            bytes.extend_from_slice(part.as_ref());
        }
        Ok(bytes)
    }

    /// The items of all records of a resource, the newest first. Their keys begin with the year.
    pub(crate) async fn record_items(&self, resource: &str) -> Result<Vec<Item>, CallError> {
        let condition = Expression::new(
            "#resource = :resource AND #record BETWEEN :first AND :last",
            [(":resource", text(resource)), (":first", text("0")), (":last", text(":"))],
        );
        let query = self.query(&condition).consistent_read(true).scan_index_forward(false);
        self.all_pages(query).await
    }

    pub(crate) async fn due_subjects(
        &self,
        control: &str,
        now: SystemTime,
    ) -> Result<Vec<Subject>, CallError> {
        let mut items = self.open(control, "held 0", &format!("held {}", rfc3339(now))).await?;
        let an_hour_ago = now.checked_sub(HOUR).unwrap_or(now);
        items.extend(self.open(control, "begun 0", &format!("begun {}", rfc3339(an_hour_ago))).await?);
        subjects(&items)
    }

    pub(crate) async fn waiting_subjects(&self, control: &str) -> Result<Vec<Subject>, CallError> {
        subjects(&self.open(control, "held 0", "held :").await?)
    }

    /// What ended since then, by the lists of each day.
    pub(crate) async fn ended_records(
        &self,
        since: SystemTime,
        now: SystemTime,
    ) -> Result<Vec<Ended>, CallError> {
        let mut all = Vec::new();
        // A clock that is ahead has written into tomorrow.
        for day in days(since, now + HOUR) {
            let condition = Listing::EndedOn(day).condition();
            let items = self.all_pages(self.query(&condition).index_name(BY_DAY)).await?;
            for item in &items {
                all.push(ended(item)?);
            }
        }
        all.retain(|ended| ended.end.at >= since);
        all.sort_by_key(|ended| ended.end.at);
        Ok(all)
    }

    pub(crate) async fn open_records(&self, control: &str) -> Result<Vec<Unfinished>, CallError> {
        let mut all = Vec::new();
        for (waits, first, last) in [(false, "begun 0", "begun :"), (true, "held 0", "held :")] {
            let found = subjects(&self.open(control, first, last).await?)?;
            all.extend(found.into_iter().map(|subject| Unfinished { subject, waits }));
        }
        Ok(all)
    }

    /// The open records of a control, from the first of these places in the index to the last.
    async fn open(&self, control: &str, first: &str, last: &str) -> Result<Vec<Item>, CallError> {
        let condition = Expression::new(
            "#day = :day AND #outcome_at BETWEEN :first AND :last",
            [(":day", text(open_day(control))), (":first", text(first)), (":last", text(last))],
        );
        self.all_pages(self.query(&condition).index_name(BY_DAY)).await
    }

    pub(crate) fn query(&self, condition: &Expression) -> Query {
        self.query_of(condition, None)
    }

    /// The same for those of the items alone of which `filter` is true.
    pub(crate) fn query_of(&self, condition: &Expression, filter: Option<&Expression>) -> Query {
        let values = filter.into_iter().flat_map(|filter| filter.values.clone());
        self.client
            .query()
            .table_name(&self.name)
            .key_condition_expression(&condition.text)
            .set_filter_expression(filter.map(|filter| filter.text.clone()))
            .set_expression_attribute_names(Some(names([condition].into_iter().chain(filter))))
            .set_expression_attribute_values(Some(
                condition.values.clone().into_iter().chain(values).collect(),
            ))
    }

    pub(crate) async fn all_pages(&self, query: Query) -> Result<Vec<Item>, CallError> {
        let mut items = Vec::new();
        let mut next = None;
        loop {
            let answer = query.clone().set_exclusive_start_key(next).send().await;
            let answer = answer.map_err(|error| aws::failed(QUERY, error))?;
            items.extend(answer.items.unwrap_or_default());
            next = answer.last_evaluated_key.filter(|key| !key.is_empty());
            if next.is_none() {
                return Ok(items);
            }
        }
    }
}

pub(crate) type Query = aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder;

/// The days from the one of `since` to the one of `until`, as the index calls them.
fn days(since: SystemTime, until: SystemTime) -> Vec<String> {
    let mut days = Vec::new();
    let mut at = since;
    while at < until {
        days.push(day_of(at));
        at += DAY;
    }
    days.push(day_of(until));
    days.dedup();
    days
}

/// A record that is over, as the index has it.
fn ended(item: &Item) -> Result<Ended, CallError> {
    let field = |field| CallError::Incomplete { action: QUERY, field };
    let end = End {
        at: string(item, "ended_at").and_then(clock::parse).ok_or_else(|| field("ended_at"))?,
        outcome: string(item, "outcome").and_then(Outcome::of_name).ok_or_else(|| field("outcome"))?,
    };
    let control = string(item, "control").ok_or_else(|| field("control"))?.to_owned();
    Ok(Ended { control, subject: subject(item).ok_or_else(missing)?, end })
}

fn subjects(items: &[Item]) -> Result<Vec<Subject>, CallError> {
    items.iter().map(|item| subject(item).ok_or_else(missing)).collect()
}

fn unreadable(item: &Item, error: &BodyError) -> CallError {
    let id = id(item).map(|id| id.to_string()).unwrap_or_default();
    let message = format!("the record `{id}` cannot be read: {error}");
    CallError::Withheld { action: GET, code: "RecordUnreadable", message }
}

fn missing() -> CallError {
    CallError::Incomplete { action: QUERY, field: "subject" }
}
