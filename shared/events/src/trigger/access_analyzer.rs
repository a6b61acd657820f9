//! `Access Analyzer Finding`: IAM Access Analyzer says that somebody outside gets in. Its findings about internal and
//! unused access have detail types of their own, and are none of Curfew's.
//!
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/access-analyzer-eventbridge.html>

use crate::TriggerError;
use crate::trigger::origin::{self, Origin};
use crate::trigger::{Event, Reading, evaluation, hint};

const KEYS: evaluation::Keys = evaluation::Keys { resource_type: "resourceType", resource_id: "resource" };

const ORIGIN: origin::Keys = origin::Keys { account: "accountId", region: "region" };

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.access-analyzer", "Access Analyzer Finding")
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let detail = event.detail()?;
    let is_deleted = detail.field("isDeleted")?.map(|field| field.flag()).transpose()?.unwrap_or(false);
    let is_external = hint(&detail, &["findingType"]).is_none_or(|kind| kind == "ExternalAccess");
    let status = detail.required("status")?;
    let is_active = match status.text()? {
        "ACTIVE" => true,
        "ARCHIVED" | "RESOLVED" => false,
        other => return Err(TriggerError::invalid(status.place(), other, "the status of a finding")),
    };
    if is_deleted || !is_external || !is_active {
        return Ok(Reading::default());
    }
    let Some(named) = evaluation::resource(&detail, &KEYS)? else { return Ok(Reading::default()) };
    let cause = event.cause("IAM Access Analyzer")?.with_open_since(hint(&detail, &["createdAt"]));
    Ok(Reading::of(Origin::read(&event.root, &detail, &ORIGIN)?.subject(named, cause)?))
}
