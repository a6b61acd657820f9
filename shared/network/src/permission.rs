//! What a rule allows.

use std::fmt;

use addresses::{Span, SpanSet};
use serde::{Deserialize, Serialize};

use crate::icmp::{self, TypeAndCode};
use crate::portless::Portless;
use crate::ports::PortSet;
use crate::protocol::Protocol;
use crate::source::Source;

/// What a rule lets through, whoever sends it. In `IpPermissions` EC2 says it once for many sources; each gets a
/// permission of its own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Traffic {
    /// The protocol.
    pub protocol: Protocol,
    /// The first port, or the ICMP type; -1 or absent for all.
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code; -1 or absent for all.
    pub to_port: Option<i32>,
}

impl Traffic {
    /// The permission of this traffic from `source`, with the description that stands beside the source. EC2
    /// answers with empty text where nobody wrote any.
    #[must_use]
    pub fn permission(&self, source: Source, description: Option<String>) -> Permission {
        Permission {
            protocol: self.protocol.clone(),
            from_port: self.from_port,
            to_port: self.to_port,
            source,
            description: description.filter(|text| !text.is_empty()),
        }
    }
}

/// What one rule allows: a protocol, its ports and one source. The input of
/// [AuthorizeSecurityGroupIngress](https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html)
/// for one rule.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Permission {
    /// The protocol.
    #[serde(rename = "IpProtocol")]
    pub protocol: Protocol,
    /// The first port, or the ICMP type; -1 or absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_port: Option<i32>,
    /// The last port, or the ICMP code; -1 or absent for all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_port: Option<i32>,
    /// The source.
    #[serde(flatten)]
    pub source: Source,
    /// What the owner wrote beside the source.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
}

impl Permission {
    /// The ports of `protocol` that this lets through. For ICMP a port is `type * 256 + code`.
    ///
    /// All traffic reaches every port of every protocol. Of a protocol without ports that it lets through, the
    /// answer is every port.
    #[must_use]
    pub fn ports(&self, protocol: &Protocol) -> PortSet {
        match &self.protocol {
            Protocol::All => PortSet::full(),
            own if own != protocol => PortSet::default(),
            Protocol::Portless(_) => PortSet::full(),
            Protocol::Icmp | Protocol::Icmpv6 => types_and_codes(self.from_port, self.to_port),
            Protocol::Tcp | Protocol::Udp => port_range(self.from_port, self.to_port),
        }
    }

    /// This permission for another protocol, which has no ports.
    pub(crate) fn for_portless(&self, protocol: &Portless) -> Self {
        Self {
            protocol: Protocol::Portless(protocol.clone()),
            from_port: None,
            to_port: None,
            ..self.clone()
        }
    }

    /// The permissions of the same source that let through exactly `ports` of `protocol`.
    pub(crate) fn narrowed(&self, protocol: &Protocol, ports: &SpanSet<u16>) -> Vec<Self> {
        let bounds = |span: &Span<u16>| -> Vec<(i32, i32)> {
            if protocol.is_icmp() {
                let pairs = icmp::pairs(*span).into_iter();
                pairs.map(|TypeAndCode { kind, code }| (kind, code)).collect()
            } else {
                vec![(span.first().into(), span.last().into())]
            }
        };
        ports
            .spans()
            .iter()
            .flat_map(bounds)
            .map(|(from_port, to_port)| Self {
                protocol: protocol.clone(),
                from_port: Some(from_port),
                to_port: Some(to_port),
                ..self.clone()
            })
            .collect()
    }
}

/// A bound that is absent or -1 does not bound. What lies outside 0 to 65535 is no port.
fn port_range(from: Option<i32>, to: Option<i32>) -> PortSet {
    let bound = |number: Option<i32>, otherwise: u16| match number {
        None | Some(-1) => i32::from(otherwise),
        Some(number) => number,
    };
    let first = u16::try_from(bound(from, u16::MIN).max(0));
    let last = u16::try_from(bound(to, u16::MAX).min(u16::MAX.into()));
    let span = first.ok().zip(last.ok()).and_then(|(first, last)| Span::new(first, last));
    span.map_or(SpanSet::empty(), SpanSet::from).into()
}

/// A type or a code that is absent or -1 stands for all. There is no type outside 0 to 255; a code
/// outside does not narrow the type.
fn types_and_codes(kind: Option<i32>, code: Option<i32>) -> PortSet {
    match kind.filter(|kind| *kind != -1).map(u8::try_from) {
        None => PortSet::full(),
        Some(Ok(kind)) => PortSet::icmp(kind, code.and_then(|code| u8::try_from(code).ok())),
        Some(Err(_)) => PortSet::default(),
    }
}

impl fmt::Display for Permission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.protocol)?;
        if self.protocol.has_ports() {
            let ranges = self.ports(&self.protocol).describe(&self.protocol);
            write!(f, " {}", ranges.first().map_or("no port", String::as_str))?;
        }
        write!(f, " from {}", self.source)
    }
}
