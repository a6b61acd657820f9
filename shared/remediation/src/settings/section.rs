//! The JSON types that settings are made of, taken strictly and refused in words.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserialize, Deserializer, Error, IntoDeserializer, MapAccess, Unexpected, Visitor};

/// A part of the settings, which has to be a JSON object: serde would take a list for one too, value by value,
/// and nobody could tell which value was meant for which key.
pub(super) fn section<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_map(Section(PhantomData))
}

/// A value that is one of a few words, given as a JSON string: serde would take `{"word": null}` for one too.
pub(super) fn word<'de, D, T>(deserializer: D) -> Result<T, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    deserializer.deserialize_str(Word(PhantomData))
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

/// A number of deliveries.
pub(super) fn deliveries<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
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
pub(super) const VERSION: u32 = 1;

/// The number of a shape that this Curfew knows. Settings of a newer one may hold back a change in a way that it
/// does not understand, so that it takes none of them.
pub(super) fn version<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u32, D::Error> {
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
