//! A set of ports, as `vpc-sg-open-only-to-authorized-ports` writes it: `443,1020-1025`.

use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

/// A set of ports: ranges in order, apart from each other.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Ports(Vec<RangeInclusive<u16>>);

impl Ports {
    /// The set of these ports.
    pub fn of(ports: &[u16]) -> Self {
        Self::from_ranges(ports.iter().map(|&port| port..=port).collect())
    }

    fn from_ranges(mut ranges: Vec<RangeInclusive<u16>>) -> Self {
        ranges.sort_by_key(|range| *range.start());
        let mut apart: Vec<RangeInclusive<u16>> = Vec::new();
        for range in ranges {
            match apart.last_mut() {
                Some(last) if u32::from(*range.start()) <= u32::from(*last.end()) + 1 => {
                    *last = *last.start()..=(*last.end()).max(*range.end());
                }
                _ => apart.push(range),
            }
        }
        Self(apart)
    }

    /// Whether every port from `from` to `to`, both included, is in the set.
    pub fn cover(&self, from: u16, to: u16) -> bool {
        self.0.iter().any(|range| range.contains(&from) && range.contains(&to))
    }
}

/// `443` or `1020-1025`.
fn range(text: &str) -> Result<RangeInclusive<u16>, String> {
    let port = |text: &str| {
        let digits = text.trim();
        let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
        let number = if plain { digits.parse::<u16>().ok() } else { None };
        number.ok_or_else(|| format!("`{digits}` is not a port (0 to 65535)"))
    };
    let (from, to) = match text.split_once('-') {
        Some((from, to)) => (port(from)?, port(to)?),
        None => (port(text)?, port(text)?),
    };
    if from > to { Err(format!("`{text}` is no range: it ends before it starts")) } else { Ok(from..=to) }
}

impl<'de> Deserialize<'de> for Ports {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = Ports;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of ports and ranges, or one string such as \"443,1020-1025\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Ports, E> {
        let items = text.split(',').filter(|item| !item.trim().is_empty());
        items.map(range).collect::<Result<_, _>>().map(Ports::from_ranges).map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Ports, A::Error> {
        let mut ranges = Vec::new();
        while let Some(Item(range)) = items.next_element()? {
            ranges.push(range);
        }
        Ok(Ports::from_ranges(ranges))
    }
}

/// One entry of a list.
struct Item(RangeInclusive<u16>);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(One)
    }
}

struct One;

impl Visitor<'_> for One {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a port or a range such as \"1020-1025\"")
    }

    fn visit_u64<E: Error>(self, port: u64) -> Result<Item, E> {
        range(&port.to_string()).map(Item).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, port: i64) -> Result<Item, E> {
        Err(E::custom(format!("`{port}` is not a port (0 to 65535)")))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Item, E> {
        range(text).map(Item).map_err(E::custom)
    }
}
