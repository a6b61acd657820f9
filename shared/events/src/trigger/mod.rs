//! The triggers that Curfew reads.

mod config_rule;
mod evaluation;
mod put_evaluations;
mod sqs;

use serde_json::Value;

use crate::fields::Fields;
use crate::{AccountId, Cause, Region, Subject, TriggerError};

/// What invoked a function.
#[derive(Debug, PartialEq, Eq)]
pub enum Trigger {
    /// One event, handed over by EventBridge or a person.
    Event(Reading),
    /// Messages of an SQS queue, each with an event in it and each answered for on its own.
    Batch(Vec<Message>),
}

/// A message of a batch.
#[derive(Debug, PartialEq, Eq)]
pub struct Message {
    /// What the partial batch response calls it.
    pub id: String,
    /// How often SQS has handed it out, this time included.
    pub receive_count: u32,
    /// What its body says.
    pub reading: Reading,
}

/// What one event says. Both lists may hold something: one unreadable evaluation does not hide the others.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Reading {
    /// The resources to look at.
    pub subjects: Vec<Subject>,
    /// The parts of the event that could not be read.
    pub unreadable: Vec<TriggerError>,
}

impl From<TriggerError> for Reading {
    fn from(error: TriggerError) -> Self {
        Self { subjects: Vec::new(), unreadable: vec![error] }
    }
}

/// Reads a Lambda payload: an event, or an SQS batch of events.
///
/// # Errors
/// When the payload as a whole cannot be read: no JSON, or a batch whose messages cannot be told apart.
/// What is wrong with one event or one message of a batch is in its [`Reading`].
pub fn read(payload: &str) -> Result<Trigger, TriggerError> {
    let document = parse(payload)?;
    let root = Fields::root(&document)?;
    if root.has("Records") { sqs::batch(&root).map(Trigger::Batch) } else { Ok(Trigger::Event(event(&root))) }
}

/// The JSON parser stops at 128 levels, so that no nesting can exhaust the stack.
fn parse(text: &str) -> Result<Value, TriggerError> {
    serde_json::from_str(text).map_err(|error| TriggerError::NotJson { reason: error.to_string() })
}

/// Reads one EventBridge event.
fn event(root: &Fields<'_>) -> Reading {
    let read = || {
        let source = root.text("source")?;
        let detail_type = root.text("detail-type")?;
        match (source, detail_type) {
            ("aws.config", "Config Rules Compliance Change") => config_rule::read(root),
            ("aws.config", "AWS API Call via CloudTrail") => put_evaluations::read(root),
            _ => Err(TriggerError::foreign(source, detail_type)),
        }
    };
    read().unwrap_or_else(Reading::from)
}

/// Where an event happened, from the event's detail or else from its envelope.
struct Place {
    account: AccountId,
    region: Region,
}

impl Place {
    fn read(root: &Fields<'_>, detail: &Fields<'_>, account_key: &str) -> Result<Self, TriggerError> {
        let (account, account_path) = first(detail, account_key, root, "account")?;
        let (region, region_path) = first(detail, "awsRegion", root, "region")?;
        Ok(Self {
            account: AccountId::new(account)
                .ok_or_else(|| TriggerError::invalid(account_path, account, AccountId::EXPECTED))?,
            region: Region::new(region)
                .ok_or_else(|| TriggerError::invalid(region_path, region, Region::EXPECTED))?,
        })
    }

    fn subject(&self, resource: crate::Resource, cause: Cause) -> Subject {
        Subject { resource, account: self.account.clone(), region: self.region.clone(), cause }
    }
}

fn first<'a>(
    detail: &Fields<'a>,
    detail_key: &str,
    root: &Fields<'a>,
    root_key: &str,
) -> Result<(&'a str, String), TriggerError> {
    if let Some(text) = detail.optional_text(detail_key)? {
        return Ok((text, detail.path(detail_key)));
    }
    match root.optional_text(root_key)? {
        Some(text) => Ok((text, root.path(root_key))),
        None => Err(TriggerError::missing(detail.path(detail_key))),
    }
}
