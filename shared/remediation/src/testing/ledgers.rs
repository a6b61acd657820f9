//! What holds for each ledger: the same scenarios over the one in memory and over those that are reached by a network.
//!
//! Each has resources and a control of its own, so that all can share one ledger.

#![expect(clippy::indexing_slicing, reason = "a test may fail")]

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::lists::{
    what_a_person_put_back_is_known_until_its_end, what_ended_is_listed_with_its_end,
    what_is_open_is_listed_with_whether_it_waits,
};
use super::{NOW, bucket};
use crate::ledger::{
    Attempt, AttemptResult, Begun, Chronicle, End, Graces, Heard, Held, Ledger, LeftAlone, Limits, Pending,
    Record, RecordId, Restores, SKEW, Telling, Terms,
};
use crate::{Mode, Outcome};

pub use super::chances::agree;

pub(super) const MINUTE: Duration = Duration::from_secs(60);
pub(super) const HOUR: Duration = Duration::from_secs(60 * 60);

/// Three changes an hour, feuds at three, people are told once a day.
pub(super) const LIMITS: Limits =
    Limits { changes_per_hour: 3, feud_limit: 3, remind_after: Duration::from_secs(24 * 60 * 60) };

pub(super) fn after(passed: Duration) -> SystemTime {
    SystemTime::UNIX_EPOCH + NOW + passed
}

pub(super) fn terms(passed: Duration, changes: bool) -> Terms {
    Terms {
        now: after(passed),
        lease_until: after(passed + MINUTE),
        changes,
        // All that was ended by then was seen.
        looked_at: after(passed + 2 * SKEW),
        heard: Heard::default(),
        seen_closed: None,
        limits: LIMITS,
    }
}

pub(super) fn attempt(passed: Duration, request_id: &str) -> Attempt {
    Attempt {
        at: after(passed),
        request_id: request_id.to_owned(),
        curfew: "0.1.0".to_owned(),
        settings_version: None,
        mode: Mode::Enforce,
        lease_until: after(passed + MINUTE),
        findings: json!([]),
        before: json!({ "doors": ["front"] }),
        plan: Some(json!({ "close": ["front"] })),
        result: None,
    }
}

pub(super) fn record(control: &str, name: &str, passed: Duration, request_id: &str) -> Record {
    let subject = bucket(name);
    Record {
        id: RecordId::new(&subject, control, after(passed), request_id),
        control: control.to_owned(),
        subject,
        mode: Mode::Enforce,
        situation: "open".to_owned(),
        offence: Some("front".to_owned()),
        attempts: vec![attempt(passed, request_id)],
        told: Vec::new(),
        held: None,
        end: None,
        restores: None,
    }
}

pub(super) fn told(mut record: Record, passed: Duration) -> Record {
    let situation = record.situation.clone();
    record.told.push(Telling { at: after(passed), to: "topic".to_owned(), situation });
    record
}

pub(super) fn closed(mut record: Record, passed: Duration) -> Record {
    if let Some(last) = record.attempts.last_mut() {
        last.result = Some(AttemptResult {
            at: after(passed),
            outcome: Outcome::Remediated,
            changes: vec![json!("closed")],
            after: None,
            remaining: None,
            error: None,
        });
    }
    record.end = Some(End { at: after(passed), outcome: Outcome::Remediated });
    record
}

pub(super) fn restoring(record: Record, grace_until: SystemTime) -> Record {
    let restores = Restores {
        record: record.id.clone(),
        reason: None,
        claimed_by: None,
        grace_until,
        opened: None,
        before: Vec::new(),
        look_again: false,
    };
    Record { restores: Some(restores), offence: None, ..record }
}

