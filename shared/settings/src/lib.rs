//! Every setting there is, with its default.
//!
//! They are one JSON object, in a parameter of Parameter Store or in the variable `CURFEW_SETTINGS`. All keys are
//! optional; a key that is none of them, or a value that does not fit, is refused with a message that names it.
//!
//! What each key means, and its default, is in the table of `infra/README.md`. A test holds that table to these fields.

mod common;

use std::time::Duration;

use buckets::{S3AclSettings, S3PolicySettings};
use exemptions::{Entry, Exemptions, MOST_DAYS};
use remediation::ledger::{CHANGES_PER_HOUR, Limits};
use remediation::{CallError, Mode, Pace};
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
    /// How soon people hear of what is not urgent.
    #[serde(deserialize_with = "strict::word")]
    pub alerts: Pace,
    /// After how many deliveries the queue gives a message up.
    #[serde(deserialize_with = "common::deliveries")]
    pub max_receive_count: u32,
    /// What Curfew leaves alone, and until when.
    #[serde(deserialize_with = "strict::sections")]
    pub exemptions: Vec<Entry>,
    /// Whether tags of a resource exempt it too.
    pub exempt_by_tag: bool,
    /// How many days ahead an exemption may end.
    #[serde(deserialize_with = "common::days")]
    pub exempt_max_days: u32,
    /// How long people are not told again of what they were told.
    #[serde(deserialize_with = "common::span")]
    pub remind_after: Duration,
    /// How many times the same may be closed within a day.
    #[serde(deserialize_with = "common::times")]
    pub feud_limit: u32,
    /// How long what a person put back is left alone.
    #[serde(deserialize_with = "common::span")]
    pub restore_grace: Duration,
    /// How many days a record is kept.
    #[serde(deserialize_with = "common::days")]
    pub records_days: u32,
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
            alerts: Pace::default(),
            max_receive_count: 8,
            exemptions: Vec::new(),
            exempt_by_tag: true,
            exempt_max_days: MOST_DAYS,
            remind_after: Duration::from_secs(24 * 60 * 60),
            feud_limit: 3,
            restore_grace: Duration::from_secs(24 * 60 * 60),
            records_days: 400,
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
    /// They ask for changes, and there is nothing to write these down in.
    #[error(
        "the mode of {control} is `enforce`, and {variable} is not set: nothing is changed that cannot be written down \
         before; name the table, or set the mode to `observe`"
    )]
    Unrecorded {
        /// The control.
        control: String,
        /// The variable that names the table.
        variable: &'static str,
        /// Which writing of the settings it is, where somebody keeps them.
        written: Option<i64>,
    },
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
            Self::Unrecorded { written, .. } => *written,
            Self::Unread(_) => None,
        }
    }
}

impl Settings {
    /// What limits the work of the control of this name.
    #[must_use]
    pub fn limits(&self, control: &str) -> Limits {
        let (_, changes_per_hour) = self.of(control);
        Limits { changes_per_hour, feud_limit: self.feud_limit, remind_after: self.remind_after }
    }

    /// Reads settings as an operator wrote them. `origin` is what an error calls the place they come from.
    ///
    /// # Errors
    /// For a key that there is not, or a value that does not fit, naming the key.
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

    /// Whether the control of this name changes anything.
    #[must_use]
    pub fn mode_of(&self, control: &str) -> Mode {
        let (own, _) = self.of(control);
        own.unwrap_or(self.mode)
    }

    /// What is said of the control of this name: its own mode, and how many resources it may change in an hour.
    fn of(&self, control: &str) -> (Option<Mode>, u32) {
        match control {
            "s3-acl" => (self.s3_acl.mode, self.s3_acl.changes_per_hour),
            // It changes nothing.
            "s3-policy" => (self.s3_policy.mode, CHANGES_PER_HOUR),
            "sg-ingress" => (self.sg.mode, self.sg.changes_per_hour),
            // It is in no settings.
            _ => (None, CHANGES_PER_HOUR),
        }
    }

    /// All that they say about exemptions.
    #[must_use]
    pub fn exemptions(&self) -> Exemptions {
        Exemptions {
            entries: self.exemptions.clone(),
            by_tag: self.exempt_by_tag,
            most_days: self.exempt_max_days,
        }
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
