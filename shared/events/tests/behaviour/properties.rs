//! What holds for every trigger, whole or damaged.

use events::{Reading, Subject, Trigger};
use proptest::prelude::*;
use serde_json::Value;

use crate::hostile::{any_json, damage};
use crate::support::{FIXTURES, bare_events, event, fixture, read, sqs};

fn any_fixture() -> impl Strategy<Value = Value> {
    proptest::sample::select(FIXTURES).prop_map(|(name, _)| fixture(name))
}

/// An event as EventBridge hands it over, or in one or two envelopes.
fn wrapped(document: &Value, times: usize) -> Value {
    let envelope = |text: String| serde_json::json!({ "Type": "Notification", "Message": text });
    match times {
        0 => document.clone(),
        1 => envelope(document.to_string()),
        2 => sqs(&[document.to_string()]),
        _ => sqs(&[envelope(document.to_string()).to_string()]),
    }
}

fn readings(payload: &Value) -> Vec<Reading> {
    match read(&payload.to_string()) {
        Err(_) => Vec::new(),
        Ok(Trigger::Event(reading)) => vec![reading],
        Ok(Trigger::Batch(messages)) => messages.into_iter().map(|message| message.reading).collect(),
        Ok(Trigger::Rule(invocation)) => {
            let subjects = invocation.subject().cloned().into_iter().collect();
            vec![Reading { subjects, ..Reading::default() }]
        }
    }
}

/// Each resource that a payload asks to look at, in an order that does not depend on the payload's.
fn resources(payload: &Value) -> Vec<(String, String, String)> {
    let place = |subject: &Subject| (subject.arn(), subject.account.to_string(), subject.region.to_string());
    let mut all: Vec<_> =
        readings(payload).iter().flat_map(|reading| reading.subjects.iter().map(place)).collect();
    all.sort();
    all.dedup();
    all
}

/// A list in an event whose items are read one by one.
const LISTS: [&str; 6] = [
    "/detail/findings",
    "/detail/findings/0/Resources",
    "/detail/requestParameters/evaluations",
    "/detail/resource/s3BucketDetails",
    "/detail/resources",
    "/detail/responseElements/securityGroupRuleSet/items",
];

/// The same with the items of each list in another order, and each of them twice.
fn shuffled(mut event: Value) -> Value {
    for list in LISTS {
        if let Some(Value::Array(items)) = event.pointer_mut(list) {
            let mut twice = items.clone();
            twice.reverse();
            twice.append(items);
            *items = twice;
        }
    }
    event
}

#[test]
fn every_fixture_says_the_same_in_each_envelope() {
    for event in bare_events() {
        let bare = readings(&event);
        assert!(bare[0].unreadable.is_empty() && !bare[0].subjects.is_empty(), "{event}");
        for times in 1..4 {
            assert_eq!(readings(&wrapped(&event, times)), bare, "{event}");
        }
    }
}

#[test]
fn a_reading_does_not_depend_on_order_or_duplicates() {
    for document in bare_events() {
        let (whole, mut other) = (event(&document), event(&shuffled(document)));
        let mut expected = whole.subjects.clone();
        expected.sort_by_key(Subject::arn);
        other.subjects.sort_by_key(Subject::arn);
        assert_eq!((expected, whole.unreadable.len()), (other.subjects, other.unreadable.len()));
    }
}

proptest! {
    #[test]
    fn no_subject_is_invented(
        document in any_fixture(),
        path in proptest::collection::vec(0_usize..40, 0..9),
        with in any_json(),
        times in 0_usize..4,
    ) {
        let mut document = document;
        damage(&mut document, &path, with);
        let text = document.to_string();
        for subject in readings(&wrapped(&document, times)).iter().flat_map(|reading| &reading.subjects) {
            for name in [subject.resource.id(), subject.account.as_str(), subject.region.as_str()] {
                prop_assert!(text.contains(name) || name == "eu-west-1", "{name} is not in {text}");
            }
        }
    }

    #[test]
    fn two_damages_are_read_or_refused(
        document in any_fixture(),
        first in (proptest::collection::vec(0_usize..40, 0..9), any_json()),
        second in (proptest::collection::vec(0_usize..40, 0..9), any_json()),
        times in 0_usize..4,
    ) {
        let mut document = document;
        damage(&mut document, &first.0, first.1);
        damage(&mut document, &second.0, second.1);
        let _ = readings(&wrapped(&document, times));
    }

    #[test]
    fn order_and_duplicates_of_a_batch_do_not_matter(
        picked in proptest::collection::vec((any_fixture(), 0_usize..2), 1..8),
        seed in any::<prop::sample::Index>(),
    ) {
        let bodies: Vec<String> =
            picked.iter().map(|(event, times)| wrapped(event, *times).to_string()).collect();
        let mut other = bodies.clone();
        other.rotate_left(seed.index(bodies.len()));
        other.push(bodies[seed.index(bodies.len())].clone());
        prop_assert_eq!(resources(&sqs(&bodies)), resources(&sqs(&other)));
    }
}
