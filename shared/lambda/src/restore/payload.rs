//! What a person asks of the function `restore`.

use std::fmt;

use events::Partition;
use remediation::ledger::RecordId;
use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

/// How long a reason may be, and who somebody claims to be.
const LONGEST: usize = 500;

/// What a person asks: either `record` or `resource`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payload {
    /// What is to be put back.
    pub what: What,
    /// Why.
    pub reason: Option<String>,
    /// Who he says that he is.
    pub claimed_by: Option<String>,
    /// Whether he only asks what would be done.
    pub dry_run: bool,
    /// Whether it is to be done although others changed something since.
    pub force: bool,
}

/// What is to be put back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// What this record says was changed.
    Record(RecordId),
    /// What was changed last of the resource of this ARN.
    Resource(String),
}

impl What {
    /// The ARN of the resource that is meant.
    pub(crate) fn resource(&self) -> &str {
        match self {
            Self::Record(id) => &id.resource,
            Self::Resource(arn) => arn,
        }
    }
}

/// A payload that says nothing that could be done.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the payload cannot be used: {0}")]
pub struct PayloadError(String);

/// The same as it is written.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    #[serde(default)]
    record: Option<String>,
    #[serde(default)]
    resource: Option<String>,
    #[serde(default, deserialize_with = "words")]
    reason: Option<String>,
    #[serde(default, deserialize_with = "words")]
    claimed_by: Option<String>,
    #[serde(default)]
    dry_run: bool,
    #[serde(default)]
    force: bool,
}

impl Payload {
    /// Reads a payload.
    ///
    /// # Errors
    /// For anything else than what is said at the head of [`restore`](crate::restore), naming the field.
    pub fn parse(json: &str) -> Result<Self, PayloadError> {
        let mut reader = serde_json::Deserializer::from_str(json);
        let mut track = serde_path_to_error::Track::new();
        let reading = serde_path_to_error::Deserializer::new(&mut reader, &mut track);
        let written: Result<Written, _> = strict::section(reading);
        let written = written.map_err(|error| {
            let path = track.path().to_string();
            let place = if path == "." || path == "?" { String::new() } else { format!("`{path}`: ") };
            PayloadError(format!("{place}{error}"))
        })?;
        reader.end().map_err(|error| PayloadError(error.to_string()))?;
        let Written { record, resource, reason, claimed_by, dry_run, force } = written;
        Ok(Self { what: What::of(record, resource)?, reason, claimed_by, dry_run, force })
    }
}

impl What {
    fn of(record: Option<String>, resource: Option<String>) -> Result<Self, PayloadError> {
        match (record, resource) {
            (Some(record), None) => {
                let id = RecordId::try_from(record);
                id.map(Self::Record).map_err(|error| PayloadError(format!("`record`: {error}")))
            }
            (None, Some(arn)) if is_arn(&arn) => Ok(Self::Resource(arn)),
            (None, Some(arn)) => Err(PayloadError(format!(
                "`resource`: `{arn}` is no ARN of a bucket or a security group, as in `arn:aws:s3:::my-bucket`"
            ))),
            (Some(_), Some(_)) => {
                Err(PayloadError("`record` and `resource` are both there: leave one out".to_owned()))
            }
            (None, None) => {
                Err(PayloadError("`record` is missing, and so is `resource`: one has to be there".to_owned()))
            }
        }
    }
}

fn is_arn(text: &str) -> bool {
    let mut parts = text.splitn(6, ':');
    let (arn, partition, service) = (parts.next(), parts.next(), parts.next());
    arn == Some("arn")
        && partition.and_then(Partition::of_name).is_some()
        && matches!(service, Some("s3" | "ec2"))
        && parts.nth(2).is_some_and(|rest| !rest.is_empty())
}

/// Words of a person, which go into a record and a mail: on one line, and no more than fit there.
fn words<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    deserializer.deserialize_any(Words).map(Some)
}

struct Words;

impl Visitor<'_> for Words {
    type Value = String;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a text on one line, of 1 to {LONGEST} characters")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<String, E> {
        let count = text.trim().chars().count();
        if count == 0 || count > LONGEST || text.chars().any(char::is_control) {
            return Err(E::invalid_value(serde::de::Unexpected::Other("another text"), &self));
        }
        Ok(text.trim().to_owned())
    }
}