/// Goes through all that needs nobody else at the same time. `kept` says what is kept under an id.
pub async fn all<L: Ledger + Chronicle + Graces>(
    ledger: &L,
    kept: impl AsyncFn(&RecordId) -> Option<Record>,
) {
    one_works_and_others_wait(ledger, &kept).await;
    what_is_over_stays_as_it_is(ledger, &kept).await;
    what_was_left_open_is_gone_on_with_by_one(ledger, &kept).await;
    people_are_told_once(ledger).await;
    a_feud_waits_for_a_day(ledger).await;
    the_brake_holds_what_is_too_much(ledger).await;
    a_raised_limit_counts_at_once(ledger).await;
    what_a_person_put_back_is_left_alone(ledger).await;
    what_others_did_since_the_look_is_looked_at(ledger).await;
    what_ended_is_listed_with_its_end(ledger).await;
    what_is_open_is_listed_with_whether_it_waits(ledger).await;
    what_a_person_put_back_is_known_until_its_end(ledger).await;
}

async fn one_works_and_others_wait<L: Ledger>(ledger: &L, kept: &impl AsyncFn(&RecordId) -> Option<Record>) {
    let (one, now) = (record("works", "one-works", Duration::ZERO, "r1"), terms(Duration::ZERO, true));
    assert_eq!(ledger.pending(&one.subject, "works", now.now).await, Ok(Pending::Nothing));
    for _ in 0..2 {
        assert_eq!(ledger.begin(&one, &now).await, Ok(Begun::Taken), "the answer may have got lost");
    }
    assert_eq!(kept(&one.id).await.as_ref(), Some(&one));
    let busy = Begun::Busy { until: now.lease_until };
    let other = record("works", "one-works", MINUTE / 2, "r2");
    assert_eq!(ledger.begin(&other, &terms(MINUTE / 2, true)).await, Ok(busy));
    assert_eq!(kept(&other.id).await, None);
    assert_eq!(
        ledger.pending(&one.subject, "works", now.now).await,
        Ok(Pending::Busy { until: now.lease_until })
    );
    // Another control does not wait, nor does another resource.
    let elsewhere =
        [record("works-too", "one-works", MINUTE / 2, "r3"), record("works", "two-works", MINUTE / 2, "r4")];
    for other in elsewhere {
        assert_eq!(ledger.begin(&other, &terms(MINUTE / 2, true)).await, Ok(Begun::Taken));
    }
}

async fn what_is_over_stays_as_it_is<L: Ledger>(
    ledger: &L,
    kept: &impl AsyncFn(&RecordId) -> Option<Record>,
) {
    let (one, now) = (record("over", "is-over", Duration::ZERO, "r1"), terms(Duration::ZERO, true));
    assert_eq!(ledger.begin(&one, &now).await, Ok(Begun::Taken));
    let end = told(closed(one.clone(), MINUTE / 2), MINUTE / 2);
    for _ in 0..2 {
        assert_eq!(ledger.finish(&end, after(MINUTE / 2)).await, Ok(()), "the answer may have got lost");
    }
    assert_eq!(kept(&one.id).await.as_ref(), Some(&end));
    assert_eq!(ledger.pending(&one.subject, "over", now.now).await, Ok(Pending::Nothing));

    let mut again = one.clone();
    again.attempts.push(attempt(MINUTE, "r2"));
    let late = terms(2 * MINUTE, true);
    assert_eq!(ledger.resume(&again, &late).await, Ok(Begun::Busy { until: late.now }));
    assert!(ledger.finish(&closed(again, MINUTE), after(MINUTE)).await.is_err());
    assert!(ledger.finish(&one, after(MINUTE)).await.is_err());
    assert_eq!(kept(&one.id).await.as_ref(), Some(&end));
    // Opened again it is new.
    let new = record("over", "is-over", 3 * MINUTE, "r3");
    assert_eq!(ledger.begin(&new, &terms(3 * MINUTE, true)).await, Ok(Begun::Taken));
    assert_eq!(kept(&one.id).await.as_ref(), Some(&end));
}

