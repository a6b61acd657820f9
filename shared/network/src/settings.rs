//! What counts as open, and what may be.

use std::collections::BTreeSet;

use addresses::{Span, SpanSet};
use serde::{Deserialize, Serialize};

use crate::exposure::Exposure;
use crate::portless::Portless;
use crate::ports::PortSet;
use crate::protocol::Protocol;

/// From which exposure on a port is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum OpenLevel {
    /// Open to every public address.
    #[default]
    World,
    /// Open to a block of /8 (IPv6: /32) or wider.
    Broad,
}

impl OpenLevel {
    /// Whether something of this exposure is open.
    #[must_use]
    pub fn is_reached_by(self, exposure: Exposure) -> bool {
        exposure
            >= match self {
                Self::World => Exposure::World,
                Self::Broad => Exposure::Broad,
            }
    }
}

/// What is to be done about a finding.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Handling {
    /// Say it.
    #[default]
    Report,
    /// Revoke the offending rules.
    Revoke,
}

/// How a group is judged.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// From which exposure on a port is open.
    pub open_level: OpenLevel,
    /// The TCP ports that may be open.
    pub authorized_tcp_ports: PortSet,
    /// The UDP ports that may be open.
    pub authorized_udp_ports: PortSet,
    /// The protocols without ports that may be open.
    pub authorized_protocols: BTreeSet<Portless>,
    /// What is to be done about open ICMP, which is never authorized.
    pub icmp: Handling,
}

impl Default for Settings {
    /// TCP 80 and 443 may be open to the world and nothing else; ICMP is reported.
    fn default() -> Self {
        Self {
            open_level: OpenLevel::World,
            authorized_tcp_ports: [80, 443].into(),
            authorized_udp_ports: PortSet::default(),
            authorized_protocols: BTreeSet::new(),
            icmp: Handling::Report,
        }
    }
}

impl Settings {
    /// The ports of `protocol` that may not be open; of one without ports none where it is authorized.
    pub(crate) fn unauthorized(&self, protocol: &Protocol) -> SpanSet<u16> {
        match protocol {
            Protocol::Tcp => self.authorized_tcp_ports.as_set().complement(),
            Protocol::Udp => self.authorized_udp_ports.as_set().complement(),
            Protocol::Portless(protocol) if self.authorized_protocols.contains(protocol) => SpanSet::empty(),
            _ => Span::FULL.into(),
        }
    }

    /// Whether all of these ports of `protocol` may be open.
    pub(crate) fn authorizes(&self, protocol: &Protocol, ports: &SpanSet<u16>) -> bool {
        match protocol {
            Protocol::Tcp => self.authorized_tcp_ports.as_set().covers(ports),
            Protocol::Udp => self.authorized_udp_ports.as_set().covers(ports),
            _ => ports.is_empty() || self.unauthorized(protocol).is_empty(),
        }
    }

    /// What is to be done about open ports of `protocol`.
    pub(crate) fn handling(&self, protocol: &Protocol) -> Handling {
        if protocol.is_icmp() { self.icmp } else { Handling::Revoke }
    }
}
