//! The time of a request.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use policy::{Asking, Trust, semantic};

use super::*;

/// Whether an outsider is let in, asked these seconds after 1970.
fn is_open_at(conditions: &Value, seconds: u64) -> bool {
    let now: SystemTime = UNIX_EPOCH + Duration::from_secs(seconds);
    let policy = parse(&allow(json!("*"), conditions.clone()));
    let semantic = semantic::decide(&policy, Asking { trust: &Trust::default(), now });
    assert!(!semantic.bounded, "{conditions}");
    semantic.public
}

#[test]
fn an_expired_grant_lets_nobody_in_and_one_to_come_does() {
    // 2027-01-15T08:00:00Z.
    let end = 1_800_000_000;
    for until in [
        json!({ "DateLessThan": { "aws:CurrentTime": "2027-01-15T08:00:00Z" } }),
        json!({ "DateLessThanEquals": { "aws:CurrentTime": "2027-01-15T07:59:59Z" } }),
        json!({ "NumericLessThan": { "aws:EpochTime": "1800000000" } }),
        json!({ "NumericLessThan": { "aws:EpochTime": 1_799_999_999.5 } }),
        json!({ "DateLessThan": { "aws:EpochTime": "1800000000" } }),
        json!({ "DateEquals": { "aws:CurrentTime": "2027-01-15T07:59:59Z" } }),
    ] {
        assert!(is_open_at(&until, end - 1), "{until}");
        assert!(!is_open_at(&until, end), "{until}");
        assert!(is_open_at(&until, 0), "{until}");
    }
    for from in [
        json!({ "DateGreaterThan": { "aws:CurrentTime": "2027-01-15T08:00:00Z" } }),
        json!({ "NumericGreaterThan": { "aws:EpochTime": "1800000000" } }),
        json!({ "NumericNotEquals": { "aws:EpochTime": "1800000000" } }),
        json!({ "Null": { "aws:CurrentTime": "false", "aws:EpochTime": "false" } }),
    ] {
        assert!(is_open_at(&from, 0) && is_open_at(&from, end), "{from}");
    }
}

#[test]
fn the_date_and_the_number_are_one_time() {
    let apart = json!({
        "DateLessThan": { "aws:CurrentTime": "2030-01-01T00:00:00Z" },
        "NumericGreaterThan": { "aws:EpochTime": "1893456000" },
    });
    assert_eq!(under(apart), BY_TEXT);
    let together = json!({
        "DateLessThan": { "aws:CurrentTime": "2030-01-01T00:00:00Z" },
        "NumericGreaterThan": { "aws:EpochTime": "1893455990" },
    });
    assert_eq!(under(together), OPEN);
}
