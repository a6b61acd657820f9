//! Texts that are checked where they are read.

use serde::de::{Deserialize, Deserializer};

/// The longest reason, owner or `Sid`: as long as the value of a tag may be.
const LONGEST: usize = 256;

/// A text for people, on one line, without blanks around it; `None` where nothing is said, or too much.
#[must_use]
pub(crate) fn words(text: &str) -> Option<String> {
    let text = text.trim();
    let is_line = !text.is_empty() && text.chars().count() <= LONGEST && !text.chars().any(char::is_control);
    is_line.then(|| text.to_owned())
}

pub(crate) const WORDS: &str = "a text of 1 to 256 characters on one line";

/// Such a text, from JSON.
pub(crate) struct Words(pub(crate) String);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::checked(deserializer, |text| words(text).map(Self), WORDS)
    }
}
