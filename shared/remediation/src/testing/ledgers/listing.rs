//! What every ledger says of what is over, and of what people put back.

use std::time::Duration;

use super::{LIMITS, MINUTE, closed, record, restoring, terms};
use crate::Outcome;
use crate::ledger::{Chronicle, End, Graces, Ledger, LeftAlone, Limits, Terms};

pub(super) async fn what_ended_is_listed_with_its_end<L: Ledger + Chronicle>(ledger: &L) {
    let control = "lists-ends";
    for (name, passed) in [("two", 3 * MINUTE), ("one", 2 * MINUTE), ("three", 20 * MINUTE)] {
        let begun = record(control, name, passed, "r1");
        assert!(ledger.begin(&begun, &terms(passed, true)).await.is_ok());
        if name != "three" {
            assert_eq!(ledger.finish(&closed(begun, passed), terms(passed, true).now).await, Ok(()));
        }
    }
    let (at, second) = (terms(2 * MINUTE, true).now, Duration::from_secs(1));
    for (since, names) in [
        (at - 24 * 60 * MINUTE, vec!["one", "two"]),
        (at, vec!["one", "two"]),
        (at + second, vec!["two"]),
        (at + 90 * second, vec![]),
    ] {
        let listed = ledger.ended(since, at + 30 * MINUTE).await.unwrap_or_default();
        let mine: Vec<_> = listed.iter().filter(|ended| ended.control == control).collect();
        let found: Vec<&str> = mine.iter().map(|ended| ended.subject.resource.id()).collect();
        assert_eq!(found, names, "in the order of time, and without what is open");
        for ended in mine {
            assert_eq!(ended.subject, record(control, ended.subject.resource.id(), MINUTE, "r1").subject);
            let End { outcome, at } = &ended.end;
            assert!(*outcome == Outcome::Remediated && *at >= since);
        }
    }
}

pub(super) async fn what_is_open_is_listed_with_whether_it_waits<L: Ledger + Chronicle>(ledger: &L) {
    let control = "lists-open";
    let stopped = Limits { changes_per_hour: 1, ..LIMITS };
    for name in ["begun", "held", "over"] {
        let begun = record(control, name, Duration::ZERO, "r1");
        let changes = name != "over";
        let begins = Terms { limits: stopped, ..terms(Duration::ZERO, changes) };
        assert!(ledger.begin(&begun, &begins).await.is_ok());
        if name == "over" {
            assert_eq!(ledger.finish(&closed(begun, Duration::ZERO), begins.now).await, Ok(()));
        }
    }
    let listed = ledger.unfinished(control).await.unwrap_or_default();
    let mut found: Vec<(&str, bool)> =
        listed.iter().map(|one| (one.subject.resource.id(), one.waits)).collect();
    found.sort_unstable();
    assert_eq!(found, [("begun", false), ("held", true)]);
    assert_eq!(ledger.unfinished("lists-nothing").await, Ok(Vec::new()));
}

pub(super) async fn what_a_person_put_back_is_known_until_its_end<L: Ledger + Graces>(ledger: &L) {
    let control = "lists-graces";
    let put_back = record(control, "put-back", Duration::ZERO, "r1");
    let now = terms(Duration::ZERO, false).now;
    assert_eq!(ledger.left_alone(&put_back.subject, control, now).await, Ok(None));
    let until = now + 10 * MINUTE;
    let put_back = restoring(put_back, until);
    assert!(ledger.begin(&put_back, &terms(Duration::ZERO, true)).await.is_ok());
    let begun = ledger.left_alone(&put_back.subject, control, now).await;
    assert_eq!(begun, Ok(Some(LeftAlone { until, opened: None })), "nobody knows yet what is back");
    assert_eq!(ledger.finish(&closed(put_back.clone(), Duration::ZERO), now).await, Ok(()));
    let left_alone = put_back.restores.as_ref().map(crate::ledger::Restores::left_alone);
    assert_eq!(ledger.left_alone(&put_back.subject, control, now + 9 * MINUTE).await, Ok(left_alone));
    for (control, at) in [(control, until), ("lists-others", now)] {
        assert_eq!(ledger.left_alone(&put_back.subject, control, at).await, Ok(None));
    }
}
