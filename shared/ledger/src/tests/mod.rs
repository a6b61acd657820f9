mod pages;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::ErrorMetadata;
use aws_sdk_dynamodb::operation::get_item::GetItemOutput;
use aws_sdk_dynamodb::operation::transact_write_items::{
    TransactWriteItemsError, TransactWriteItemsInput, TransactWriteItemsOutput,
};
use aws_sdk_dynamodb::types::error::TransactionCanceledException;
use aws_sdk_dynamodb::types::{AttributeValue, CancellationReason, Put};
use aws_smithy_mocks::{Rule, RuleMode, mock, mock_client};
use remediation::CallError;
use remediation::clock::Clock;
use remediation::ledger::{Begun, End, Heard, Ledger, Record, RecordId, Terms};
use remediation::testing::{Still, ledgers, run};
use serde_json::json;

use crate::Table;

fn table<'a>(rules: &[&Rule], clock: &'a Still) -> Table<&'a Still> {
    let client = mock_client!(aws_sdk_dynamodb, RuleMode::Sequential, rules);
    Table::with_client(client, "curfew-ledger".to_owned(), clock)
}

fn one() -> (Record, Terms) {
    ledgers::at_once("s3-acl", "my-bucket", "r1", 30)
}

fn ended(record: &Record, terms: &Terms) -> Record {
    let end = End { at: terms.now, outcome: remediation::Outcome::Remediated };
    Record { end: Some(end), ..record.clone() }
}

/// A transaction that is taken if all its writes are `as_wanted`.
fn taken(as_wanted: impl Fn(&TransactWriteItemsInput) -> bool + Send + Sync + 'static) -> Rule {
    mock!(Client::transact_write_items)
        .match_requests(as_wanted)
        .then_output(|| TransactWriteItemsOutput::builder().build())
}

/// A transaction that is cancelled with these codes, one for each write.
fn cancelled(codes: &'static [&'static str]) -> impl Fn() -> TransactWriteItemsError {
    move || {
        let mut error = TransactionCanceledException::builder().message("cancelled");
        for code in codes {
            error =
                error.cancellation_reasons(CancellationReason::builder().code(*code).message("why").build());
        }
        TransactWriteItemsError::TransactionCanceledException(error.build())
    }
}

/// What a transaction asks for: of its record, and of all others.
fn conditions(input: &TransactWriteItemsInput) -> (Option<String>, Vec<Option<String>>) {
    let items = input.transact_items();
    let record = items.first().and_then(|item| item.put()).and_then(|put| put.condition_expression.clone());
    let others = items.iter().skip(1).filter_map(|item| item.update());
    (record, others.map(|update| update.condition_expression.clone()).collect())
}

#[test]
fn a_change_costs_one_transaction_before_it_and_one_after() {
    let (record, terms) = one();
    let begin = taken(|input| {
        let (record, others) = conditions(input);
        record.as_deref() == Some("attribute_not_exists(#resource)")
            && others.len() == 2
            && others.iter().all(Option::is_some)
    });
    let finish = taken(|input| {
        let (record, others) = conditions(input);
        record.is_some_and(|record| record.starts_with("attribute_not_exists(#ended_at) AND "))
            && others.len() == 1
    });
    let clock = Still::default();
    let table = table(&[&begin, &finish], &clock);
    assert_eq!(run(table.begin(&record, &terms)), Ok(Begun::Taken));
    assert_eq!(run(table.finish(&ended(&record, &terms), terms.now)), Ok(()));
    assert_eq!((begin.num_calls(), finish.num_calls()), (1, 1));
}

