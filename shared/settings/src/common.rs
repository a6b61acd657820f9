//! What the settings of all controls have in common.

use serde::de::Deserializer;

/// A number of deliveries.
pub(crate) fn deliveries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    strict::number(deserializer, "a number of deliveries, from 1 to 1000 as SQS allows", |number| {
        u32::try_from(number).ok().filter(|number| (1..=1_000).contains(number))
    })
}

/// The newest shape of settings that this Curfew reads, and so far the only one.
pub(crate) const VERSION: u32 = 1;

/// The number of a shape that this Curfew knows. Settings of a newer one may hold back a change in a way that it
/// does not understand, so that it takes none of them.
pub(crate) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
    let expected = format!("a version of the settings that this Curfew reads: {VERSION}");
    strict::number(deserializer, &expected, |number| {
        u32::try_from(number).ok().filter(|number| *number == VERSION)
    })
}
