//! What the settings of all controls have in common.

use std::fmt;

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