#[test]
fn what_takes_the_place_of_another_is_written_with_its_end_or_not_at_all() {
    let (record, terms) = one();
    let over = ended(&record, &terms);
    let new = Record {
        id: RecordId { key: format!("{}-new", record.id.key), ..record.id.clone() },
        ..record.clone()
    };
    let standing = mock!(Client::get_item).then_output(move || {
        let held = [("open", record.id.key.as_str()), ("holder", record.holder().unwrap())];
        let item = held.map(|(name, value)| (name.to_owned(), AttributeValue::S(value.to_owned())));
        GetItemOutput::builder().set_item(Some(item.into())).build()
    });
    let all = taken(|input| {
        let puts: Vec<&Put> = input.transact_items().iter().filter_map(|item| item.put()).collect();
        let conditions = puts.iter().map(|put| put.condition_expression().unwrap_or_default());
        let [new, standing, over] = conditions.collect::<Vec<_>>()[..] else { return false };
        new == "attribute_not_exists(#resource)"
            && standing == "attribute_not_exists(#stamp)"
            && over.starts_with("attribute_not_exists(#ended_at) AND ")
            // The brake.
            && input.transact_items().len() == 4
    });
    let heard = Heard { end: Some(terms.now), grace: None };
    let terms = Terms { heard, ..terms };
    let begun = run(table(&[&standing, &all], &Still::default()).replace(&over, &new, &terms));
    assert_eq!((begun, all.num_calls()), (Ok(Begun::Taken), 1));
}

#[test]
fn what_is_only_said_is_not_counted() {
    let (record, terms) = one();
    let begin = taken(|input| input.transact_items().len() == 2);
    let begun = run(table(&[&begin], &Still::default()).begin(&record, &Terms { changes: false, ..terms }));
    assert_eq!((begun, begin.num_calls()), (Ok(Begun::Taken), 1));
}

#[test]
fn an_end_is_written_although_the_table_is_too_busy_for_a_moment() {
    let (record, terms) = one();
    let throttled = mock!(Client::transact_write_items).then_error(cancelled(&["None", "ThrottlingError"]));
    let full =
        mock!(Client::transact_write_items).then_error(cancelled(&["ProvisionedThroughputExceeded", "None"]));
    let through = taken(|_| true);
    let clock = Still::default();
    let finished =
        run(table(&[&throttled, &full, &through], &clock).finish(&ended(&record, &terms), terms.now));
    assert_eq!((finished, through.num_calls()), (Ok(()), 1));
}

#[test]
fn a_transaction_that_meets_another_one_is_tried_again_after_a_pause_but_not_for_ever() {
    let (record, terms) = one();
    let meets =
        mock!(Client::transact_write_items).then_error(cancelled(&["None", "TransactionConflict", "None"]));
    let through = taken(|_| true);
    let clock = Still::default();
    let begun = run(table(&[&meets, &through], &clock).begin(&record, &terms));
    assert_eq!((begun, meets.num_calls(), through.num_calls()), (Ok(Begun::Taken), 1, 1));
    assert!(clock.now() > Still::default().now(), "it waited");

    let always = mock!(Client::transact_write_items)
        .sequence()
        .error(cancelled(&["TransactionConflict", "None", "None"]))
        .repeatedly()
        .build();
    let error = run(table(&[&always], &clock).begin(&record, &terms)).unwrap_err();
    assert!(error.is_passing() && always.num_calls() == 9, "{error} after {}", always.num_calls());
}

#[test]
fn the_reasons_of_a_cancelled_transaction_say_whether_another_try_can_help() {
    let (record, terms) = one();
    let begin = |rule: &Rule| run(table(&[rule], &Still::default()).begin(&record, &terms)).unwrap_err();
    let refused = mock!(Client::transact_write_items).then_error(cancelled(&["ValidationError", "None"]));
    let error = begin(&refused).to_string();
    assert_eq!(error, "`dynamodb:PutItem` was refused (ValidationError): why");
    let denied = mock!(Client::transact_write_items).then_error(|| {
        TransactWriteItemsError::generic(
            ErrorMetadata::builder().code("AccessDeniedException").message("no").build(),
        )
    });
    assert!(matches!(begin(&denied), CallError::Denied(_)));
}

#[test]
fn what_is_too_large_to_be_kept_is_refused_before_anything_is_called() {
    let (mut record, terms) = one();
    record.attempts[0].before = json!("x".repeat(20_000_001));
    let never = taken(|_| true);
    let error = run(table(&[&never], &Still::default()).begin(&record, &terms)).unwrap_err();
    assert!(matches!(error, CallError::Withheld { code: "RecordTooLarge", .. }), "{error}");
    assert_eq!(never.num_calls(), 0);
}
