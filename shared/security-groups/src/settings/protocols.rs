//! Reading a list of protocols without ports, each by name or number: `["esp", 51]`.

use std::collections::BTreeSet;
use std::fmt;

use network::{Portless, Protocol};
use serde::de::{Deserialize, Deserializer, SeqAccess, Visitor};

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
        let expected = "the name or the number of a protocol without ports";
        strict::text_or_number(deserializer, expected, portless).map(Self)
    }
}

fn portless(text: &str) -> Result<Portless, String> {
    let why = match Protocol::from(text) {
        Protocol::Portless(protocol) if protocol.number().is_some() => return Ok(protocol),
        Protocol::Portless(_) => {
            "is neither the name that IANA gives to a protocol nor a number from 0 to 255"
        }
        Protocol::Tcp => "has ports: `sg.authorized_tcp_ports` says which of them may be open",
        Protocol::Udp => "has ports: `sg.authorized_udp_ports` says which of them may be open",
        Protocol::Icmp | Protocol::Icmpv6 => {
            "is never authorized: `sg.icmp` says what is done about it where it is open"
        }
        Protocol::All => {
            "is every protocol: name each one without ports that may be open; for the others there are \
             `sg.authorized_tcp_ports`, `sg.authorized_udp_ports` and `sg.icmp`"
        }
    };
    Err(format!("`{text}` {why}"))
}
