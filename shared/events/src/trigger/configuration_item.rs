//! `Config Configuration Item Change`: AWS Config recorded that a resource changed, whatever that means for a rule. Its
//! own SNS topic says the same without an envelope. What is too large comes as a summary.
//!
//! <https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html>
//! <https://docs.aws.amazon.com/config/latest/developerguide/example-sns-notification.html>

use document::Node;

use crate::resource::{Identifies, Kind};
use crate::trigger::named::Named;
use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, Reading, hint};
use crate::{BucketName, Cause, Subject, TriggerError};

/// What AWS Config's SNS topic and its custom rules call it.
pub(super) const MESSAGE_TYPES: [&str; 2] =
    ["ConfigurationItemChangeNotification", "OversizedConfigurationItemChangeNotification"];

const ORIGIN: origin::Keys = origin::Keys { account: "awsAccountId", region: "awsRegion" };

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.config", "Config Configuration Item Change")
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let cause = event.cause("AWS Config configuration item")?;
    Ok(Item::of_notification(&event.detail()?)?
        .subject(&event.root, cause)?
        .map_or_else(Reading::default, Reading::of))
}

/// Reads what the topic says.
pub(super) fn message(root: &Node<'_>) -> Result<Reading, TriggerError> {
    let cause =
        Cause::new("AWS Config configuration item").with_time(root.text_of("notificationCreationTime")?);
    Ok(Item::of_notification(root)?.subject(root, cause)?.map_or_else(Reading::default, Reading::of))
}

/// A configuration item, or the summary of one.
pub(super) struct Item<'a> {
    pub(super) node: Node<'a>,
    /// Whether it is all of the item.
    pub(super) is_whole: bool,
}

impl<'a> Item<'a> {
    pub(super) fn of_notification(notification: &Node<'a>) -> Result<Self, TriggerError> {
        if let Some(node) = notification.field("configurationItem")? {
            return Ok(Self { node, is_whole: true });
        }
        match notification.field("configurationItemSummary")? {
            Some(node) => Ok(Self { node, is_whole: false }),
            None => Err(notification.missing("configurationItem").into()),
        }
    }

    /// Whether the resource is gone.
    pub(super) fn is_deleted(&self) -> bool {
        let status = hint(&self.node, &["configurationItemStatus"]);
        matches!(status, Some("ResourceDeleted" | "ResourceDeletedNotRecorded"))
    }

    /// The resource, if it is there and of a type that Curfew knows.
    pub(super) fn subject(&self, root: &Node<'_>, cause: Cause) -> Result<Option<Subject>, TriggerError> {
        let config_type = self.node.required("resourceType")?.text()?;
        let Some(kind) = Kind::of_config_type(config_type) else { return Ok(None) };
        if self.is_deleted() {
            return Ok(None);
        }
        let named = Named::of(&self.id(kind)?, kind)?;
        let cause = cause.with_open_since(hint(&self.node, &["configurationItemCaptureTime"]));
        Origin::read(root, &self.node, &ORIGIN)?.subject(named, cause).map(Some)
    }

    /// Where the item names the resource. The name of a bucket is its id; the name of a group is not.
    fn id(&self, kind: &Kind) -> Result<Node<'a>, TriggerError> {
        let has_name_for_id = std::ptr::eq(kind, BucketName::KIND);
        for member in ["resourceId", "resourceName", "ARN", "arn"] {
            if member == "resourceName" && !has_name_for_id {
                continue;
            }
            if let Some(node) = self.node.field(member)? {
                return Ok(node);
            }
        }
        Err(self.node.missing("resourceId").into())
    }
}
