//! The triggers that Curfew reads.

mod config_rule;
mod evaluation;
mod put_evaluations;
mod sqs;

use document::{Node, Place};
use serde_json::Value;

use crate::{AccountId, Cause, Region, Resource, Subject, TriggerError};

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
    let document = parse(payload, &Place::default())?;
    let root = Node::root(&document);
    match root.field("Records")? {
        Some(records) => sqs::batch(&records).map(Trigger::Batch),
        None => Ok(Trigger::Event(event(&root))),
    }
}

/// The JSON parser stops at 128 levels, so that no nesting can exhaust the stack.
fn parse(text: &str, place: &Place) -> Result<Value, TriggerError> {
    serde_json::from_str(text)
        .map_err(|error| TriggerError::NotJson { place: place.clone(), reason: error.to_string() })
}

/// Reads one EventBridge event.
fn event(root: &Node<'_>) -> Reading {
    let read = || {
        let source = root.required("source")?.text()?;
        let detail_type = root.required("detail-type")?.text()?;
        match (source, detail_type) {
            ("aws.config", "Config Rules Compliance Change") => config_rule::read(root),
            ("aws.config", "AWS API Call via CloudTrail") => put_evaluations::read(root),
            _ => Err(TriggerError::foreign(source, detail_type)),
        }
    };
    read().unwrap_or_else(Reading::from)
}

/// Where an event happened, from the event's detail or else from its envelope.
struct Origin {
    account: AccountId,
    region: Region,
}

impl Origin {
    fn read(root: &Node<'_>, detail: &Node<'_>, account_key: &'static str) -> Result<Self, TriggerError> {
        let account = first(detail, account_key, root, "account")?;
        let region = first(detail, "awsRegion", root, "region")?;
        Ok(Self {
            account: name(&account, AccountId::new, AccountId::EXPECTED)?,
            region: name(&region, Region::new, Region::EXPECTED)?,
        })
    }

    fn subject(&self, resource: Resource, cause: Cause) -> Subject {
        Subject { resource, account: self.account.clone(), region: self.region.clone(), cause }
    }
}

fn first<'a>(
    detail: &Node<'a>,
    detail_key: &'static str,
    root: &Node<'a>,
    root_key: &str,
) -> Result<Node<'a>, TriggerError> {
    let field = match detail.field(detail_key)? {
        Some(field) => Some(field),
        None => root.field(root_key)?,
    };
    field.ok_or_else(|| detail.missing(detail_key).into())
}

/// The name that stands at a node, which `check` has to take.
fn name<T>(node: &Node<'_>, check: fn(&str) -> Option<T>, expected: &'static str) -> Result<T, TriggerError> {
    let text = node.text()?;
    check(text).ok_or_else(|| TriggerError::invalid(node.place(), text, expected))
}
