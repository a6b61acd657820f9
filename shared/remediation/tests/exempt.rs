//! What is exempt is looked up once something is found, and nothing else is taken out.

#![expect(clippy::unwrap_used, reason = "a test may fail")]

use std::collections::BTreeSet;
use std::time::{Duration, SystemTime};

use events::Subject;
use exemptions::{Entry, Exemptions};
use proptest::collection::vec;
use proptest::prelude::{any, prop_assert, prop_assert_eq, proptest};
use proptest::sample::select;
use remediation::clock::rfc3339;
use remediation::testing::doors::{Doors, House, OpenDoors, denied, throttled};
use remediation::testing::{NOW, bucket, run};
use remediation::{Assessment, CallError, Exempt, Exempting, Fact, Judge, Tags, Target};
use serde_json::{Value, json};

fn now() -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW
}

fn house() -> Subject {
    bucket("my-house")
}

fn settings(entries: &Value) -> Exemptions {
    let entries = serde_json::from_value::<Vec<Entry>>(entries.clone()).unwrap();
    Exemptions { entries, ..Exemptions::default() }
}

/// An entry for the house; doors are named in the place of `Sid`s.
fn entry(until: &str, doors: &[&str]) -> Value {
    let resource = "arn:aws:s3:::my-house";
    if doors.is_empty() {
        return json!({ "resource": resource, "controls": "all", "reason": "a party", "until": until });
    }
    // The double's own name is none that settings may name: `s3-policy` stands for it below.
    json!({ "resource": resource, "controls": ["s3-policy"], "reason": "a cat", "until": until, "sids": doors })
}

/// The settings that exempt so from the double's control.
fn exempting(entries: &[Value]) -> Exemptions {
    let mut exemptions = settings(&entries.into());
    for entry in &mut exemptions.entries {
        entry.controls = exemptions::Controls::All;
    }
    exemptions
}

fn tagged(controls: &str, until: &str) -> Fact<Tags> {
    let pairs =
        [("curfew:exempt", controls), ("curfew:exempt-reason", "a party"), ("curfew:exempt-until", until)];
    Fact::Known(pairs.map(|(key, value)| (key.to_owned(), value.to_owned())).into())
}

struct Looked {
    left: Vec<String>,
    exempt: Exempt,
    waits: bool,
    calls: Vec<String>,
}

fn found(control: &Doors, doors: &[&str]) -> (House, OpenDoors) {
    let state = House(doors.iter().map(ToString::to_string).collect());
    let found = control.assess(&state, now());
    (state, found)
}

fn look(control: &Doors, doors: &[&str], exemptions: &Exemptions) -> Looked {
    let subject = house();
    let id = Doors::id(&subject.resource).unwrap();
    let target = Target::of(&subject, id);
    let mut exempting = Exempting::new(&subject, exemptions);
    let (state, found) = found(control, doors);
    let rest = run(exempting.rest_of(control, &target, &state, found, now()));
    let (exempt, waits) = (exempting.outcome(), exempting.waits_for().is_some());
    Looked { left: rest.findings().to_vec(), exempt, waits, calls: control.calls.take() }
}

#[test]
fn where_nothing_is_found_nothing_is_asked() {
    let control = Doors::default().tagged(tagged("all", "2026-12-31"));
    let looked = look(&control, &[], &exempting(&[entry("2026-12-31", &[])]));
    assert_eq!(looked.exempt, Exempt::default());
    assert_eq!(looked.calls, [""; 0]);
}

#[test]
fn what_the_settings_exempt_needs_no_tags() {
    let looked =
        look(&Doors::default(), &["front door", "cat flap"], &exempting(&[entry("2026-12-31", &[])]));
    assert_eq!(looked.left, [""; 0]);
    assert_eq!(looked.exempt.applied.len(), 1);
    assert_eq!(looked.calls, [""; 0]);
}

#[test]
fn what_a_narrower_exemption_does_not_name_is_left() {
    let exemptions = exempting(&[entry("2026-12-31", &["cat flap", "attic"])]);
    let looked = look(&Doors::default(), &["front door", "cat flap"], &exemptions);
    assert_eq!(looked.left, ["front door"]);
    assert_eq!(looked.exempt.applied.len(), 1);
    assert_eq!(looked.calls, ["tags of my-house"]);
}

