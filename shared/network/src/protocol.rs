//! The protocol of a rule.

use std::fmt;

use addresses::Family;
use serde::de::Error;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::iana;
use crate::portless::Portless;

/// The protocol of a rule or of a query.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP: `tcp` or 6.
    Tcp,
    /// UDP: `udp` or 17.
    Udp,
    /// ICMP, which is IPv4's: `icmp` or 1.
    Icmp,
    /// ICMP for IPv6: `icmpv6` or 58.
    Icmpv6,
    /// Every protocol: -1. As that of a finding: every protocol without ports that the settings do not authorize.
    All,
    /// Any other protocol, which has no ports.
    Portless(Portless),
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
        !matches!(self, Self::All | Self::Portless(_))
    }

    /// Whether packets of this protocol can come over this family: each has an ICMP of its own.
    #[must_use]
    pub fn is_over(&self, family: Family) -> bool {
        !matches!((self, family), (Self::Icmp, Family::V6) | (Self::Icmpv6, Family::V4))
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
            Self::Portless(protocol) => protocol.as_str(),
        }
    }
}

impl From<&str> for Protocol {
    /// Takes a name in any case, AWS's or IANA's, or a number.
    fn from(text: &str) -> Self {
        let name = text.trim().to_ascii_lowercase();
        match (name.as_str(), iana::number(&name)) {
            ("-1", _) => Self::All,
            ("icmpv6", _) | (_, Some(58)) => Self::Icmpv6,
            (_, Some(1)) => Self::Icmp,
            (_, Some(6)) => Self::Tcp,
            (_, Some(17)) => Self::Udp,
            (_, Some(number)) => Self::Portless(Portless::numbered(number)),
            (_, None) => Self::Portless(Portless::unknown(name)),
        }
    }
}

impl fmt::Display for Protocol {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::All => f.write_str("all traffic"),
            Self::Portless(protocol) => write!(f, "IP protocol {protocol}"),
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
