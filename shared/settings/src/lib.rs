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
//! | `s3_policy.alert_on` | what is `high` or worse, `confused-deputy`, `refused` | which kinds of finding are mailed even where a policy is not public; the kinds are those of `policy::FindingKind` |
//! | `sg.quarantine` | `"revoke"` | `"revoke"` revokes the offending rules and keeps what else they let in; `"isolate"` puts the network interfaces of an open group into a quarantine group and leaves the rules as evidence; `"alert"` says and changes nothing |
//! | `sg.isolate_all_groups` | `false` | `true`: an isolated interface loses its other groups too |
//! | `sg.open_level` | `"world"` | from where on a port is open: `"world"` = to every public address; `"broad"` = to a block of /8 (IPv6: /32) or wider too |
//! | `sg.authorized_tcp_ports` | `[80, 443]` | tcp ports that may be open: numbers and `"from-to"` ranges, in a list or in one comma-separated string |
//! | `sg.authorized_udp_ports` | `[]` | the same for udp |
//! | `sg.authorized_protocols` | `[]` | protocols without ports that may be open: a list of names or numbers, as in `["esp", 51]` |
//! | `sg.icmp` | `"report"` | `"report"` says that ICMP is open and leaves it; `"revoke"` treats it like any other open port |

mod common;

use buckets::{S3AclSettings, S3PolicySettings};
use remediation::{CallError, Mode};
use security_groups::SgSettings;
use serde::Deserialize;

/// What an operator decides: what all controls go by, and a section a control.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Of which shape they are. Only this field may never change its meaning.
    #[serde(deserialize_with = "common::version")]
    pub version: u32,
    /// Whether Curfew changes anything.
    #[serde(deserialize_with = "strict::word")]
    pub mode: Mode,
    /// After how many deliveries the queue gives a message up.
    #[serde(deserialize_with = "common::deliveries")]
    pub max_receive_count: u32,
    /// Settings of the control `s3-acl`.
    #[serde(deserialize_with = "strict::section")]
    pub s3_acl: S3AclSettings,
    /// Settings of the control `s3-policy`.
    #[serde(deserialize_with = "strict::section")]
    pub s3_policy: S3PolicySettings,
    /// Settings of the control `sg-ingress`.
    #[serde(deserialize_with = "strict::section")]
    pub sg: SgSettings,
    /// Which writing of them it is, by whoever keeps them: no key of the settings themselves.
    #[serde(skip)]
    pub written: Option<i64>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            version: common::VERSION,
            mode: Mode::default(),
            max_receive_count: 8,
            s3_acl: S3AclSettings::default(),
            s3_policy: S3PolicySettings::default(),
            sg: SgSettings::default(),
            written: None,
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
    /// Which writing of them it is, by whoever keeps them.
    written: Option<i64>,
}

impl SettingsError {
    /// The same about settings of which whoever keeps them says which writing they are.
    #[must_use]
    pub fn of_writing(self, written: i64) -> Self {
        Self { written: Some(written), ..self }
    }
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

impl SettingsNotRead {
    /// Which writing of the settings cannot be right, where somebody keeps them.
    #[must_use]
    pub fn written(&self) -> Option<i64> {
        match self {
            Self::Unusable(error) => error.written,
            Self::Unread(_) => None,
        }
    }
}

impl Settings {
    /// Reads settings as an operator wrote them. `origin` is what an error calls the place they come from.
    ///
    /// # Errors
    /// For anything that is not listed at the head of this page, naming the key.
    pub fn parse(origin: &str, json: &str) -> Result<Self, SettingsError> {
        let refused =
            |place, reason| SettingsError { origin: origin.to_owned(), place, reason, written: None };
        let mut reader = serde_json::Deserializer::from_str(json);
        let mut track = serde_path_to_error::Track::new();
        let reading = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
        let read: Result<Self, _> = strict::section(reading);
        let settings = read.map_err(|error| {
            let path = track.path().to_string();
            let place = if path == "." || path == "?" { String::new() } else { format!("`{path}`: ") };
            refused(place, error.to_string())
        })?;
        reader.end().map_err(|error| refused(String::new(), error.to_string()))?;
        Ok(settings)
    }
}

/// A place that settings can be read from again.
pub trait SettingsSource {
    /// The settings as they are now.
    ///
    /// # Errors
    /// When they cannot be read, or cannot be right.
    fn settings(&self) -> impl Future<Output = Result<Settings, SettingsNotRead>>;
}
