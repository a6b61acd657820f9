//! What holds for each ledger: the same scenarios over the one in memory and over those that are reached by a network.
//!
//! Each has resources and a control of its own, so that all can share one ledger.

#![expect(clippy::indexing_slicing, reason = "a test may fail")]

mod briefs;
mod listing;
mod replacing;
mod taking;
mod telling;
mod waiting;

use std::time::{Duration, SystemTime};

use serde_json::json;

use super::{NOW, bucket};
use crate::ledger::{
    Attempt, AttemptResult, Begun, Briefs, Chronicle, End, Graces, Heard, Ledger, Limits, Record, RecordId,
    Restores, SKEW, Telling, Terms,
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
    record.told.push(Telling { at: after(passed), to: "topic".to_owned(), situation, brief: None });
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
            is_in_doubt: false,
            in_doubt: None,
            foreseen: None,
            exempt: serde_json::Map::new(),
            note: None,
            is_in_part: false,
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
pub async fn all<L: Ledger + Briefs + Chronicle + Graces>(
    ledger: &L,
    kept: impl AsyncFn(&RecordId) -> Option<Record>,
) {
    taking::one_works_and_others_wait(ledger, &kept).await;
    taking::what_is_over_stays_as_it_is(ledger, &kept).await;
    taking::what_was_left_open_is_gone_on_with_by_one(ledger, &kept).await;
    taking::what_others_did_since_the_look_is_looked_at(ledger).await;
    taking::one_has_its_turn_and_others_have_not(ledger).await;
    replacing::what_is_over_makes_room_in_the_same_moment(ledger, &kept).await;
    replacing::who_does_not_hold_it_any_more_ends_and_begins_nothing(ledger, &kept).await;
    replacing::what_has_to_wait_waits_in_the_place_of_what_is_over(ledger, &kept).await;
    replacing::what_need_not_or_may_not_begin_leaves_the_other_as_it_is(ledger, &kept).await;
    waiting::a_feud_waits_for_a_day(ledger).await;
    waiting::the_brake_holds_what_is_too_much(ledger).await;
    waiting::the_brake_counts_once_what_is_tried_again(ledger).await;
    waiting::a_raised_limit_counts_at_once(ledger).await;
    telling::people_are_told_once(ledger).await;
    telling::what_a_person_put_back_is_left_alone(ledger).await;
    briefs::what_is_left_to_a_digest_waits_until_it_is_sent(ledger).await;
    listing::what_ended_is_listed_with_its_end(ledger).await;
    listing::what_is_open_is_listed_with_whether_it_waits(ledger).await;
    listing::what_a_person_put_back_is_known_until_its_end(ledger).await;
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
