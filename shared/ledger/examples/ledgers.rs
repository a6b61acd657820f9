//! What holds for each ledger, over five tables of an emulator's: `ledgers URL TABLE...`. Ends with an error where
//! something does not hold. Five, since moto copies the whole table at each transaction.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::config::{Credentials, Region};
use futures_util::future::join_all;
use ledger::Table;
use remediation::clock::SystemClock;
use remediation::ledger::{Begun, Held, Ledger, Memory, RecordId};
use remediation::testing::{ledgers, run};

fn table(url: &str, name: &str) -> Table<SystemClock> {
    let config = aws_sdk_dynamodb::Config::builder()
        .behavior_version(aws::behavior_version())
        .retry_config(aws::retries())
        .credentials_provider(Credentials::new("testing", "testing", None, None, "test"))
        .region(Region::new("eu-central-1"))
        .endpoint_url(url)
        .http_client(https::client())
        .build();
    Table::with_client(Client::from_conf(config), name.to_owned(), SystemClock)
}

/// As many at the same time, each on a resource of its own: how many were taken, held, and held as the one that tells.
async fn at_once(
    table: &Table<SystemClock>,
    control: &str,
    number: u32,
    limit: u32,
) -> (usize, usize, usize) {
    let begin = async |index: u32| {
        let (record, terms) = ledgers::at_once(control, &format!("at-once-{control}-{index}"), "r", limit);
        table.begin(&record, &terms).await.unwrap()
    };
    let begun: Vec<Begun> = join_all((0..number).map(begin)).await;
    let holds = begun.iter().filter_map(|begun| match begun {
        Begun::Held { record } => record.held.as_ref(),
        _ => None,
    });
    assert!(holds.clone().all(|hold| hold.by == Held::Brake { limit }), "{begun:?}");
    let taken = begun.iter().filter(|begun| **begun == Begun::Taken).count();
    (taken, holds.clone().count(), holds.filter(|hold| hold.tells).count())
}

/// As many at the same time on one resource: one works, all others wait.
async fn on_one(table: &Table<SystemClock>, number: u32) {
    let begin = async |index: u32| {
        let (record, terms) = ledgers::at_once("one", &format!("on-one-{number}"), &index.to_string(), 30);
        table.begin(&record, &terms).await.unwrap()
    };
    let begun: Vec<Begun> = join_all((0..number).map(begin)).await;
    assert_eq!(begun.iter().filter(|begun| **begun == Begun::Taken).count(), 1, "{begun:?}");
    assert!(begun.iter().all(|begun| matches!(begun, Begun::Taken | Begun::Busy { .. })), "{begun:?}");
}

async fn all(url: &str, names: &[String]) {
    let tables: Vec<Table<SystemClock>> = names.iter().map(|name| table(url, name)).collect();
    let [plain, large, chance, narrow, wide] = tables.as_slice() else { panic!("five tables") };
    let kept = async |table: &Table<SystemClock>, id: &RecordId| table.record(id).await.unwrap();
    ledgers::all(plain, async |id: &RecordId| kept(plain, id).await).await;
    ledgers::sizes(large, async |id: &RecordId| kept(large, id).await).await;
    lists(plain, large).await;
    for seed in 1..4 {
        ledgers::agree(chance, &Memory::default(), &format!("chance-{seed}"), seed, 80).await;
    }
    for number in [2, 8] {
        on_one(plain, number).await;
    }
    assert_eq!(at_once(narrow, "narrow", 40, 30).await, (30, 10, 1));
    assert_eq!(at_once(wide, "wide", 70, 65).await, (65, 5, 1));
}

/// What people and tools read: the records of `ledgers::all`, the newest first.
async fn lists(table: &Table<SystemClock>, large: &Table<SystemClock>) {
    let resource = "arn:aws:s3:::is-put-back";
    let history = table.history(resource).await.unwrap();
    let keys: Vec<&str> = history.iter().map(|record| record.id.key.as_str()).collect();
    assert!(keys.len() == 6 && keys.is_sorted_by(|one, other| one >= other), "{keys:?}");
    let history = large.history("arn:aws:s3:::has-size-3000").await.unwrap();
    assert_eq!(history.len(), 1, "its parts are no records");
}

fn main() {
    let arguments: Vec<String> = std::env::args().collect();
    let [_, url, tables @ ..] = arguments.as_slice() else { panic!("ledgers URL TABLE...") };
    run(all(url, tables));
}
