//! One record ended and another one begun in its place: both or neither.

use super::{HOUR, LIMITS, MINUTE, after, attempt, closed, record, restoring, terms};
use crate::ledger::{Begun, Heard, Held, Ledger, LeftAlone, Limits, Pending, Record, RecordId, Terms};

/// A record that this request took and has not ended, of a control and a resource of this name.
async fn taken<L: Ledger>(ledger: &L, name: &str) -> Record {
    let one = record(name, name, MINUTE, "r1");
    assert_eq!(ledger.begin(&one, &terms(MINUTE, true)).await, Ok(Begun::Taken));
    one
}

/// The terms of who has heard that the work before ended.
fn after_that(over: &Record, at: u32, changes: bool) -> Terms {
    let heard = Heard { end: over.end.as_ref().map(|end| end.at), grace: None };
    Terms { heard, ..terms(at * MINUTE, changes) }
}

pub(super) async fn what_is_over_makes_room_in_the_same_moment<L: Ledger>(
    ledger: &L,
    kept: &impl AsyncFn(&RecordId) -> Option<Record>,
) {
    let one = taken(ledger, "makes-room").await;
    let over = closed(one.clone(), 2 * MINUTE);
    let new = record("makes-room", "makes-room", 2 * MINUTE, "r1-new");
    for _ in 0..2 {
        let begun = ledger.replace(&over, &new, &after_that(&over, 2, true)).await;
        assert_eq!(begun, Ok(Begun::Taken), "the answer may have got lost");
        assert_eq!((kept(&one.id).await.as_ref(), kept(&new.id).await.as_ref()), (Some(&over), Some(&new)));
    }
    let busy = Pending::Busy { until: after(3 * MINUTE) };
    assert_eq!(ledger.pending(&one.subject, "makes-room", after(2 * MINUTE)).await, Ok(busy));
    let end = closed(new, 3 * MINUTE);
    assert_eq!(ledger.finish(&end, after(3 * MINUTE)).await, Ok(()));
    // Both are over, and both were closings.
    let mut limits = Limits { feud_limit: 2, ..LIMITS };
    let begun = async |limits| {
        let again = record("makes-room", "makes-room", 10 * MINUTE, "r2");
        ledger.begin(&again, &Terms { limits, ..terms(10 * MINUTE, true) }).await
    };
    assert!(matches!(begun(limits).await, Ok(Begun::Held { .. })));
    limits.feud_limit = 3;
    assert!(matches!(begun(limits).await, Ok(Begun::Open(_))));
}

pub(super) async fn who_does_not_hold_it_any_more_ends_and_begins_nothing<L: Ledger>(
    ledger: &L,
    kept: &impl AsyncFn(&RecordId) -> Option<Record>,
) {
    let one = taken(ledger, "is-taken-since").await;
    let mut others = one.clone();
    others.attempts.push(attempt(5 * MINUTE, "r2"));
    assert_eq!(ledger.resume(&others, &terms(5 * MINUTE, true)).await, Ok(Begun::Taken));
    let over = closed(one.clone(), 5 * MINUTE);
    let new = record("is-taken-since", "is-taken-since", 5 * MINUTE, "r1-new");
    let late = after_that(&over, 5, true);
    assert_eq!(ledger.replace(&over, &new, &late).await, Ok(Begun::Busy { until: late.now }));
    assert_eq!((kept(&one.id).await.as_ref(), kept(&new.id).await), (Some(&others), None));
    // Nor is it the one that is over already.
    let over = closed(others, 5 * MINUTE);
    assert_eq!(ledger.finish(&over, after(5 * MINUTE)).await, Ok(()));
    assert_eq!(ledger.replace(&over, &new, &late).await, Ok(Begun::Busy { until: late.now }));
    assert_eq!(kept(&new.id).await, None);
}

pub(super) async fn what_has_to_wait_waits_in_the_place_of_what_is_over<L: Ledger>(
    ledger: &L,
    kept: &impl AsyncFn(&RecordId) -> Option<Record>,
) {
    let one = taken(ledger, "has-to-wait").await;
    let over = closed(one.clone(), 2 * MINUTE);
    let new = record("has-to-wait", "has-to-wait", 2 * MINUTE, "r1-new");
    let stopped = Terms { limits: Limits { changes_per_hour: 0, ..LIMITS }, ..after_that(&over, 2, true) };
    for _ in 0..2 {
        let begun = ledger.replace(&over, &new, &stopped).await;
        let Ok(Begun::Held { record }) = begun else { panic!("{begun:?}") };
        assert_eq!((&record.id, &record.held.as_ref().unwrap().by), (&new.id, &Held::Brake { limit: 0 }));
        assert_eq!((kept(&one.id).await.as_ref(), kept(&new.id).await), (Some(&over), Some(*record)));
    }
    assert_eq!(ledger.waiting("has-to-wait").await, Ok(vec![new.subject]));
}

pub(super) async fn what_need_not_or_may_not_begin_leaves_the_other_as_it_is<L: Ledger>(
    ledger: &L,
    kept: &impl AsyncFn(&RecordId) -> Option<Record>,
) {
    let one = taken(ledger, "may-not-begin").await;
    let new = record("may-not-begin", "may-not-begin", 2 * MINUTE, "r1-new");
    // What it has put back itself is left alone.
    let back = restoring(one.clone(), after(2 * MINUTE + HOUR));
    let over = closed(back, 2 * MINUTE);
    let heard = after_that(&over, 2, true);
    let left_alone = LeftAlone { until: after(2 * MINUTE + HOUR), opened: None };
    assert_eq!(ledger.replace(&over, &new, &heard).await, Ok(Begun::Restored(left_alone)));
    // Others' work that is not looked at yet.
    let over = closed(one.clone(), 2 * MINUTE);
    let unheard = Terms { looked_at: after(MINUTE), heard: Heard::default(), ..heard };
    assert_eq!(ledger.replace(&over, &new, &unheard).await, Ok(Begun::Stale(after(2 * MINUTE))));
    assert_eq!((kept(&one.id).await.as_ref(), kept(&new.id).await), (Some(&one), None));
    let busy = Pending::Busy { until: after(2 * MINUTE) };
    assert_eq!(
        ledger.pending(&one.subject, "may-not-begin", after(MINUTE)).await,
        Ok(busy),
        "it is held as before"
    );
    assert_eq!(ledger.replace(&over, &new, &heard).await, Ok(Begun::Taken));
}
