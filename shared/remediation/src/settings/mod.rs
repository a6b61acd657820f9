//! Every setting there is, with its default and its meaning.
//!
//! They are one JSON object, in a parameter of Parameter Store or in the variable `CURFEW_SETTINGS`. All keys are
//! optional; a key that is not listed here, or a value that does not fit, is refused with a message that names it.
//!
//! | key | default | meaning |
//! | --- | --- | --- |
//! | `version` | `1` | of which shape these settings are; what was written for an older one is read for ever |
//! | `mode` | `"enforce"` | `"observe"` does everything but the change, and says what it would have done |
//! | `max_receive_count` | `8` | after how many deliveries the queue gives a message up (its redrive policy); a failure that may pass is mailed at the last one |
//! | `s3_acl.style` | `"grants"` | `"grants"` removes the public grants and keeps all others; `"private"` writes the canned ACL `private`, which removes every grant but the owner's |
//! | `s3_acl.block_public_acls` | `false` | `true` also turns on `BlockPublicAcls` and `IgnorePublicAcls` of a bucket whose public grants were removed: closes public objects too, and keeps the ACL from coming back |
//! | `s3_policy.trusted_accounts` | `[]` | other accounts that bucket policies may let in: 12 digits each |
//! | `s3_policy.trusted_organizations` | `[]` | organizations that they may let in: `o-...` |
//! | `s3_policy.trusted_networks` | `[]` | networks that they may let in: CIDR blocks |
//! | `s3_policy.trusted_vpcs` | `[]` | VPCs and VPC endpoints that they may let in: `vpc-...`, `vpce-...` |
//! | `s3_policy.alert_on` | what is `high` or worse, `confused-deputy`, `refused` | which kinds of finding are mailed even where a policy is not public; the kinds are those of [`policy::FindingKind`] |
//! | `sg.quarantine` | `"revoke"` | `"revoke"` revokes the offending rules and keeps what else they let in; `"isolate"` puts the network interfaces of an open group into a quarantine group and leaves the rules as evidence; `"alert"` says and changes nothing |
//! | `sg.isolate_all_groups` | `false` | `true`: an isolated interface loses its other groups too |
//! | `sg.open_level` | `"world"` | from where on a port is open: `"world"` = to every public address; `"broad"` = to a block of /8 (IPv6: /32) or wider too |
//! | `sg.authorized_tcp_ports` | `[80, 443]` | tcp ports that may be open: numbers and `"from-to"` ranges, in a list or in one comma-separated string |
//! | `sg.authorized_udp_ports` | `[]` | the same for udp |
//! | `sg.icmp` | `"report"` | `"report"` says that ICMP is open and leaves it; `"revoke"` treats it like any other open port |

mod environment;
mod ports;
mod renewal;
mod section;
mod trusted;

use network::PortSet;
pub use network::{Handling, OpenLevel};
use serde::Deserialize;

use crate::CallError;

pub use environment::{Environment, Origin, OriginError};
pub use renewal::{Renewal, SettingsSource};
pub use trusted::S3PolicySettings;

/// What an operator decides.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Of which shape they are. Only this field may never change its meaning.
    #[serde(deserialize_with = "section::version")]
    pub version: u32,
    /// Whether Curfew changes anything.
    #[serde(deserialize_with = "section::word")]
    pub mode: Mode,
    /// After how many deliveries the queue gives a message up.
    #[serde(deserialize_with = "section::deliveries")]
    pub max_receive_count: u32,
    /// Settings of the control `s3-acl`.
    #[serde(deserialize_with = "section::section")]
    pub s3_acl: S3AclSettings,
    /// Settings of the control `s3-policy`.
    #[serde(deserialize_with = "section::section")]
    pub s3_policy: S3PolicySettings,
    /// Settings of the control `sg-ingress`.
    #[serde(deserialize_with = "section::section")]
    pub sg: SgSettings,
}

