//! What the settings of all controls have in common.

use std::fmt;
use std::time::Duration;

use serde::de::{Deserializer, Error, Unexpected, Visitor};

/// A number of deliveries.
pub(crate) fn deliveries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    deserializer.deserialize_any(Deliveries)
}

struct Deliveries;

impl Visitor<'_> for Deliveries {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of deliveries, from 1 to 1000 as SQS allows")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        let valid = u32::try_from(number).ok().filter(|number| (1..=1_000).contains(number));
        valid.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// The newest shape of settings that this Curfew reads, and so far the only one.
pub(crate) const VERSION: u32 = 1;

/// The number of a shape that this Curfew knows. Settings of a newer one may hold back a change in a way that it
/// does not understand, so that it takes none of them.
pub(crate) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    deserializer.deserialize_any(Version)
}

struct Version;

impl Visitor<'_> for Version {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a version of the settings that this Curfew reads: {VERSION}")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        let known = u32::try_from(number).ok().filter(|number| *number == VERSION);
        known.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// A span of time, as in `"24h"`: a number and its unit, `m` for minutes, `h` for hours, `d` for days.
pub(crate) fn span<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Duration, D::Error> {
    deserializer.deserialize_any(Span)
}

/// The longest span that makes sense for a setting.
const LONGEST: u64 = 366 * 24 * 60 * 60;

struct Span;

impl Visitor<'_> for Span {
    type Value = Duration;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a span of time up to 366 days, as in \"30m\", \"24h\" or \"7d\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Duration, E> {
        let units = [("m", 60), ("h", 60 * 60), ("d", 24 * 60 * 60)];
        let in_unit = |(unit, seconds): (&str, u64)| {
            let number: u64 = text.strip_suffix(unit)?.parse().ok()?;
            number.checked_mul(seconds).filter(|seconds| *seconds <= LONGEST)
        };
        let seconds = units.into_iter().find_map(in_unit);
        seconds.map(Duration::from_secs).ok_or_else(|| E::invalid_value(Unexpected::Str(text), &self))
    }
}

/// How many times the same may be closed in a day.
pub(crate) fn times<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    deserializer.deserialize_any(Times)
}

struct Times;

impl Visitor<'_> for Times {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of times, from 1 to 20")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        let valid = u32::try_from(number).ok().filter(|number| (1..=20).contains(number));
        valid.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// A number of days.
pub(crate) fn days<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    deserializer.deserialize_any(Days)
}

struct Days;

impl Visitor<'_> for Days {
    type Value = u32;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number of days, from 1 to 3650")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<u32, E> {
        let valid = u32::try_from(number).ok().filter(|number| (1..=3_650).contains(number));
        valid.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}
