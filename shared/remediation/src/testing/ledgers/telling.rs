//! What people know already, and what one of them has put back.

use std::time::Duration;

use super::{HOUR, LIMITS, MINUTE, after, closed, record, restoring, terms, told};
use crate::ledger::{Begun, Heard, Ledger, LeftAlone, Limits, Record, Terms};

pub(super) async fn people_are_told_once<L: Ledger>(ledger: &L) {
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

pub(super) async fn what_a_person_put_back_is_left_alone<L: Ledger>(ledger: &L) {
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
