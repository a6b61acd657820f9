//! What an operator decides about security groups.

mod protocols;

use std::collections::BTreeSet;

use network::{Handling, OpenLevel, PortSet, Portless};
use remediation::Mode;
use remediation::ledger::CHANGES_PER_HOUR;
use serde::Deserialize;

/// Settings of the control `sg-ingress`. As JSON they are one flat object.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(from = "Section")]
pub struct SgSettings {
    /// Whether this control changes anything; `None` = what holds for all controls.
    pub mode: Option<Mode>,
    /// How many groups may be changed in an hour.
    pub changes_per_hour: u32,
    /// What is done about an open group.
    pub quarantine: QuarantineStyle,
    /// Whether an isolated interface loses its other groups too.
    pub isolate_all_groups: bool,
    /// How a group is judged.
    pub network: network::Settings,
}

impl Default for SgSettings {
    fn default() -> Self {
        Self {
            mode: None,
            changes_per_hour: CHANGES_PER_HOUR,
            quarantine: QuarantineStyle::default(),
            isolate_all_groups: false,
            network: network::Settings::default(),
        }
    }
}

/// What is done about an open group.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum QuarantineStyle {
    /// The offending rules go; what else they let in is put back.
    #[default]
    Revoke,
    /// The group's interfaces go into a group that lets nothing in or out; the rules stay as evidence.
    Isolate,
    /// It is reported and stays.
    Alert,
}

/// The settings as they are written.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Section {
    #[serde(deserialize_with = "strict::word_if_any")]
    mode: Option<Mode>,
    changes_per_hour: u32,
    #[serde(deserialize_with = "strict::word")]
    quarantine: QuarantineStyle,
    isolate_all_groups: bool,
    #[serde(deserialize_with = "strict::word")]
    open_level: OpenLevel,
    authorized_tcp_ports: PortSet,
    authorized_udp_ports: PortSet,
    #[serde(deserialize_with = "protocols::protocols")]
    authorized_protocols: BTreeSet<Portless>,
    #[serde(deserialize_with = "strict::word")]
    icmp: Handling,
}

impl Default for Section {
    fn default() -> Self {
        let SgSettings { mode, changes_per_hour, quarantine, isolate_all_groups, network } =
            SgSettings::default();
        let network::Settings {
            open_level,
            authorized_tcp_ports,
            authorized_udp_ports,
            authorized_protocols,
            icmp,
        } = network;
        Self {
            mode,
            changes_per_hour,
            quarantine,
            isolate_all_groups,
            open_level,
            authorized_tcp_ports,
            authorized_udp_ports,
            authorized_protocols,
            icmp,
        }
    }
}

impl From<Section> for SgSettings {
    fn from(section: Section) -> Self {
        let Section {
            mode,
            changes_per_hour,
            quarantine,
            isolate_all_groups,
            open_level,
            authorized_tcp_ports,
            authorized_udp_ports,
            authorized_protocols,
            icmp,
        } = section;
        let network = network::Settings {
            open_level,
            authorized_tcp_ports,
            authorized_udp_ports,
            authorized_protocols,
            icmp,
        };
        Self { mode, changes_per_hour, quarantine, isolate_all_groups, network }
    }
}
