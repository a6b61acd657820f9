//! Reading a list of protocols without ports, each by name or number: `["esp", 51]`.

use std::collections::BTreeSet;
use std::fmt;

use network::{Portless, Protocol};
use serde::de::{Deserialize, Deserializer, Error, SeqAccess, Visitor};

pub(super) fn protocols<'de, D: Deserializer<'de>>(deserializer: D) -> Result<BTreeSet<Portless>, D::Error> {
    deserializer.deserialize_seq(List)
}

struct List;

impl<'de> Visitor<'de> for List {
    type Value = BTreeSet<Portless>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list of protocols without ports such as [\"esp\", 51]")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Self::Value, A::Error> {
        let mut protocols = BTreeSet::new();
        while let Some(Item(protocol)) = items.next_element()? {
            protocols.insert(protocol);
        }
        Ok(protocols)
    }
}

/// One entry of the list.
struct Item(Portless);

impl<'de> Deserialize<'de> for Item {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(One)
    }
}

struct One;

impl Visitor<'_> for One {
    type Value = Item;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name or the number of a protocol without ports")
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Item, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Item, E> {
        self.visit_str(&number.to_string())
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Item, E> {
        let refused = |why: &str| Err(E::custom(format_args!("`{text}` {why}")));
        match Protocol::from(text) {
            Protocol::Portless(protocol) if protocol.number().is_some() => Ok(Item(protocol)),
            Protocol::Portless(_) => {
                refused("is neither the name that IANA gives to a protocol nor a number from 0 to 255")
            }
            Protocol::Tcp => refused("has ports: `sg.authorized_tcp_ports` says which of them may be open"),
            Protocol::Udp => refused("has ports: `sg.authorized_udp_ports` says which of them may be open"),
            Protocol::Icmp | Protocol::Icmpv6 => {
                refused("is never authorized: `sg.icmp` says what is done about it where it is open")
            }
            Protocol::All => refused(
                "is every protocol: name each one without ports that may be open; for the others there are \
                 `sg.authorized_tcp_ports`, `sg.authorized_udp_ports` and `sg.icmp`",
            ),
        }
    }
}
