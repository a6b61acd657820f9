//! The triggers that Curfew reads.

mod config_rule;
mod evaluation;
mod kinds;
mod put_evaluations;
mod sns;
mod sqs;

use document::{Node, Place};
use serde_json::Value;

use crate::trigger::evaluation::Named;
use crate::{AccountId, Cause, Region, Subject, TriggerError};

/// What invoked a function.
#[derive(Debug, PartialEq, Eq)]
pub enum Trigger {
    /// One event, handed over by EventBridge, an SNS topic or a person.
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
    /// Whether it is the schedule, which names nothing: what nobody else goes on with is due.
    pub is_tick: bool,
}

impl From<TriggerError> for Reading {
    fn from(error: TriggerError) -> Self {
        Self { unreadable: vec![error], ..Self::default() }
    }
}

/// Reads a Lambda payload: an event, bare or as SNS hands it over, or an SQS batch of events.
///
/// # Errors
/// When the payload as a whole cannot be read: no JSON, or a batch whose messages cannot be told apart.
/// What is wrong with one event or one message of a batch is in its [`Reading`].
pub fn read(payload: &str) -> Result<Trigger, TriggerError> {
    let document = parse(payload, &Place::default())?;
    let root = Node::root(&document);
    let Some(records) = root.field("Records")? else { return Ok(Trigger::Event(event(&root))) };
    let records = records.items()?;
    let source = records.first().map(kinds::source).transpose()?.flatten();
    match (source, records.first()) {
        (Some("aws:sns"), _) => Ok(Trigger::Event(sns::records(&records))),
        (Some("aws:sqs") | None, _) | (_, None) => sqs::batch(&records).map(Trigger::Batch),
        (Some(_), Some(first)) => Err(kinds::records(&root, first)?),
    }
}

/// The JSON parser stops at 128 levels, so that no nesting can exhaust the stack.
fn parse(text: &str, place: &Place) -> Result<Value, TriggerError> {
    serde_json::from_str(text)
        .map_err(|error| TriggerError::NotJson { place: place.clone(), reason: error.to_string() })
}

/// The document that stands as text inside another one.
fn parse_inside(node: &Node<'_>) -> Result<Value, TriggerError> {
    let text = node.text()?;
    match text.trim_start().chars().next() {
        Some('{' | '[' | '"') | None => parse(text, node.place()),
        // A number or `true` is text of no use either.
        Some(_) => Err(kinds::not_read(node, "plain text")),
    }
}

/// Reads one event of EventBridge, bare or in the envelope of SNS.
fn event(root: &Node<'_>) -> Reading {
    let read = || {
        let is_bare = root.field("source")?.is_some() || !sns::is_envelope(root)?;
        if is_bare { inner_event(root) } else { sns::envelope(root) }
    };
    read().unwrap_or_else(Reading::from)
}

/// Reads one event of EventBridge.
fn inner_event(root: &Node<'_>) -> Result<Reading, TriggerError> {
    let Some(source) = root.field("source")? else { return Err(kinds::foreign(root)?) };
    let source = source.text()?;
    let detail_type = root.required("detail-type")?.text()?;
    match (source, detail_type) {
        ("aws.config", "Config Rules Compliance Change") => config_rule::read(root),
        ("aws.config", "AWS API Call via CloudTrail") => put_evaluations::read(root),
        ("aws.events", "Scheduled Event") => Ok(Reading { is_tick: true, ..Reading::default() }),
        _ => Err(TriggerError::foreign(source, detail_type)),
    }
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

    /// The subject that a trigger names.
    ///
    /// # Errors
    /// When the name is the ARN of a resource that is elsewhere.
    fn subject(&self, named: Named, cause: Cause) -> Result<Subject, TriggerError> {
        let is_elsewhere = named.account.is_some_and(|account| account != self.account)
            || named.region.is_some_and(|region| region != self.region)
            || named.partition.is_some_and(|partition| partition != self.region.partition());
        if is_elsewhere {
            let expected = "in the account, Region and partition of the event";
            return Err(TriggerError::Invalid { field: named.place, value: named.text, expected });
        }
        let (account, region) = (self.account.clone(), self.region.clone());
        Ok(Subject { resource: named.resource, account, region, cause })
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
