//! Reading a set of ports: a list of numbers and ranges, or one text as
//! `vpc-sg-open-only-to-authorized-ports` takes it (`443,1020-1025`).

use std::fmt;

use addresses::SpanSet;
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

use crate::ports::PortSet;

impl<'de> Deserialize<'de> for PortSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(List)
    }
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = PortSet;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of ports and ranges, or one string such as \"443,1020-1025\"")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<PortSet, E> {
        text.parse().map_err(E::custom)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<PortSet, A::Error> {
        let mut ports = SpanSet::empty();
        while let Some(Item(item)) = items.next_element()? {
            ports = ports.union(item.as_set());
        }
        Ok(ports.into())
    }
}

/// One entry of a list.
struct Item(PortSet);

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
        self.visit_str(&port.to_string())
    }

    fn visit_i64<E: Error>(self, port: i64) -> Result<Item, E> {
        self.visit_str(&port.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Item, E> {
        let range = PortSet::range(text).map_err(E::custom)?;
        Ok(Item(range))
    }
}
