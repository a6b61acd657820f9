//! The triggers that Curfew reads.

mod access_analyzer;
mod cloudtrail;
mod config_rule;
mod configuration_item;
mod custom_rule;
mod ec2_call;
mod evaluation;
mod findings;
mod guardduty;
mod kinds;
mod named;
mod origin;
mod put_evaluations;
mod reading;
mod s3_call;
mod schedule;
mod security_hub;
mod security_hub_v2;
mod sns;
mod sqs;
mod sweep;
mod sweep_order;

use document::{Node, Place};
use serde_json::Value;

use crate::{AccountId, Cause, OwnRoles, Region, TriggerError};

pub use custom_rule::{RuleInvocation, RuleQuestion, RuleResource, Standing};
pub use reading::Reading;
pub use sweep::SweepFound;
pub use sweep_order::{OrderMessage, Queue, SweepOrder, SweepStep, read_orders};

/// What invoked a function.
#[derive(Debug, PartialEq, Eq)]
pub enum Trigger {
    /// One event, handed over by EventBridge, an SNS topic or a person.
    Event(Reading),
    /// Messages of an SQS queue, each with an event in it and each answered for on its own.
    Batch(Vec<Message>),
    /// A question of AWS Config, which wants an answer: the invocation of a custom rule.
    Rule(Box<RuleInvocation>),
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

/// Reads a Lambda payload: an event, bare or as SNS hands it over, an SQS batch of events, or a question of AWS Config.
/// Calls that one of the `own` roles made give no subject.
///
/// # Errors
/// When the payload as a whole cannot be read: no JSON, or a batch whose messages cannot be told apart.
/// What is wrong with one event or one message of a batch is in its [`Reading`].
pub fn read(payload: &str, own: &OwnRoles) -> Result<Trigger, TriggerError> {
    let document = parse(payload, &Place::default())?;
    let root = Node::root(&document);
    if custom_rule::is_match(&root)? {
        return custom_rule::read(&root).map(Box::new).map(Trigger::Rule);
    }
    let Some(records) = root.field("Records")? else { return Ok(Trigger::Event(event(&root, own))) };
    let records = records.items()?;
    let source = records.first().map(kinds::source).transpose()?.flatten();
    match (source, records.first()) {
        (Some("aws:sns"), _) => Ok(Trigger::Event(sns::records(&records, own))),
        (Some("aws:sqs") | None, _) | (_, None) => sqs::batch(&records, own).map(Trigger::Batch),
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
fn event(root: &Node<'_>, own: &OwnRoles) -> Reading {
    let read = || {
        let is_bare = root.field("source")?.is_some() || !sns::is_envelope(root)?;
        if is_bare { inner_event(root, own) } else { sns::envelope(root, own) }
    };
    read().unwrap_or_else(Reading::from)
}

/// Reads one event of EventBridge, or a notification of AWS Config, which has no envelope of its own.
fn inner_event(root: &Node<'_>, own: &OwnRoles) -> Result<Reading, TriggerError> {
    let Some(event) = Event::read(root, own)? else {
        return match root.text_of("messageType")? {
            Some(config_rule::MESSAGE_TYPE) => config_rule::message(root),
            Some(kind) if configuration_item::MESSAGE_TYPES.contains(&kind) => {
                configuration_item::message(root)
            }
            _ => Err(kinds::foreign(root)?),
        };
    };
    match TRIGGERS.iter().find(|(is_match, _)| is_match(&event)) {
        Some((_, read)) => read(&event),
        None => Err(TriggerError::foreign(event.source, event.detail_type)),
    }
}

type IsMatch = fn(&Event<'_>) -> bool;
type Read = fn(&Event<'_>) -> Result<Reading, TriggerError>;

/// The events that are read: how each is known, and how it is read.
const TRIGGERS: [(IsMatch, Read); 11] = [
    (access_analyzer::is_match, access_analyzer::read),
    (config_rule::is_match, config_rule::read),
    (configuration_item::is_match, configuration_item::read),
    (ec2_call::is_match, ec2_call::read),
    (guardduty::is_match, guardduty::read),
    (put_evaluations::is_match, put_evaluations::read),
    (s3_call::is_match, s3_call::read),
    (schedule::is_match, schedule::read),
    (security_hub::is_match, security_hub::read),
    (security_hub_v2::is_match, security_hub_v2::read),
    (sweep::is_match, sweep::read),
];

/// An event of EventBridge.
struct Event<'a> {
    source: &'a str,
    detail_type: &'a str,
    /// All of it.
    root: Node<'a>,
    /// The roles whose calls are no reason to look.
    own: &'a OwnRoles,
}

impl<'a> Event<'a> {
    /// The event, or `None` where this is none: only an event has a source.
    fn read(root: &Node<'a>, own: &'a OwnRoles) -> Result<Option<Self>, TriggerError> {
        let Some(source) = root.text_of("source")? else { return Ok(None) };
        let detail_type = root.required("detail-type")?.text()?;
        Ok(Some(Self { source, detail_type, root: root.clone(), own }))
    }

    fn is(&self, source: &str, detail_type: &str) -> bool {
        self.source == source && self.detail_type == detail_type
    }

    /// What the event is about.
    fn detail(&self) -> Result<Node<'a>, TriggerError> {
        Ok(self.root.required("detail")?)
    }

    /// The account whose event bus it came through, where it says so.
    fn account(&self) -> Result<Option<AccountId>, TriggerError> {
        self.root.field("account")?.map(|account| origin::account(&account)).transpose()
    }

    /// The Region whose event bus it came through, where it says so.
    fn region(&self) -> Result<Option<Region>, TriggerError> {
        self.root.field("region")?.map(|region| origin::region(&region)).transpose()
    }

    /// That this event is why a resource is looked at.
    fn cause(&self, trigger: &str) -> Result<Cause, TriggerError> {
        let (id, time) = (self.root.text_of("id")?, self.root.text_of("time")?);
        Ok(Cause::new(trigger).with_event_id(id).with_time(time))
    }
}

/// The text at a path that nothing hangs on but what people are told, or that need not be there. What is anything else
/// is as good as absent.
fn hint<'a>(node: &Node<'a>, path: &[&str]) -> Option<&'a str> {
    match path.split_first() {
        None => node.text().ok(),
        Some((step, rest)) => hint(&node.field(step).ok()??, rest),
    }
}
