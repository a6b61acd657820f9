//! What the function `sweep` is handed by its own queue: that a sweep is to begin, or where to go on with one.

use document::{Node, Place};
use serde_json::{Value, json};

use crate::trigger::{Event, kinds, origin, parse, parse_inside, schedule, sweep};
use crate::{AccountId, OwnRoles, Region, TriggerError};

const DETAIL_TYPE: &str = "Sweep";

/// A queue of SQS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queue {
    /// The account that owns it.
    pub account: AccountId,
    /// The Region that it is in.
    pub region: Region,
    /// What it is called.
    pub name: String,
}

/// A message of the queue of the function `sweep`.
#[derive(Debug, PartialEq, Eq)]
pub struct OrderMessage {
    /// What the partial batch response calls it.
    pub id: String,
    /// What is to be done, if that can be read.
    pub order: Result<SweepOrder, TriggerError>,
}

/// What is to be done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepOrder {
    /// The queue that it came from. What is swept is its account in its Region.
    pub queue: Queue,
    /// Which step.
    pub step: SweepStep,
}

/// A step of a sweep.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SweepStep {
    /// Its begin.
    Begin,
    /// Going on from here, as whoever swept before wrote it down.
    GoOn(Value),
}

/// Reads the Lambda payload of the function `sweep`: a batch of its queue.
///
/// # Errors
/// When the payload as a whole cannot be read. What is wrong with one message is in its [`OrderMessage`].
pub fn read_orders(payload: &str) -> Result<Vec<OrderMessage>, TriggerError> {
    let document = parse(payload, &Place::default())?;
    let root = Node::root(&document);
    let records = root.required("Records")?.items()?;
    match records.iter().find(|record| kinds::source(record).ok().flatten() != Some("aws:sqs")) {
        Some(other) => Err(kinds::records(&root, other)?),
        None => records.iter().map(message).collect(),
    }
}

fn message(record: &Node<'_>) -> Result<OrderMessage, TriggerError> {
    let id = record.required("messageId")?.text()?.to_owned();
    Ok(OrderMessage { id, order: order(record) })
}

fn order(record: &Node<'_>) -> Result<SweepOrder, TriggerError> {
    let arn = record.required("eventSourceARN")?;
    let queue = Queue::of_arn(arn.text()?).ok_or_else(|| {
        TriggerError::invalid(arn.place(), arn.text().unwrap_or_default(), "the ARN of a queue")
    })?;
    let body = record.required("body")?;
    let document = parse_inside(&body)?;
    let root = Node::at(&document, body.place().clone());
    let own = OwnRoles::none();
    let Some(event) = Event::read(&root, &own)? else { return Err(kinds::foreign(&root)?) };
    if !schedule::is_match(&event) && !event.is(sweep::SOURCE, DETAIL_TYPE) {
        return Err(TriggerError::foreign(event.source, event.detail_type));
    }
    let (account, region) = (root.required("account")?, root.required("region")?);
    let expected = "the queue's own";
    if origin::account(&account)? != queue.account {
        return Err(TriggerError::invalid(account.place(), account.text()?, expected));
    }
    if origin::region(&region)? != queue.region {
        return Err(TriggerError::invalid(region.place(), region.text()?, expected));
    }
    let step = if schedule::is_match(&event) { SweepStep::Begin } else { step(&event.detail()?)? };
    Ok(SweepOrder { queue, step })
}

/// Where nothing was written down yet, nothing was swept yet.
fn step(detail: &Node<'_>) -> Result<SweepStep, TriggerError> {
    let is_empty = detail.members()?.next().is_none();
    Ok(if is_empty { SweepStep::Begin } else { SweepStep::GoOn(detail.value().clone()) })
}

impl SweepOrder {
    /// The event as [`read_orders`] takes it from the body of a message.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let detail = match &self.step {
            SweepStep::Begin => json!({}),
            SweepStep::GoOn(progress) => progress.clone(),
        };
        let Queue { account, region, .. } = &self.queue;
        json!({ "source": sweep::SOURCE, "detail-type": DETAIL_TYPE, "account": account, "region": region, "detail": detail })
    }
}

impl Queue {
    fn of_arn(arn: &str) -> Option<Self> {
        let [_, partition, "sqs", region, account, name] = arn.split(':').collect::<Vec<_>>()[..] else {
            return None;
        };
        let (account, region) = (AccountId::new(account)?, Region::new(region)?);
        let is_right = region.partition().as_str() == partition && !name.is_empty();
        is_right.then(|| Self { account, region, name: name.to_owned() })
    }

    /// The queue of another function beside this one, whose own function is called `own`: their names begin alike. `None`
    /// where this one's name does not end so.
    #[must_use]
    pub fn beside(&self, own: &str, other: &str) -> Option<Self> {
        let prefix = self.name.strip_suffix(own).filter(|prefix| prefix.ends_with('-'))?;
        Some(Self { name: format!("{prefix}{other}"), ..self.clone() })
    }
}