#[test]
fn tags_exempt_unless_the_settings_say_that_they_do_not() {
    let control = Doors::default().tagged(tagged("doors s3-acl", "2026-12-31"));
    assert_eq!(look(&control, &["front door"], &Exemptions::default()).left, [""; 0]);
    let without = Exemptions { by_tag: false, ..Exemptions::default() };
    let looked = look(&control, &["front door"], &without);
    assert_eq!((looked.left, looked.calls), (vec!["front door".to_owned()], Vec::new()));
    assert!(looked.exempt.is_empty());
}

#[test]
fn what_does_not_exempt_says_so_where_it_would_have() {
    let control = Doors::default().tagged(tagged("all", "2026-12-32"));
    let over = exempting(&[entry("2026-11-21", &["front door"]), entry("2026-11-21", &["attic"])]);
    let looked = look(&control, &["front door"], &over);
    assert_eq!(looked.left, ["front door"]);
    assert_eq!(
        looked.exempt.refusals(),
        [
            "`exemptions[0]` of the settings: `until` is over since the end of 2026-11-21 (UTC)",
            "the resource's tags: `curfew:exempt-until` cannot be right: `2026-12-32` is not a date (2026-12-31) or \
             a time in RFC 3339 (2026-12-31T18:00:00Z)",
        ]
    );
    // Where another exemption holds, it does not matter.
    let held =
        look(&control, &["front door"], &exempting(&[entry("2026-11-21", &[]), entry("2026-12-31", &[])]));
    assert_eq!((held.left, held.exempt.refusals()), (Vec::new(), Vec::new()));
}

#[test]
fn tags_that_cannot_be_read_exempt_nothing_and_say_so() {
    for (error, waits) in [(denied(), false), (throttled(), true)] {
        let control = Doors::default().tagged(Fact::of(Err::<Tags, CallError>(error)));
        let looked = look(&control, &["front door"], &Exemptions::default());
        assert_eq!(looked.left, ["front door"]);
        assert_eq!(looked.waits, waits);
        let refusals = looked.exempt.refusals();
        assert_eq!(refusals.len(), 1);
        assert!(
            refusals[0].starts_with("the tags of the resource, which may exempt it, could not be read: ")
        );
    }
}

#[test]
fn the_first_end_is_that_of_what_keeps_it_open() {
    // The second covers all that the first does, and lasts longer: when the first ends nothing changes.
    let exemptions = exempting(&[
        entry("2026-11-30", &["cat flap"]),
        entry("2027-03-31", &["cat flap", "front door"]),
        entry("2026-12-24", &["attic"]),
    ]);
    let looked = look(&Doors::default(), &["front door", "cat flap"], &exemptions);
    let ends: Vec<String> = looked.exempt.applied.iter().map(|one| one.until.to_string()).collect();
    assert_eq!(ends, ["the end of 2027-03-31 (UTC)"]);
    assert!(!looked.exempt.ends_soon);
    let looked = look(&Doors::default(), &["front door", "attic"], &exemptions);
    assert_eq!(looked.exempt.applied.len(), 2);
    assert_eq!(looked.exempt.first_end(), looked.exempt.applied.last().map(|one| one.until.end()));
}

#[test]
fn the_first_end_is_that_of_settings_and_tags_together() {
    // The tags cover all and last longer, whether the settings cover it too or not.
    let both = |settings: &[Value]| {
        let control = Doors::default().tagged(tagged("all", "2027-03-31"));
        look(&control, &["front door", "cat flap"], &exempting(settings))
    };
    for settings in [entry("2026-11-30", &["cat flap"]), entry("2026-11-30", &[])] {
        let looked = both(&[settings]);
        let ends: Vec<String> = looked.exempt.applied.iter().map(|one| one.until.to_string()).collect();
        assert_eq!((looked.left, ends), (Vec::new(), vec!["the end of 2027-03-31 (UTC)".to_owned()]));
        assert!(!looked.exempt.ends_soon);
    }
    // Each covers a part: with the first end of both something is open.
    let control = Doors::default().tagged(tagged("all", "2026-11-30"));
    let looked =
        look(&control, &["front door", "cat flap"], &exempting(&[entry("2027-03-31", &["cat flap"])]));
    assert_eq!((looked.left, looked.exempt.applied.len()), (Vec::new(), 2));
    assert_eq!(looked.exempt.first_end(), looked.exempt.applied.last().map(|one| one.until.end()));
    assert!(looked.exempt.ends_soon);
    // That the tags may know of a later end is said where they cannot be read.
    let control = Doors::default().tagged(Fact::of(Err::<Tags, CallError>(denied())));
    let looked = look(&control, &["front door"], &exempting(&[entry("2026-11-30", &[])]));
    assert_eq!((looked.left, looked.exempt.refusals().len()), (Vec::new(), 1));
}