async fn what_was_left_open_is_gone_on_with_by_one<L: Ledger>(
    ledger: &L,
    kept: &impl AsyncFn(&RecordId) -> Option<Record>,
) {
    let one = record("left", "left-open", Duration::ZERO, "r1");
    assert_eq!(ledger.begin(&one, &terms(Duration::ZERO, true)).await, Ok(Begun::Taken));
    let late = terms(5 * MINUTE, true);
    let open = Begun::Open(Box::new(one.clone()));
    assert_eq!(ledger.begin(&record("left", "left-open", 5 * MINUTE, "r2"), &late).await, Ok(open));
    assert_eq!(
        ledger.pending(&one.subject, "left", late.now).await,
        Ok(Pending::Open(Box::new(one.clone())))
    );
    let mut second = one.clone();
    second.attempts.push(attempt(5 * MINUTE, "r2"));
    for _ in 0..2 {
        assert_eq!(ledger.resume(&second, &late).await, Ok(Begun::Taken), "the answer may have got lost");
    }
    assert_eq!(kept(&one.id).await.as_ref(), Some(&second));
    // Who had it before is too late, and so is who looked before.
    assert!(ledger.finish(&closed(one.clone(), 5 * MINUTE), after(5 * MINUTE)).await.is_err());
    let mut third = one.clone();
    third.attempts.push(attempt(6 * MINUTE, "r3"));
    let busy = Begun::Busy { until: late.lease_until };
    let soon = Terms { lease_until: after(20 * MINUTE), ..terms(5 * MINUTE + MINUTE / 2, true) };
    assert_eq!(ledger.resume(&third, &soon).await, Ok(busy));
    // It was not done, and is left open again.
    let second = told(second, 6 * MINUTE);
    assert_eq!(ledger.finish(&second, after(6 * MINUTE)).await, Ok(()));
    let open = Begun::Open(Box::new(second.clone()));
    assert_eq!(ledger.resume(&third, &terms(6 * MINUTE, true)).await, Ok(open), "an attempt would be lost");
    assert_eq!(ledger.due("left", after(HOUR)).await, Ok(vec![]));
    assert_eq!(ledger.due("left", after(HOUR + 5 * MINUTE)).await, Ok(vec![one.subject.clone()]));

    let mut third = second.clone();
    third.attempts.push(attempt(2 * HOUR, "r3"));
    assert_eq!(ledger.resume(&third, &terms(2 * HOUR, true)).await, Ok(Begun::Taken));
    let end = closed(third, 2 * HOUR);
    assert_eq!(ledger.finish(&end, after(2 * HOUR)).await, Ok(()));
    assert_eq!(kept(&one.id).await, Some(end));
    assert_eq!(ledger.due("left", after(9 * HOUR)).await, Ok(vec![]));
}

async fn people_are_told_once<L: Ledger>(ledger: &L) {
    let known = |minutes: u32, cause: &str, situation: &str| {
        let mut record = record("told", "is-told", minutes * MINUTE, &minutes.to_string());
        record.subject.cause = events::Cause::new(cause);
        Record { situation: situation.to_owned(), offence: None, ..record }
    };
    let one = known(0, "Config", "open");
    assert_eq!(ledger.begin(&one, &terms(Duration::ZERO, false)).await, Ok(Begun::Taken));
    let end = told(closed(one, MINUTE), MINUTE);
    assert_eq!(ledger.finish(&end, after(MINUTE)).await, Ok(()));
    let day = 24 * 60;
    let later = [
        (2, "Config", "open", Begun::Known),
        (3, "CloudTrail", "open", Begun::Known),
        (2 * day, "Config", "open", Begun::Known),
        (2 * day, "CloudTrail", "open", Begun::Taken),
    ];
    for (minutes, cause, situation, begun) in later {
        let terms = terms(minutes * MINUTE, false);
        assert_eq!(
            ledger.begin(&known(minutes, cause, situation), &terms).await,
            Ok(begun),
            "{minutes} {cause}"
        );
    }
    let end = told(closed(known(2 * day, "CloudTrail", "open"), MINUTE), 2 * day * MINUTE);
    assert_eq!(ledger.finish(&end, after(2 * day * MINUTE)).await, Ok(()));
    let news = known(2 * day + 1, "CloudTrail", "wide open");
    assert_eq!(ledger.begin(&news, &terms((2 * day + 1) * MINUTE, false)).await, Ok(Begun::Taken));
}

