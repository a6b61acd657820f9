//! Reading a name from JSON with the same check as from text.

use std::fmt;

use serde::de::{Deserializer, Error, Visitor};

/// Reads a text that `check` takes.
///
/// # Errors
/// Says what was `expected` and quotes what was there.
pub(crate) fn deserialize<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    check: fn(&str) -> Option<T>,
    expected: &'static str,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Checked { check, expected })
}

struct Checked<T> {
    check: fn(&str) -> Option<T>,
    expected: &'static str,
}

impl<T> Visitor<'_> for Checked<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.check)(text).ok_or_else(|| E::custom(format_args!("`{text}` is not {}", self.expected)))
    }
}
