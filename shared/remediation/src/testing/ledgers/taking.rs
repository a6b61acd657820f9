//! Who may work: one at a time, on what is as it was seen.

use std::time::Duration;

use super::{HOUR, MINUTE, after, attempt, closed, record, terms, told};
use crate::ledger::{Begun, Heard, Ledger, Pending, Record, RecordId, SKEW, Terms};

pub(super) async fn one_works_and_others_wait<L: Ledger>(
    ledger: &L,
    kept: &impl AsyncFn(&RecordId) -> Option<Record>,
) {
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

pub(super) async fn what_is_over_stays_as_it_is<L: Ledger>(
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

pub(super) async fn what_was_left_open_is_gone_on_with_by_one<L: Ledger>(
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

pub(super) async fn what_others_did_since_the_look_is_looked_at<L: Ledger>(ledger: &L) {
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

pub(super) async fn one_has_its_turn_and_others_have_not<L: Ledger>(ledger: &L) {
    let take = async |holder: &str, minutes: u32| {
        let now = after(minutes * MINUTE);
        ledger.take_turn("turns", holder, now, now + MINUTE).await
    };
    assert_eq!(take("r1", 0).await, Ok(true));
    assert_eq!(take("r2", 0).await, Ok(false));
    assert_eq!(take("r1", 0).await, Ok(true), "the answer to the first may have got lost");
    assert_eq!(ledger.take_turn("others", "r2", after(MINUTE), after(2 * MINUTE)).await, Ok(true));
    assert_eq!(take("r2", 1).await, Ok(true), "the other one is over by then");
    assert_eq!(ledger.end_turn("turns", "r1").await, Ok(()), "it is over, and ends nobody else's");
    assert_eq!(take("r1", 1).await, Ok(false));
    assert_eq!(ledger.end_turn("turns", "r2").await, Ok(()));
    assert_eq!(take("r1", 1).await, Ok(true));
}
