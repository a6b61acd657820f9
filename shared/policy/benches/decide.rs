//! How long a decision takes: ordinary policies, a full one, and policies built to hurt.

use std::fmt::Write as _;
use std::sync::LazyLock;
use std::time::UNIX_EPOCH;

#[path = "../tests/behaviour/support/hard.rs"]
mod hard;

use policy::{Asking, Policy, Trust, analyse, documented, semantic};
use serde_json::{Value, json};

static NOBODY: LazyLock<Trust> = LazyLock::new(Trust::default);

fn asking() -> Asking<'static> {
    Asking { trust: &NOBODY, now: UNIX_EPOCH }
}

fn main() {
    divan::main();
}

fn policy_of(statements: Vec<Value>) -> String {
    json!({ "Version": "2012-10-17", "Statement": statements }).to_string()
}

fn statement(effect: &str, condition: Value) -> Value {
    json!({ "Effect": effect, "Principal": "*", "Action": "s3:*", "Resource": "*", "Condition": condition })
}

/// 20 KB of what a shared bucket has: many accounts and prefixes, closed by one Deny.
fn full() -> String {
    let mut statements = vec![
        statement("Allow", json!({})),
        statement("Deny", json!({ "StringNotEquals": { "aws:PrincipalOrgID": "o-a1b2c3d4e5" } })),
    ];
    let mut number = 0;
    while policy_of(statements.clone()).len() < 20_200 {
        number += 1;
        statements.push(json!({
            "Sid": format!("Team{number}"),
            "Effect": "Allow",
            "Principal": { "AWS": format!("arn:aws:iam::{:012}:root", 100_000_000_000_u64 + number) },
            "Action": ["s3:GetObject", "s3:PutObject"],
            "Resource": format!("arn:aws:s3:::shared-bucket/team-{number}/*"),
            "Condition": { "Bool": { "aws:SecureTransport": "true" } },
        }));
    }
    policy_of(statements)
}

/// Each statement demands something of a key of its own, and each Deny can be escaped by any of several keys.
fn many_keys() -> String {
    let mut statements = vec![statement("Allow", json!({}))];
    for number in 0..60 {
        let keys: serde_json::Map<String, Value> = (0..4)
            .map(|key| {
                (format!("aws:PrincipalTag/{}", (number * 7 + key * 3) % 20), json!(format!("v{number}*")))
            })
            .collect();
        let operator = if number % 2 == 0 { "StringLikeIfExists" } else { "StringNotLikeIfExists" };
        statements.push(statement("Deny", json!({ operator: keys })));
    }
    statements.push(statement("Deny", json!({ "Null": { "aws:PrincipalAccount": "false" } })));
    policy_of(statements)
}

/// One key under hundreds of globs, of which a value has to miss all but one.
fn many_globs() -> String {
    let glob = |number: usize| {
        let mut text = String::from("*");
        for position in 0..8 {
            let letter =
                char::from(b'a' + u8::try_from((number * 31 + position * position * 7) % 26).unwrap_or(0));
            let _ = write!(text, "{letter}*");
        }
        text
    };
    let globs: Vec<String> = (0..700).map(glob).collect();
    let open = json!({ "StringLike": { "aws:Referer": globs.get(..20) } });
    policy_of(vec![
        statement("Allow", open),
        statement("Deny", json!({ "StringLike": { "aws:Referer": globs.get(20..) } })),
    ])
}

/// A thousand address blocks, every second one denied.
fn many_blocks() -> String {
    let block = |number: u32| format!("{}.{}.0.0/16", number / 256 + 1, number % 256);
    let some = |rest: u32| (0..1_000).filter(|number| number % 2 == rest).map(block).collect::<Vec<_>>();
    policy_of(vec![
        statement("Allow", json!({ "IpAddress": { "aws:SourceIp": ["0.0.0.0/0"] } })),
        statement("Deny", json!({ "IpAddress": { "aws:SourceIp": some(0) } })),
        statement("Deny", json!({ "NotIpAddress": { "aws:SourceIp": some(1) } })),
    ])
}

/// Choices that depend on each other and lead nowhere: the pigeonhole problem.
fn pigeons() -> String {
    let mut statements = vec![statement("Allow", json!({}))];
    let tag = |pigeon: usize, hole: usize| format!("aws:PrincipalTag/p{pigeon}h{hole}");
    for pigeon in 0..8 {
        let keys: serde_json::Map<String, Value> =
            (0..7).map(|hole| (tag(pigeon, hole), json!("x"))).collect();
        statements.push(statement("Deny", json!({ "StringNotEquals": keys })));
        for other in 0..pigeon {
            for hole in 0..7 {
                let keys = serde_json::Map::from_iter([
                    (tag(pigeon, hole), json!("x")),
                    (tag(other, hole), json!("x")),
                ]);
                statements.push(statement("Deny", json!({ "StringEquals": keys })));
            }
        }
    }
    policy_of(statements)
}

fn built(name: &str) -> String {
    match name {
        "full" => full(),
        "keys" => many_keys(),
        "globs" => many_globs(),
        "blocks" => many_blocks(),
        _ => pigeons(),
    }
}

#[divan::bench(sample_count = 20, args = ["full", "keys", "globs", "blocks", "pigeons"])]
fn decide(bencher: divan::Bencher<'_, '_>, name: &str) {
    let text = built(name);
    bencher.bench(|| {
        let policy = Policy::parse(&text).ok()?;
        Some((documented::is_public(&policy), semantic::decide(&policy, asking())))
    });
}

#[divan::bench(sample_count = 20, args = ["full", "keys", "globs", "blocks", "pigeons"])]
fn explain(bencher: divan::Bencher<'_, '_>, name: &str) {
    let text = built(name);
    bencher.bench(|| Some(analyse(&Policy::parse(&text).ok()?, asking())));
}

#[divan::bench]
fn decide_corpus(bencher: divan::Bencher<'_, '_>) {
    let policies = corpus();
    bencher.bench(|| {
        let parsed = policies.iter().filter_map(|text| Policy::parse(text).ok());
        parsed.filter(|policy| semantic::decide(policy, asking()).public).count()
    });
}

/// The policies of the tests' corpus, one after the other.
fn corpus() -> Vec<String> {
    let policy = |line: &str| Some(serde_json::from_str::<Value>(line).ok()?.get("policy")?.to_string());
    include_str!("../tests/corpus/policies.jsonl").lines().filter_map(policy).collect()
}

/// The names of the hard policies.
fn names() -> impl Iterator<Item = &'static str> {
    hard::all().into_iter().map(|(name, _)| name)
}

#[divan::bench(sample_count = 20, args = names())]
fn explain_hard(bencher: divan::Bencher<'_, '_>, name: &str) {
    let document = hard::all().into_iter().find(|(own, _)| *own == name).map(|(_, document)| document);
    let text = document.unwrap_or_default().to_string();
    bencher.bench(|| Some(analyse(&Policy::parse(&text).ok()?, asking())));
}