async fn a_feud_waits_for_a_day<L: Ledger>(ledger: &L) {
    let opened = |hours: u32, who: &str| {
        let mut record = record("feud", "is-fought-over", hours * HOUR, &hours.to_string());
        record.subject.cause = events::Cause::new("CloudTrail").with_opened_by(Some(who));
        record
    };
    for hours in 0..3 {
        let one = opened(hours, "terraform");
        assert_eq!(ledger.begin(&one, &terms(hours * HOUR, true)).await, Ok(Begun::Taken), "{hours}");
        assert_eq!(ledger.finish(&closed(one, hours * HOUR), after(hours * HOUR)).await, Ok(()));
    }
    // Something else on the same resource is not fought over.
    let other = Record { offence: Some("back".to_owned()), ..opened(3, "bob") };
    assert_eq!(ledger.begin(&other, &terms(3 * HOUR, true)).await, Ok(Begun::Taken));
    assert_eq!(ledger.finish(&closed(other, 3 * HOUR), after(3 * HOUR)).await, Ok(()));

    let fourth = opened(4, "bob");
    let mut held = None;
    for _ in 0..2 {
        let begun = ledger.begin(&fourth, &terms(4 * HOUR, true)).await;
        let Ok(Begun::Held { record }) = begun else { panic!("{begun:?}") };
        held = record.held.clone();
    }
    let hold = held.unwrap();
    let by = Held::Feud { times: 3, opened_by: vec!["bob".to_owned(), "terraform".to_owned()] };
    assert_eq!((hold.by, hold.until, hold.tells), (by, after(24 * HOUR), true));
    // Who comes beside it tells nobody, as long as the other one may be at work on the mail.
    for (passed, tells) in [(4 * HOUR, false), (5 * HOUR, true)] {
        let beside = Record { id: opened(5, "bob").id, ..fourth.clone() };
        let begun = ledger.begin(&beside, &terms(passed, true)).await;
        let Ok(Begun::Held { record }) = begun else { panic!("{begun:?}") };
        assert_eq!((&record.id, record.held.unwrap().tells), (&fourth.id, tells));
    }
    // Another opening is no part of the feud.
    let wider = Record { offence: Some("all doors".to_owned()), ..opened(6, "bob") };
    let begun = ledger.begin(&wider, &terms(6 * HOUR, true)).await;
    assert!(matches!(&begun, Ok(Begun::Open(open)) if open.id == fourth.id), "{begun:?}");
    assert_eq!(ledger.waiting("feud").await, Ok(vec![fourth.subject.clone()]));
    assert_eq!(
        ledger.due("feud", after(6 * HOUR)).await,
        Ok(vec![fourth.subject.clone()]),
        "nobody was told"
    );
    let pending = ledger.pending(&fourth.subject, "feud", after(6 * HOUR)).await;
    let Ok(Pending::Open(held)) = pending else { panic!("{pending:?}") };
    assert_eq!(ledger.finish(&told(*held, 6 * HOUR), after(6 * HOUR)).await, Ok(()));
    assert_eq!(ledger.due("feud", after(23 * HOUR)).await, Ok(vec![]));
    assert_eq!(ledger.due("feud", after(24 * HOUR)).await, Ok(vec![fourth.subject.clone()]));
    // The day is over: what waited is gone on with.
    let begun = ledger.begin(&opened(25, "bob"), &terms(25 * HOUR, true)).await;
    let Ok(Begun::Open(open)) = begun else { panic!("{begun:?}") };
    let mut open = *open;
    open.attempts.push(attempt(25 * HOUR, "25"));
    assert_eq!(ledger.resume(&open, &terms(25 * HOUR, true)).await, Ok(Begun::Taken));
    assert_eq!(ledger.waiting("feud").await, Ok(vec![]));
}