/// Whether Curfew changes anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Mode {
    /// What is open is closed.
    #[default]
    Enforce,
    /// What is open is reported, with what would have been done.
    Observe,
}

impl Mode {
    /// The mode as settings and logs write it.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Enforce => "enforce",
            Self::Observe => "observe",
        }
    }
}

/// Settings of the control `s3-acl`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct S3AclSettings {
    /// How a public ACL is made private.
    #[serde(deserialize_with = "section::word")]
    pub style: AclStyle,
    /// Whether a bucket whose public grants were removed also gets `BlockPublicAcls` and `IgnorePublicAcls`.
    pub block_public_acls: bool,
}

/// How a public ACL is made private.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AclStyle {
    /// The public grants go; every other grant stays as it is.
    #[default]
    Grants,
    /// The canned ACL `private` replaces the whole list.
    Private,
}

/// Settings of the control `sg-ingress`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SgSettings {
    /// What is done about an open group.
    #[serde(deserialize_with = "section::word")]
    pub quarantine: QuarantineStyle,
    /// Whether an isolated interface loses its other groups too.
    pub isolate_all_groups: bool,
    /// From which exposure on a port is open.
    #[serde(deserialize_with = "section::word")]
    pub open_level: OpenLevel,
    /// The tcp ports that may be open.
    #[serde(deserialize_with = "ports::ports")]
    pub authorized_tcp_ports: PortSet,
    /// The udp ports that may be open.
    #[serde(deserialize_with = "ports::ports")]
    pub authorized_udp_ports: PortSet,
    /// What happens to open ICMP.
    #[serde(deserialize_with = "section::word")]
    pub icmp: Handling,
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

impl SgSettings {
    /// How a group is judged.
    pub fn network(&self) -> network::Settings {
        network::Settings {
            open_level: self.open_level,
            authorized_tcp_ports: self.authorized_tcp_ports.clone(),
            authorized_udp_ports: self.authorized_udp_ports.clone(),
            icmp: self.icmp,
        }
    }
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: section::VERSION,
            mode: Mode::default(),
            max_receive_count: 8,
            s3_acl: S3AclSettings::default(),
            s3_policy: S3PolicySettings::default(),
            sg: SgSettings::default(),
        }
    }
}

impl Default for SgSettings {
    fn default() -> Self {
        let network::Settings { open_level, authorized_tcp_ports, authorized_udp_ports, icmp } =
            network::Settings::default();
        Self {
            quarantine: QuarantineStyle::default(),
            isolate_all_groups: false,
            open_level,
            authorized_tcp_ports,
            authorized_udp_ports,
            icmp,
        }
    }
}

/// Settings that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{origin} cannot be used: {place}{reason}")]
pub struct SettingsError {
    origin: String,
    place: String,
    reason: String,
}

/// Why there are no settings to go by.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsNotRead {
    /// They are there, and cannot be right.
    #[error(transparent)]
    Unusable(#[from] SettingsError),
    /// AWS did not hand them out.
    #[error("the settings could not be read: {0}")]
    Unread(#[from] CallError),
}

impl Settings {
    /// Reads settings as an operator wrote them. `origin` is what an error calls the place they come from.
    ///
    /// # Errors
    /// For anything that is not listed at the head of this page, naming the key.
    pub fn parse(origin: &str, json: &str) -> Result<Self, SettingsError> {
        let refused = |place, reason| SettingsError { origin: origin.to_owned(), place, reason };
        let mut reader = serde_json::Deserializer::from_str(json);
        let mut track = serde_path_to_error::Track::new();
        let reading = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
        let read: Result<Self, _> = section::section(reading);
        let settings = read.map_err(|error| {
            let path = track.path().to_string();
            let place = if path == "." || path == "?" { String::new() } else { format!("`{path}`: ") };
            refused(place, error.to_string())
        })?;
        reader.end().map_err(|error| refused(String::new(), error.to_string()))?;
        Ok(settings)
    }
}
