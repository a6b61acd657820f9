//! A record's item: plain attributes for people and lists, and the whole of it as a body.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::{Duration, SystemTime};

use aws_sdk_dynamodb::types::AttributeValue;
use events::Subject;
use remediation::clock::rfc3339;
use remediation::ledger::{Record, RecordId};

use crate::body::Body;

/// What DynamoDB calls an item, or its key, or what it was before.
pub(crate) type Item = HashMap<String, AttributeValue>;

/// For how long parts are kept at least: longer than the record that has them, which is written anew while it is open.
const PARTS_OUTLIVE: Duration = Duration::from_secs(400 * 24 * 60 * 60);

pub(crate) fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

pub(crate) fn number(value: impl Display) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A time in milliseconds, which a condition can compare.
pub(crate) fn millis(at: SystemTime) -> AttributeValue {
    number(since_epoch(at).as_millis())
}

/// A time in seconds, as the table's time to live wants it.
pub(crate) fn seconds(at: SystemTime) -> AttributeValue {
    number(since_epoch(at).as_secs())
}

pub(crate) fn since_epoch(at: SystemTime) -> Duration {
    at.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

pub(crate) fn item<const N: usize>(attributes: [(&str, AttributeValue); N]) -> Item {
    attributes.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The key of what is stored for a resource under this name.
pub(crate) fn key(resource: &str, record: &str) -> Item {
    item([("resource", text(resource)), ("record", text(record))])
}

/// The name of a part. It holds the digest of the whole, so that no writing of a record takes the parts of another one.
pub(crate) fn part_name(record: &str, digest: &str, index: usize) -> String {
    format!("part {record} {digest} {index}")
}

/// When parts that are written now may go.
pub(crate) fn parts_expire(now: SystemTime, kept_for: Duration) -> AttributeValue {
    seconds(now + kept_for.max(PARTS_OUTLIVE) + PARTS_OUTLIVE)
}

/// Where the index lists the open records of a control.
pub(crate) fn open_day(control: &str) -> String {
    format!("open {control}")
}

/// Where the index lists what ended on the day of this time, in UTC.
pub(crate) fn day_of(at: SystemTime) -> String {
    rfc3339(at).chars().take(10).collect()
}

/// A record as one item.
pub(crate) fn of(record: &Record, body: &Body, kept_for: Duration) -> Result<Item, serde_json::Error> {
    let Record { id, subject, .. } = record;
    let mut item = key(&id.resource, &id.key);
    let mut set = |name: &str, value: Option<AttributeValue>| {
        if let Some(value) = value {
            item.insert(name.to_owned(), value);
        }
    };
    set("control", Some(text(&record.control)));
    set("account", Some(text(subject.account.as_str())));
    set("region", Some(text(subject.region.as_str())));
    set("subject", Some(text(serde_json::to_string(subject)?)));
    set("name", Some(text(subject.resource.to_string())));
    set("mode", Some(text(record.mode.as_str())));
    set("cause", Some(text(subject.cause.to_string())));
    set("request_id", record.holder().map(text));
    set("begun_at", record.attempts.first().map(|first| text(rfc3339(first.at))));
    set("ended_at", record.end.as_ref().map(|end| text(rfc3339(end.at))));
    set("told_at", record.told.last().map(|last| text(rfc3339(last.at))));
    let (day, outcome, at) = place(record);
    set("day", Some(text(day)));
    set("outcome", Some(text(outcome)));
    set("outcome_at", at.map(|at| text(format!("{outcome} {}", rfc3339(at)))));
    set("expires", record.end.as_ref().map(|end| seconds(end.at + kept_for)));
    // What a write asks for that comes after another one.
    set("attempts", Some(number(record.attempts.len())));
    set("tellings", Some(number(record.told.len())));
    set("digest", Some(text(&body.digest)));
    set("body", body.attribute());
    set("parts", Some(body.parts().len()).filter(|parts| *parts > 0).map(number));
    Ok(item)
}

/// Where the index lists a record: by the day on which it ended, or with what is open.
fn place(record: &Record) -> (String, &'static str, Option<SystemTime>) {
    match (&record.end, record.held_until()) {
        (Some(end), _) => (day_of(end.at), end.outcome.as_str(), Some(end.at)),
        (None, Some(until)) => (open_day(&record.control), "held", Some(until)),
        (None, None) => (open_day(&record.control), "begun", record.last().map(|last| last.at)),
    }
}

pub(crate) fn id(item: &Item) -> Option<RecordId> {
    let resource = string(item, "resource")?.to_owned();
    Some(RecordId { resource, key: string(item, "record")?.to_owned() })
}

pub(crate) fn subject(item: &Item) -> Option<Subject> {
    serde_json::from_str(string(item, "subject")?).ok()
}

pub(crate) fn string<'a>(item: &'a Item, name: &str) -> Option<&'a str> {
    item.get(name)?.as_s().ok().map(String::as_str)
}

pub(crate) fn integer(item: &Item, name: &str) -> Option<u64> {
    item.get(name)?.as_n().ok()?.parse().ok()
}

pub(crate) fn time(item: &Item, name: &str) -> Option<SystemTime> {
    Some(SystemTime::UNIX_EPOCH + Duration::from_millis(integer(item, name)?))
}