async fn the_brake_holds_what_is_too_much<L: Ledger>(ledger: &L) {
    let one =
        |number: u32| record("brake", &format!("is-braked-{number}"), Duration::ZERO, &number.to_string());
    let now = terms(Duration::ZERO, true);
    for number in 0..3 {
        assert_eq!(ledger.begin(&one(number), &now).await, Ok(Begun::Taken));
    }
    for (number, is_first) in [(3, true), (4, false), (3, true), (4, false)] {
        let begun = ledger.begin(&one(number), &now).await;
        let Ok(Begun::Held { record }) = begun else { panic!("{begun:?}") };
        let hold = record.held.clone().unwrap();
        assert_eq!((hold.by, hold.tells), (Held::Brake { limit: 3 }, is_first), "{number}");
        // NOW is 41 minutes past the hour.
        assert!(hold.until > now.now && hold.until < after(HOUR / 2), "until the hour is over");
    }
    // What is only said is not held, and another control has a brake of its own.
    assert_eq!(ledger.begin(&one(5), &terms(Duration::ZERO, false)).await, Ok(Begun::Taken));
    let other = record("brake-too", "is-braked-6", Duration::ZERO, "r6");
    assert_eq!(ledger.begin(&other, &now).await, Ok(Begun::Taken));
    let names = async |due: bool, passed| {
        let found =
            if due { ledger.due("brake", after(passed)).await } else { ledger.waiting("brake").await };
        let mut names: Vec<String> = found.unwrap().iter().map(|one| one.resource.id().to_owned()).collect();
        names.sort();
        names
    };
    let waiting = ["is-braked-3".to_owned(), "is-braked-4".to_owned()];
    assert_eq!(names(false, MINUTE).await, waiting);
    // People are told of the first, although nothing is done about it.
    assert_eq!(names(true, MINUTE / 2).await, Vec::<String>::new());
    assert_eq!(names(true, MINUTE).await, waiting[..1], "until then somebody is at work on the mail");
    let pending = ledger.pending(&one(3).subject, "brake", now.now).await;
    let Ok(Pending::Open(held)) = pending else { panic!("{pending:?}") };
    assert_eq!(ledger.finish(&told(*held, MINUTE), after(MINUTE)).await, Ok(()));
    assert_eq!(names(false, MINUTE).await, waiting);
    assert_eq!(names(true, 2 * MINUTE).await, Vec::<String>::new());
    assert_eq!(names(true, HOUR / 2).await, waiting);
    // In the next hour there is room again.
    let next = record("brake", "is-braked-4", HOUR / 2, "next");
    let begun = ledger.begin(&next, &terms(HOUR / 2, true)).await;
    let Ok(Begun::Open(mut open)) = begun else { panic!("{begun:?}") };
    open.attempts.push(attempt(HOUR / 2, "next"));
    assert_eq!(ledger.resume(&open, &terms(HOUR / 2, true)).await, Ok(Begun::Taken));
    let stopped = Limits { changes_per_hour: 0, ..LIMITS };
    let begun = ledger.begin(&one(7), &Terms { limits: stopped, ..terms(HOUR / 2, true) }).await;
    assert!(matches!(begun, Ok(Begun::Held { .. })), "{begun:?}");
}

