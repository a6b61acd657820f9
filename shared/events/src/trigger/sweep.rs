//! `Sweep Found Resources`: what a sweep found that a function should look at. Curfew's own event, which comes as a message
//! of the function's queue.

use document::Node;
use serde_json::{Value, json};

use crate::resource::Kind;
use crate::trigger::named::Named;
use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, Reading};
use crate::{AccountId, Region, Resource, Subject, TriggerError};

/// What Curfew calls itself as the source of events.
pub(super) const SOURCE: &str = "curfew.sweep";

const DETAIL_TYPE: &str = "Sweep Found Resources";

const ORIGIN: origin::Keys = origin::Keys { account: "account", region: "region" };

/// What a sweep found that a function should look at, all of one account and Region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SweepFound<'a> {
    /// Which sweep: its id.
    pub sweep: &'a str,
    /// When it began, in RFC 3339.
    pub began: &'a str,
    /// The account that owns the resources.
    pub account: &'a AccountId,
    /// The Region that they are in.
    pub region: &'a Region,
    /// Which they are.
    pub resources: &'a [Resource],
}

impl SweepFound<'_> {
    /// The event as [`read`](crate::read) takes it.
    #[must_use]
    pub fn to_json(&self) -> Value {
        let named = |resource: &Resource| json!({ "resourceType": resource.row().config_type, "resourceId": resource.id() });
        json!({
            "source": SOURCE,
            "detail-type": DETAIL_TYPE,
            "id": self.sweep,
            "time": self.began,
            "account": self.account,
            "region": self.region,
            "detail": { "resources": self.resources.iter().map(named).collect::<Vec<_>>() },
        })
    }
}

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is(SOURCE, DETAIL_TYPE)
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let origin = Origin::read(&event.root, &event.root, &ORIGIN)?;
    let cause = event.cause("sweep")?;
    let subject = |named: &Node<'_>| -> Result<Subject, TriggerError> {
        origin.subject(resource(named)?, cause.clone())
    };
    Ok(event.detail()?.required("resources")?.items()?.iter().map(subject).collect())
}

/// Who writes this knows what the functions read: a type that they do not know is an error.
fn resource(named: &Node<'_>) -> Result<Named, TriggerError> {
    let config_type = named.required("resourceType")?;
    let text = config_type.text()?;
    let kind = Kind::of_config_type(text).ok_or_else(|| {
        TriggerError::invalid(config_type.place(), text, "a type of resource that Curfew looks at")
    })?;
    Named::of(&named.required("resourceId")?, kind)
}
