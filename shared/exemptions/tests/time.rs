//! When an exemption is in force, to the millisecond.

#![expect(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::time::{Duration, SystemTime};

use exemptions::Until;
use proptest::prelude::{Strategy, any, prop_assert_eq, prop_oneof, proptest};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);
const INSTANT: Duration = Duration::from_millis(1);

fn until(text: &str) -> Until {
    Until::parse(text).unwrap_or_else(|| panic!("{text} is an end"))
}

/// A moment in UTC.
fn at(text: &str) -> SystemTime {
    until(text).end()
}

#[test]
fn a_date_means_until_its_end_in_utc() {
    for (date, last) in [
        ("2026-12-31", "2026-12-31T23:59:59.999Z"),
        ("2028-02-28", "2028-02-28T23:59:59.999Z"),
        ("2028-02-29", "2028-02-29T23:59:59.999Z"),
        ("2027-02-28", "2027-02-28T23:59:59.999Z"),
    ] {
        assert!(!until(date).is_over(at(last)), "{date} at {last}");
        assert!(until(date).is_over(at(last) + INSTANT), "{date} after {last}");
    }
    // East of Greenwich the next day has begun, west of it the day goes on.
    assert!(!until("2026-12-31").is_over(at("2027-01-01T08:59:59.999+09:00")));
    assert!(until("2026-12-31").is_over(at("2026-12-31T19:00:00-05:00")));
}

#[test]
fn a_time_means_until_then_wherever_it_was_written() {
    let noon = at("2026-12-31T12:00:00Z");
    for text in ["2026-12-31T12:00:00Z", "2026-12-31T12:00:00.000Z", "2026-12-31T14:00:00+02:00"] {
        assert!(!until(text).is_over(noon - INSTANT), "{text}");
        assert!(until(text).is_over(noon), "{text}");
    }
}

#[test]
fn what_is_no_date_of_the_calendar_is_no_end() {
    for text in [
        "",
        "2026-02-29",
        "2100-02-29",
        "2026-13-01",
        "2026-00-10",
        "2026-04-31",
        "2026-12-00",
        "2026-12-32",
        "31.12.2026",
        "12/31/2026",
        "2026-12-1",
        "2026-1-31",
        "26-12-31",
        "+026-12-31",
        "-026-12-31",
        "2026-12-31 ",
        "2026/12/31",
        "２026-12-31",
        "20261231",
        "2026-W53-4",
        "2026-12-31T18:00",
        "2026-12-31T18:00:00",
        "2026-12-31T25:00:00Z",
        "2026-12-31T24:00:00Z",
        "2026-12-31T12:00:00+25:00",
        "tomorrow",
        "1798761599",
    ] {
        assert_eq!(Until::parse(text), None, "{text}");
    }
}

#[test]
fn an_end_reads_as_it_was_meant() {
    assert_eq!(until("2028-02-29").to_string(), "the end of 2028-02-29 (UTC)");
    assert_eq!(until("2026-12-31T14:00:00+02:00").to_string(), "2026-12-31T12:00:00Z");
}

#[test]
fn a_date_is_as_many_days_ahead_as_the_calendar_says() {
    for now in ["2026-11-29T00:00:00Z", "2026-11-29T23:59:59.999Z"] {
        let now = at(now);
        assert!(until("2026-11-29").is_within(1, now));
        assert!(until("2026-11-30").is_within(1, now));
        assert!(!until("2026-12-01").is_within(1, now));
        // 2028 is a leap year.
        assert!(until("2028-03-01").is_within(458, now));
        assert!(!until("2028-03-01").is_within(457, now));
    }
    // In Greenwich it is still the 28th.
    assert!(!until("2026-11-30").is_within(1, at("2026-11-29T08:00:00+09:00")));
}

#[test]
fn a_time_is_as_many_days_ahead_as_there_are_hours() {
    let now = at("2026-11-29T12:00:00Z");
    assert!(until("2026-12-01T12:00:00Z").is_within(2, now));
    assert!(!until("2026-12-01T12:00:00.001Z").is_within(2, now));
    assert!(until("2020-01-01T00:00:00Z").is_within(0, now));
    assert!(!until("9999-12-31T23:59:59Z").is_within(36_500, now));
    assert!(!until("9999-12-31").is_within(36_500, now));
}

proptest! {
    /// A whole day is exempt and not a millisecond more, on whatever day of which year.
    #[test]
    fn a_day_has_an_end_and_only_one(days in 0_u32..60_000, millis in 0_u64..86_400_000) {
        let start = SystemTime::UNIX_EPOCH + DAY * days;
        let day = until(&calendar_day(start));
        prop_assert_eq!(day.end(), start + DAY);
        prop_assert_eq!(day.is_over(start + Duration::from_millis(millis)), false);
        prop_assert_eq!(day.is_over(start + DAY + Duration::from_millis(millis)), true);
    }

    #[test]
    fn no_text_stops_the_reading(text in texts()) {
        if let Some(end) = Until::parse(&text) {
            prop_assert_eq!(end.is_over(end.end()), true);
        }
    }
}

/// The day that begins at `start`, as people write it: counted through the calendar, year by year and month by month.
fn calendar_day(start: SystemTime) -> String {
    let mut days = start.duration_since(SystemTime::UNIX_EPOCH).unwrap().as_secs() / 86_400;
    let is_leap =
        |year: u64| year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let mut year = 1970;
    while days >= 365 + u64::from(is_leap(year)) {
        days -= 365 + u64::from(is_leap(year));
        year += 1;
    }
    let february = 28 + u64::from(is_leap(year));
    let months = [31, february, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let mut month = 0;
    while days >= months[month] {
        days -= months[month];
        month += 1;
    }
    format!("{year:04}-{:02}-{:02}", month + 1, days + 1)
}

/// Any text, or one that looks like an end.
fn texts() -> impl Strategy<Value = String> {
    let ends = "[0-9]{4}-[0-9]{2}-[0-9]{2}(T[0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{1,9})?Z)?";
    prop_oneof![any::<String>(), ends]
}
