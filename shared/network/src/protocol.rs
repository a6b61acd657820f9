//! The protocol of a rule.

use std::fmt;

use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The protocol of a rule or of a query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP: `tcp` or 6.
    Tcp,
    /// UDP: `udp` or 17.
    Udp,
    /// ICMP: `icmp` or 1.
    Icmp,
    /// ICMP for IPv6: `icmpv6` or 58.
    Icmpv6,
    /// Every protocol: -1.
    All,
    /// Any other protocol by number or name, in lower case. Such a rule ignores ports.
    Other(String),
}

impl Protocol {
    /// The protocols whose rules heed ports, or type and code.
    pub const WITH_PORTS: [Self; 4] = [Self::Tcp, Self::Udp, Self::Icmp, Self::Icmpv6];

    /// Whether a type and a code stand where TCP and UDP have ports.
    #[must_use]
    pub fn is_icmp(&self) -> bool {
        matches!(self, Self::Icmp | Self::Icmpv6)
    }

    /// Whether a rule of this protocol heeds ports, or type and code.
    #[must_use]
    pub fn has_ports(&self) -> bool {
        !matches!(self, Self::All | Self::Other(_))
    }

    /// The name or number as AWS writes it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Tcp => "tcp",
            Self::Udp => "udp",
            Self::Icmp => "icmp",
            Self::Icmpv6 => "icmpv6",
            Self::All => "-1",
            Self::Other(name) => name,
        }
    }
}

impl From<&str> for Protocol {
    /// Takes a name in any case or a number.
    fn from(text: &str) -> Self {
        let name = text.trim().to_ascii_lowercase();
        match name.as_str() {
            "tcp" | "6" => Self::Tcp,
            "udp" | "17" => Self::Udp,
            "icmp" | "1" => Self::Icmp,
            "icmpv6" | "58" => Self::Icmpv6,
            "-1" => Self::All,
            _ => Self::Other(name),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all traffic"),
            Self::Other(name) => write!(f, "protocol {name}"),
            _ => f.write_str(self.as_str()),
        }
    }
}

impl Serialize for Protocol {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Protocol {
    /// Takes what is written, and nothing that AWS only takes for the same, such as `TCP` or `6`.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let protocol = Self::from(text.as_str());
        if protocol.as_str() == text {
            Ok(protocol)
        } else {
            Err(D::Error::custom(format_args!("the protocol `{text}` is written `{}`", protocol.as_str())))
        }
    }
}
