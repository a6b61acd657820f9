//! When an exemption ends.

use std::fmt;
use std::time::{Duration, SystemTime};

use serde::{Deserialize, Deserializer};
use time::format_description::well_known::Rfc3339;
use time::{Date, Month, OffsetDateTime, Time, UtcOffset};

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// When an exemption ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Until {
    /// With this day, in UTC.
    Day(Date),
    /// At this moment.
    Moment(OffsetDateTime),
}

impl Until {
    pub(crate) const EXPECTED: &'static str =
        "a date (2026-12-31) or a time in RFC 3339 (2026-12-31T18:00:00Z)";

    /// Reads a date or a time in RFC 3339.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let moment = || OffsetDateTime::parse(text, &Rfc3339).ok().map(Self::Moment);
        date(text).map(Self::Day).or_else(moment)
    }

    /// The first moment at which it is over.
    #[must_use]
    pub fn end(self) -> SystemTime {
        match self {
            Self::Day(day) => {
                let start = SystemTime::from(day.with_time(Time::MIDNIGHT).assume_utc());
                start.checked_add(DAY).unwrap_or(start)
            }
            Self::Moment(moment) => moment.into(),
        }
    }

    /// Whether it is over at `now`.
    #[must_use]
    pub fn is_over(self, now: SystemTime) -> bool {
        now >= self.end()
    }

    /// Whether it is at most `days` ahead of `now`: of a date, days of the calendar count; of a time, days of 24 hours.
    #[must_use]
    pub fn is_within(self, days: u32, now: SystemTime) -> bool {
        match self {
            Self::Day(day) => {
                let today = OffsetDateTime::from(now).date();
                i64::from(day.to_julian_day()) - i64::from(today.to_julian_day()) <= i64::from(days)
            }
            Self::Moment(moment) => {
                let ahead = SystemTime::from(moment).duration_since(now).unwrap_or_default();
                ahead <= DAY.saturating_mul(days)
            }
        }
    }
}

/// A date as `2026-12-31`, and in no other spelling.
fn date(text: &str) -> Option<Date> {
    let is_spelled = text.len() == 10
        && text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
    let mut numbers = text.split('-').filter(|_| is_spelled);
    let (year, month, day) = (numbers.next()?, numbers.next()?, numbers.next()?);
    let month = Month::try_from(month.parse::<u8>().ok()?).ok()?;
    Date::from_calendar_date(year.parse().ok()?, month, day.parse().ok()?).ok()
}

impl fmt::Display for Until {
    /// As in `the end of 2026-12-31 (UTC)` and `2026-12-31T18:00:00Z`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Day(day) => {
                let (year, month, day) = day.to_calendar_date();
                write!(f, "the end of {year:04}-{:02}-{day:02} (UTC)", u8::from(month))
            }
            Self::Moment(moment) => {
                let utc = moment.checked_to_offset(UtcOffset::UTC).unwrap_or(*moment);
                f.write_str(&utc.format(&Rfc3339).unwrap_or_else(|_| utc.unix_timestamp().to_string()))
            }
        }
    }
}

impl<'de> Deserialize<'de> for Until {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::checked(deserializer, Self::parse, Self::EXPECTED)
    }
}