async fn a_raised_limit_counts_at_once<L: Ledger>(ledger: &L) {
    let one = |name: &str, passed, request: &str| record("raised", name, passed, request);
    let limited = |passed, changes_per_hour, changes| Terms {
        limits: Limits { changes_per_hour, ..LIMITS },
        ..terms(passed, changes)
    };
    for name in ["is-let-go", "still-waits"] {
        let begun = ledger.begin(&one(name, Duration::ZERO, name), &limited(Duration::ZERO, 0, true)).await;
        assert!(matches!(begun, Ok(Begun::Held { .. })), "{begun:?}");
    }
    for (limit, changes) in [(0, true), (1, false)] {
        let begun = ledger.begin(&one("is-let-go", MINUTE, "r1"), &limited(MINUTE, limit, changes)).await;
        assert!(matches!(begun, Ok(Begun::Held { .. })), "{limit} {begun:?}");
    }
    let raised = limited(2 * MINUTE, 1, true);
    for (name, begins) in [("is-let-go", true), ("still-waits", false)] {
        let begun = ledger.begin(&one(name, 2 * MINUTE, "r2"), &raised).await;
        let Ok(Begun::Open(mut open)) = begun else { panic!("{begun:?}") };
        open.attempts.push(attempt(2 * MINUTE, "r2"));
        match ledger.resume(&open, &raised).await {
            Ok(Begun::Taken) if begins => {}
            Ok(Begun::Held { record }) if !begins => {
                let hold = record.held.unwrap();
                assert_eq!((hold.by, hold.tells), (Held::Brake { limit: 1 }, false));
            }
            other => panic!("{name}: {other:?}"),
        }
    }
    // The end of a feud by a higher limit, too.
    let limits = Limits { feud_limit: 1, ..LIMITS };
    let feud = record("raised", "is-fought", MINUTE, "r3");
    assert_eq!(ledger.begin(&feud, &terms(MINUTE, true)).await, Ok(Begun::Taken));
    assert_eq!(ledger.finish(&closed(feud, MINUTE), after(MINUTE)).await, Ok(()));
    let again = |minutes: u32| record("raised", "is-fought", minutes * MINUTE, &minutes.to_string());
    let begun = ledger.begin(&again(4), &Terms { limits, ..terms(4 * MINUTE, true) }).await;
    assert!(matches!(begun, Ok(Begun::Held { .. })), "{begun:?}");
    let begun = ledger.begin(&again(5), &Terms { limits, ..terms(5 * MINUTE, true) }).await;
    assert!(matches!(begun, Ok(Begun::Held { .. })), "{begun:?}");
    let begun = ledger.begin(&again(6), &terms(6 * MINUTE, true)).await;
    assert!(matches!(begun, Ok(Begun::Open(_))), "{begun:?}");
}

async fn what_a_person_put_back_is_left_alone<L: Ledger>(ledger: &L) {
    let name = "is-put-back";
    let grace = after(24 * HOUR);
    let stopped = Limits { changes_per_hour: 0, ..LIMITS };
    let at_once = |passed| Terms { limits: stopped, ..terms(passed, true) };
    let one = record("back", name, Duration::ZERO, "r1");
    assert_eq!(ledger.begin(&one, &terms(Duration::ZERO, true)).await, Ok(Begun::Taken));
    let back = restoring(record("back", name, MINUTE / 2, "r2"), grace);
    let busy = Begun::Busy { until: after(MINUTE) };
    assert_eq!(ledger.begin(&back, &at_once(MINUTE / 2)).await, Ok(busy));
    assert_eq!(ledger.finish(&closed(one, MINUTE / 2), after(MINUTE / 2)).await, Ok(()));

    for request in ["r3", "r4"] {
        let back = restoring(record("back", name, MINUTE, request), grace);
        assert_eq!(ledger.begin(&back, &at_once(MINUTE)).await, Ok(Begun::Taken), "no brake, no grace");
        assert_eq!(ledger.finish(&closed(back, MINUTE), after(MINUTE)).await, Ok(()));
    }
    for changes in [true, false] {
        let again = record("back", name, HOUR, "r5");
        let left_alone = LeftAlone { until: grace, opened: None };
        assert_eq!(ledger.begin(&again, &terms(HOUR, changes)).await, Ok(Begun::Restored(left_alone)));
    }
    let mut third = restoring(record("back", name, 2 * HOUR, "r7"), grace);
    third.restores.as_mut().unwrap().opened = Some(vec!["front".to_owned()]);
    assert_eq!(ledger.begin(&third, &at_once(2 * HOUR)).await, Ok(Begun::Taken));
    assert_eq!(ledger.finish(&closed(third, 2 * HOUR), after(2 * HOUR)).await, Ok(()));
    let left_alone = LeftAlone { until: grace, opened: Some(vec!["front".to_owned()]) };
    let other = record("back", name, 3 * HOUR, "r8");
    assert_eq!(ledger.begin(&other, &terms(3 * HOUR, true)).await, Ok(Begun::Restored(left_alone)));
    // What is left alone was taken out of it.
    let heard = Heard { grace: Some(grace), ..Heard::default() };
    assert_eq!(ledger.begin(&other, &Terms { heard, ..terms(3 * HOUR, true) }).await, Ok(Begun::Taken));
    // Who goes on with what is open has to know of it, too.
    let left_alone = LeftAlone { until: grace, opened: Some(vec!["front".to_owned()]) };
    let late = record("back", name, 4 * HOUR, "r9");
    assert_eq!(ledger.begin(&late, &terms(4 * HOUR, true)).await, Ok(Begun::Restored(left_alone)));
    let open = Begun::Open(Box::new(other.clone()));
    assert_eq!(ledger.begin(&late, &Terms { heard, ..terms(4 * HOUR, true) }).await, Ok(open));
    assert_eq!(ledger.finish(&closed(other, 3 * HOUR), after(3 * HOUR)).await, Ok(()));
    let again = record("back", name, 24 * HOUR, "r6");
    assert_eq!(ledger.begin(&again, &terms(24 * HOUR, true)).await, Ok(Begun::Taken));
}

