//! What has to wait: for the next hour, or until a feud is a day ago.

use std::time::Duration;

use super::{HOUR, LIMITS, MINUTE, after, attempt, closed, record, terms, told};
use crate::Outcome;
use crate::ledger::{Begun, End, Held, Ledger, Limits, Pending, Record, Terms};

pub(super) async fn a_feud_waits_for_a_day<L: Ledger>(ledger: &L) {
    let opened_at = |passed: Duration, who: &str| {
        let mut record = record("feud", "is-fought-over", passed, &passed.as_secs().to_string());
        record.subject.cause = events::Cause::new("CloudTrail").with_opened_by(Some(who));
        record
    };
    let opened = |hours: u32, who: &str| opened_at(hours * HOUR, who);
    // What somebody else closed meanwhile, Curfew has not fought for, whatever it changed beside that.
    let mut of_others = closed(opened(0, "alice"), MINUTE);
    for result in of_others.attempts.iter_mut().filter_map(|attempt| attempt.result.as_mut()) {
        result.outcome = Outcome::ClosedMeanwhile;
    }
    of_others.end = Some(End { at: after(MINUTE), outcome: Outcome::ClosedMeanwhile });
    assert_eq!(ledger.begin(&opened(0, "alice"), &terms(Duration::ZERO, true)).await, Ok(Begun::Taken));
    assert_eq!(ledger.finish(&of_others, after(MINUTE)).await, Ok(()));
    for hours in 1..4 {
        let one = opened(hours, "terraform");
        assert_eq!(ledger.begin(&one, &terms(hours * HOUR, true)).await, Ok(Begun::Taken), "{hours}");
        assert_eq!(ledger.finish(&closed(one, hours * HOUR), after(hours * HOUR)).await, Ok(()));
    }
    // Something else on the same resource is not fought over.
    let at = 3 * HOUR + MINUTE;
    let other = Record { offence: Some("back".to_owned()), ..opened_at(at, "bob") };
    assert_eq!(ledger.begin(&other, &terms(at, true)).await, Ok(Begun::Taken));
    assert_eq!(ledger.finish(&closed(other, at), after(at)).await, Ok(()));

    let fourth = opened(4, "bob");
    let mut held = None;
    for _ in 0..2 {
        let begun = ledger.begin(&fourth, &terms(4 * HOUR, true)).await;
        let Ok(Begun::Held { record }) = begun else { panic!("{begun:?}") };
        held = record.held.clone();
    }
    let hold = held.unwrap();
    let by = Held::Feud { times: 3, opened_by: vec!["bob".to_owned(), "terraform".to_owned()] };
    assert_eq!((hold.by, hold.until, hold.tells), (by, after(25 * HOUR), true));
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
    assert_eq!(ledger.due("feud", after(24 * HOUR)).await, Ok(vec![]));
    assert_eq!(ledger.due("feud", after(25 * HOUR)).await, Ok(vec![fourth.subject.clone()]));
    // The day is over: what waited is gone on with.
    let begun = ledger.begin(&opened(25, "bob"), &terms(25 * HOUR, true)).await;
    let Ok(Begun::Open(open)) = begun else { panic!("{begun:?}") };
    let mut open = *open;
    open.attempts.push(attempt(25 * HOUR, "25"));
    assert_eq!(ledger.resume(&open, &terms(25 * HOUR, true)).await, Ok(Begun::Taken));
    assert_eq!(ledger.waiting("feud").await, Ok(vec![]));
}

pub(super) async fn the_brake_holds_what_is_too_much<L: Ledger>(ledger: &L) {
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

pub(super) async fn a_raised_limit_counts_at_once<L: Ledger>(ledger: &L) {
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

pub(super) async fn the_brake_counts_once_what_is_tried_again<L: Ledger>(ledger: &L) {
    let limited = |passed, changes_per_hour| Terms {
        limits: Limits { changes_per_hour, ..LIMITS },
        ..terms(passed, true)
    };
    let mut one = record("tried", "is-tried-again", Duration::ZERO, "r1");
    assert_eq!(ledger.begin(&one, &limited(Duration::ZERO, 1)).await, Ok(Begun::Taken));
    let other = record("tried", "comes-too-late", MINUTE, "other");
    assert!(matches!(ledger.begin(&other, &limited(MINUTE, 1)).await, Ok(Begun::Held { .. })));
    one.attempts.push(attempt(2 * MINUTE, "r2"));
    assert_eq!(ledger.resume(&one, &limited(2 * MINUTE, 1)).await, Ok(Begun::Taken));
    // Where nothing may be changed at all, nothing is gone on with. NOW is 41 minutes past the hour.
    one.attempts.push(attempt(4 * MINUTE, "r3"));
    let begun = ledger.resume(&one, &limited(4 * MINUTE, 0)).await;
    let Ok(Begun::Held { record }) = begun else { panic!("{begun:?}") };
    // In the next hour it counts again.
    let mut one = *record;
    one.attempts.push(attempt(HOUR / 2, "r4"));
    assert_eq!(ledger.resume(&one, &limited(HOUR / 2, 1)).await, Ok(Begun::Taken));
    let another = super::record("tried", "comes-too-late-again", HOUR / 2, "another");
    assert!(matches!(ledger.begin(&another, &limited(HOUR / 2, 1)).await, Ok(Begun::Held { .. })));
}
