//! The JSON types that settings and names are made of, taken strictly and refused in words.
//!
//! Each function is meant for `#[serde(deserialize_with = "...")]`.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, Unexpected, Visitor};

/// A part of the settings, which has to be a JSON object: serde would take a list for one too, value by value,
/// and nobody could tell which value was meant for which key.
///
/// # Errors
/// For anything but an object, and where the object is not such a part.
pub fn section<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_map(Section(PhantomData))
}

/// A value that is one of a few words, given as a JSON string: serde would take `{"word": null}` for one too.
///
/// # Errors
/// For anything but one of the words.
pub fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_str(Word(PhantomData))
}

/// The same for a word that may be left out, where `null` is not left out.
///
/// # Errors
/// For anything but one of the words.
pub fn word_if_any<'de, D, T>(deserializer: D) -> Result<Option<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    word(deserializer).map(Some)
}

/// A text that `check` takes, which is all that `expected` names.
///
/// # Errors
/// Says what was expected and quotes what was there.
pub fn checked<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    check: fn(&str) -> Option<T>,
    expected: &'static str,
) -> Result<T, D::Error> {
    deserializer.deserialize_str(Checked { check, expected })
}

/// A list of parts, each of which has to be a JSON object.
///
/// # Errors
/// For anything but a list of such objects.
pub fn sections<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    let parts: Vec<Part<T>> = Vec::deserialize(deserializer)?;
    Ok(parts.into_iter().map(|Part(part)| part).collect())
}

struct Part<T>(T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Part<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        section(deserializer).map(Self)
    }
}

struct Word<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Word<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_str<E: Error>(self, word: &str) -> Result<T, E> {
        T::deserialize(word.into_deserializer())
    }
}

/// A list of texts, each of which has to be `expected`, as in `a CIDR block`.
///
/// # Errors
/// For anything else, naming the first item that is not.
pub fn list<'de, D: Deserializer<'de>>(
    deserializer: D,
    is_valid: impl Fn(&str) -> bool,
    expected: &str,
) -> Result<Vec<String>, D::Error> {
    let items = Vec::<String>::deserialize(deserializer)?;
    match items.iter().find(|item| !is_valid(item)) {
        Some(bad) => Err(D::Error::custom(format!("`{bad}` is not {expected}"))),
        None => Ok(items),
    }
}

/// A text, or a number as people write it, which `read` takes; `expected` is what it should be, as in `a port`.
///
/// # Errors
/// For anything else, and where `read` refuses it.
pub fn text_or_number<'de, D: Deserializer<'de>, T, E: fmt::Display>(
    deserializer: D,
    expected: &str,
    read: impl Fn(&str) -> Result<T, E>,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(TextOrNumber { expected, read })
}

struct TextOrNumber<'a, F> {
    expected: &'a str,
    read: F,
}

impl<T, W: fmt::Display, F: Fn(&str) -> Result<T, W>> Visitor<'_> for TextOrNumber<'_, F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        (self.read)(text).map_err(E::custom)
    }
}

/// A whole number that `check` takes; `expected` is what it should be, as in `a number of deliveries`.
///
/// # Errors
/// For anything else.
pub fn number<'de, D: Deserializer<'de>, T>(
    deserializer: D,
    expected: &str,
    check: impl Fn(u64) -> Option<T>,
) -> Result<T, D::Error> {
    deserializer.deserialize_any(Number { expected, check })
}

struct Number<'a, F> {
    expected: &'a str,
    check: F,
}

impl<T, F: Fn(u64) -> Option<T>> Visitor<'_> for Number<'_, F> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.expected)
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        (self.check)(number).ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
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

struct Section<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for Section<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<T, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map))
    }
}