async fn what_others_did_since_the_look_is_looked_at<L: Ledger>(ledger: &L) {
    let name = "is-stale";
    let one = record("stale", name, MINUTE, "r1");
    assert_eq!(ledger.begin(&one, &terms(MINUTE, true)).await, Ok(Begun::Taken));
    let ended = after(MINUTE + 3 * SKEW);
    assert_eq!(ledger.finish(&closed(one, MINUTE + 3 * SKEW), ended).await, Ok(()));
    for (changes, looked_at) in
        [(true, MINUTE), (false, MINUTE + 3 * SKEW), (true, MINUTE + 4 * SKEW - SKEW / 10)]
    {
        let late = Terms { looked_at: after(looked_at), ..terms(2 * MINUTE, changes) };
        let two = record("stale", name, 2 * MINUTE, "r2");
        assert_eq!(ledger.begin(&two, &late).await, Ok(Begun::Stale(ended)), "{looked_at:?}");
    }
    let heard = Heard { end: Some(ended), ..Heard::default() };
    let again = Terms { looked_at: ended, heard, ..terms(2 * MINUTE, true) };
    assert_eq!(ledger.begin(&record("stale", name, 2 * MINUTE, "r2"), &again).await, Ok(Begun::Taken));
}

/// Records of a kilobyte, of a hundred, and of three thousand, none of which can be made smaller.
pub async fn sizes<L: Ledger>(ledger: &L, kept: impl AsyncFn(&RecordId) -> Option<Record>) {
    let mut chance = super::chances::Chance::of(7);
    for (number, kilobytes) in [1, 100, 3_000].into_iter().enumerate() {
        let passed = MINUTE * u32::try_from(number).unwrap();
        let mut one = record("sizes", &format!("has-size-{kilobytes}"), passed, "r1");
        one.attempts[0].before = json!(chance.text(kilobytes * 1_000));
        assert_eq!(ledger.begin(&one, &terms(passed, true)).await, Ok(Begun::Taken), "{kilobytes} KB");
        assert_eq!(kept(&one.id).await.as_ref(), Some(&one), "{kilobytes} KB");
        let mut end = closed(one, passed);
        end.attempts[0].result.as_mut().unwrap().after = Some(json!(chance.text(1_000)));
        for _ in 0..2 {
            assert_eq!(ledger.finish(&end, after(passed)).await, Ok(()), "{kilobytes} KB");
        }
        assert_eq!(kept(&end.id).await, Some(end), "{kilobytes} KB");
    }
}

/// A record that begins at the start of the test's time, and the terms for it under a limit of changes in an hour.
#[must_use]
pub fn at_once(control: &str, name: &str, request_id: &str, changes_per_hour: u32) -> (Record, Terms) {
    let limits = Limits { changes_per_hour, ..LIMITS };
    (record(control, name, Duration::ZERO, request_id), Terms { limits, ..terms(Duration::ZERO, true) })
}
