//! Reading many.

use std::collections::HashMap;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::operation::batch_get_item::BatchGetItemOutput;
use aws_sdk_dynamodb::operation::query::QueryOutput;
use aws_sdk_dynamodb::types::KeysAndAttributes;
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use remediation::CallError;
use remediation::ledger::Record;
use remediation::testing::{Still, ledgers, run};

use super::table;
use crate::body::Body;
use crate::item::{self, Item, key, text};
use crate::{Listing, Table};

fn record(name: &str) -> Record {
    ledgers::at_once("s3-acl", name, "r1", 30).0
}

fn item_of(record: &Record) -> Item {
    item::of(record, &Body::of(record).unwrap(), Duration::ZERO).unwrap()
}

fn listed(records: &[Record], next: Option<Item>) -> Rule {
    let keys: Vec<Item> = records.iter().map(|record| key(&record.id.resource, &record.id.key)).collect();
    mock!(Client::query)
        .match_requests(|input| input.index_name() == Some("by_day") && input.limit() == Some(100))
        .then_output(move || {
            QueryOutput::builder().set_items(Some(keys.clone())).set_last_evaluated_key(next.clone()).build()
        })
}

fn got(items: Vec<Item>, unprocessed: Vec<Item>) -> Rule {
    mock!(Client::batch_get_item).then_output(move || {
        let left = (!unprocessed.is_empty())
            .then(|| KeysAndAttributes::builder().set_keys(Some(unprocessed.clone())).build().unwrap());
        BatchGetItemOutput::builder()
            .responses("curfew-ledger", items.clone())
            .set_unprocessed_keys(left.map(|left| HashMap::from([("curfew-ledger".to_owned(), left)])))
            .build()
    })
}

#[test]
fn a_page_has_each_record_that_is_listed_and_names_those_that_cannot_be_read() {
    let (good, bad, gone) = (record("good"), record("bad-one"), record("gone"));
    let mut spoilt = item_of(&bad);
    spoilt.insert("body".to_owned(), text("{"));
    let next = key("more", "of it");
    let clock = Still::default();
    let query = listed(&[good.clone(), bad.clone(), gone.clone()], Some(next));
    let batch = got(vec![item_of(&good), spoilt], Vec::new());
    let table = table(&[&query, &batch], &clock);
    let page = run(table.page(&Listing::EndedOn("2026-11-22".to_owned()), None)).unwrap();
    assert!(page.next.is_some());
    let [first, second, third] = page.records.as_slice() else { panic!("{:?}", page.records) };
    assert_eq!(first.as_ref(), Ok(&good));
    assert!(
        matches!(second, Err(unreadable) if unreadable.id == bad.id.to_string() && unreadable.why.contains("cannot be read"))
    );
    assert!(matches!(third, Err(unreadable) if unreadable.id == gone.id.to_string()));
}

#[test]
fn what_a_call_leaves_out_is_asked_for_again() {
    let (one, other) = (record("one"), record("other"));
    let left = key(&other.id.resource, &other.id.key);
    let clock = Still::default();
    let query = listed(&[one.clone(), other.clone()], None);
    let half = got(vec![item_of(&one)], vec![left.clone()]);
    let nothing = got(Vec::new(), vec![left]);
    let rest = got(vec![item_of(&other)], Vec::new());
    let table = table(&[&query, &half, &nothing, &rest], &clock);
    let page = run(table.page(&Listing::OpenOf("s3-acl"), None)).unwrap();
    assert_eq!(page.records, [Ok(one), Ok(other)]);
    assert!(page.next.is_none());
}

#[test]
fn a_table_that_answers_with_nothing_is_not_asked_for_ever() {
    let one = record("one");
    let clock = Still::default();
    let nothing = got(Vec::new(), vec![key(&one.id.resource, &one.id.key)]);
    let query = listed(&[one], None);
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::MatchAny, &[&query, &nothing]);
    let table = Table::with_client(client, "curfew-ledger".to_owned(), &clock);
    let failed = run(table.page(&Listing::OpenOf("s3-acl"), None));
    assert!(matches!(failed, Err(CallError::Passing { .. })), "{failed:?}");
}
