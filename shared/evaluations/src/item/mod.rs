//! A configuration item, as what stands in for a resource that the function's role may not read.

mod acls;
mod groups;
mod policies;

use std::cell::RefCell;
use std::rc::Rc;

use buckets::ListBuckets;
use document::{Expected, Fault, Node};
use events::BucketName;
use remediation::{CallError, Denied, Place, Tags};
use serde_json::Value;

/// A configuration item, which notes what it stood in for. Clones are the same item.
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_ConfigurationItem.html>
#[derive(Debug, Clone)]
pub struct Item {
    value: Rc<Value>,
    stood_in_for: Rc<RefCell<Vec<&'static str>>>,
}

/// A port that reads live, and where its role may not, what the configuration item says. What the item does not say stays
/// denied.
#[derive(Debug, Clone)]
pub struct OrItem<P> {
    live: P,
    item: Option<Item>,
}

impl Item {
    /// The item, as AWS Config hands it over.
    #[must_use]
    pub fn new(value: Value) -> Self {
        Self { value: Rc::new(value), stood_in_for: Rc::default() }
    }

    /// The IAM actions that the function's role may not call, so that this item answered in their place.
    #[must_use]
    pub fn stood_in_for(&self) -> Vec<&'static str> {
        self.stood_in_for.borrow().clone()
    }

    fn note(&self, action: &'static str) {
        let mut noted = self.stood_in_for.borrow_mut();
        if !noted.contains(&action) {
            noted.push(action);
        }
    }
}

impl<P> OrItem<P> {
    /// A port that has this item to fall back on, where there is one.
    pub fn new(live: P, item: Option<Item>) -> Self {
        Self { live, item }
    }

    /// The live answer, or, where that was denied, what `read` finds in the item.
    fn or<T>(
        &self,
        live: Result<T, CallError>,
        read: impl FnOnce(&Node<'_>) -> Result<Option<T>, Fault>,
    ) -> Result<T, CallError> {
        let (denied, item) = match (live, &self.item) {
            (Err(CallError::Denied(denied)), Some(item)) => (denied, item),
            (live, _) => return live,
        };
        match read(&Node::root(&item.value)) {
            Ok(Some(recorded)) => {
                item.note(denied.action);
                Ok(recorded)
            }
            Ok(None) => Err(CallError::Denied(denied)),
            Err(fault) => {
                let message =
                    format!("{}; AWS Config's record cannot stand in for it: {fault}", denied.message);
                Err(CallError::Denied(Denied { message, ..denied }))
            }
        }
    }
}

impl<P: ListBuckets> ListBuckets for OrItem<P> {
    async fn buckets(&self, place: &Place<'_>) -> Result<Vec<BucketName>, CallError> {
        self.live.buckets(place).await
    }
}

/// The tags, where the item has them: an object of keys and values.
fn tags(item: &Node<'_>) -> Result<Option<Tags>, Fault> {
    let Some(tags) = item.field("tags")? else { return Ok(None) };
    let pair = |(key, value): (&str, Node<'_>)| Ok((key.to_owned(), value.text()?.to_owned()));
    tags.members()?.map(pair).collect::<Result<_, Fault>>().map(Some)
}

/// A part of the item, which AWS Config writes as JSON or as JSON inside text.
fn part(node: &Node<'_>) -> Result<Value, Fault> {
    let Value::String(text) = node.value() else { return Ok(node.value().clone()) };
    serde_json::from_str(text).map_err(|_| node.unexpected(Expected::Other("JSON")))
}

/// A part of what AWS Config keeps beside an item's configuration, where it is there.
fn supplement(item: &Node<'_>, name: &str) -> Result<Option<Value>, Fault> {
    let Some(all) = item.field("supplementaryConfiguration")? else { return Ok(None) };
    all.field(name)?.map(|node| part(&node)).transpose()
}