#[test]
fn an_end_is_soon_for_fourteen_days() {
    let at = |text: &str| {
        let control = Doors::default().tagged(tagged("all", text));
        look(&control, &["front door"], &Exemptions::default()).exempt.ends_soon
    };
    // It is 2026-11-22T05:41:07.120Z.
    assert!(at("2026-12-06T05:41:07.120Z"));
    assert!(!at("2026-12-06T05:41:07.121Z"));
    assert!(at("2026-12-05"));
    assert!(!at("2026-12-06"));
}

#[test]
fn what_is_exempt_is_not_found_after_a_change_either() {
    let subject = house();
    let id = Doors::id(&subject.resource).unwrap();
    let target = Target::of(&subject, id);
    let control = Doors::default();
    let exemptions = exempting(&[entry("2026-12-31", &["cat flap"]), entry("2026-12-31", &["attic"])]);
    let mut exempting = Exempting::new(&subject, &exemptions);
    for (doors, left) in [
        (vec!["front door", "cat flap"], vec!["front door"]),
        (vec!["cat flap"], vec![]),
        // This was closed at first, and nobody has said anything against it.
        (vec!["attic", "cat flap", "window"], vec!["window"]),
    ] {
        let (state, found) = found(&control, &doors);
        let rest = run(exempting.rest_of(&control, &target, &state, found, now()));
        assert_eq!(rest.findings(), left, "{doors:?}");
    }
    assert_eq!(*control.calls.borrow(), ["tags of my-house"]);
}

#[test]
fn the_same_exemptions_are_the_same_situation_until_somebody_changes_them() {
    let situation = |until: &str, doors: &[&str]| {
        look(&Doors::default(), doors, &exempting(&[entry(until, &[])])).exempt.situation()
    };
    let first = situation("2026-12-01", &["front door"]);
    assert_eq!(first, situation("2026-12-01", &["front door", "window"]));
    assert_ne!(first, situation("2026-12-02", &["front door"]));
}

proptest! {
    /// Whatever is written: a door goes out if and only if an exemption that is in force names it.
    #[test]
    fn an_exemption_takes_out_exactly_what_it_names(
        doors in vec(select(vec!["front door", "back door", "window", "cat flap"]), 0..4),
        entries in vec((vec(select(vec!["front door", "window", "cat flap", "attic"]), 1..3), 0_i64..900), 0..4),
        tags in proptest::option::of((any::<bool>(), 0_i64..900)),
    ) {
        // Days ahead of the day before: 0 is over, 1 is today, up to 401 is allowed.
        let day = |days: i64| {
            let at = now() + Duration::from_secs(86_400) * u32::try_from(days).unwrap();
            rfc3339(at - Duration::from_secs(86_400)).chars().take(10).collect::<String>()
        };
        let is_in_force = |days: i64| (1..=401).contains(&days);
        let written: Vec<Value> = entries.iter().map(|(named, days)| entry(&day(*days), named)).collect();
        let control = Doors::default();
        if let Some((is_well_formed, days)) = tags {
            let word = if is_well_formed { "doors" } else { "door" };
            *control.tags.borrow_mut() = Some(tagged(word, &day(days)));
        }
        let looked = look(&control, &doors, &exempting(&written));

        let all_by_tag = tags.is_some_and(|(is_well_formed, days)| is_well_formed && is_in_force(days));
        let named: BTreeSet<&str> =
            entries.iter().filter(|(_, days)| is_in_force(*days)).flat_map(|(named, _)| named.iter().copied()).collect();
        let left: Vec<&str> =
            doors.iter().copied().filter(|door| !all_by_tag && !named.contains(door)).collect();
        prop_assert_eq!(&looked.left, &left);
        // What is still there and was meant to be exempt is named.
        let meant = entries.iter().any(|(named, days)| !is_in_force(*days) && left.iter().any(|door| named.contains(door)));
        prop_assert_eq!(looked.exempt.refused.iter().any(|one| one.origin != exemptions::Origin::Tags), meant);
        prop_assert!(looked.left.is_empty() || tags.is_none() || !looked.exempt.refused.is_empty());
    }
}
