//! `Config Rules Compliance Change`: AWS Config says that a resource's compliance changed. Its own SNS topic says the
//! same without an envelope.
//!
//! <https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html>
//!
//! Rule names carry prefixes and suffixes and the annotation may be absent, so neither decides anything.

use document::Node;

use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, Reading, evaluation};
use crate::{Cause, TriggerError};

/// What AWS Config's SNS topic calls it.
pub(super) const MESSAGE_TYPE: &str = "ComplianceChangeNotification";

const KEYS: evaluation::Keys = evaluation::Keys { resource_type: "resourceType", resource_id: "resourceId" };

const ORIGIN: origin::Keys = origin::Keys { account: "awsAccountId", region: "awsRegion" };

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.config", "Config Rules Compliance Change")
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let cause = event.cause("AWS Config rule")?;
    notification(&event.root, &event.detail()?, cause)
}

/// Reads what the topic says.
pub(super) fn message(root: &Node<'_>) -> Result<Reading, TriggerError> {
    let cause = Cause::new("AWS Config rule").with_time(root.text_of("notificationCreationTime")?);
    notification(root, root, cause)
}

fn notification(root: &Node<'_>, detail: &Node<'_>, cause: Cause) -> Result<Reading, TriggerError> {
    let Some(named) = evaluation::resource(detail, &KEYS)? else {
        return Ok(Reading::default());
    };
    if !evaluation::is_non_compliant(&detail.required("newEvaluationResult")?)? {
        return Ok(Reading::default());
    }
    let cause = cause.with_rule(detail.text_of("configRuleName")?);
    Ok(Reading::of(Origin::read(root, detail, &ORIGIN)?.subject(named, cause)?))
}
