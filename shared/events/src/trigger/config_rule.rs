//! `Config Rules Compliance Change`: AWS Config says that a resource's compliance changed.
//!
//! <https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html>
//!
//! Rule names carry prefixes and suffixes and the annotation may be absent, so neither decides anything.

use crate::fields::Fields;
use crate::trigger::{Place, Reading, evaluation};
use crate::{Cause, TriggerError};

const KEYS: evaluation::Keys = evaluation::Keys { resource_type: "resourceType", resource_id: "resourceId" };

pub(super) fn read(root: &Fields<'_>) -> Result<Reading, TriggerError> {
    let detail = root.object("detail")?;
    let Some(resource) = evaluation::resource(&detail, &KEYS)? else {
        return Ok(Reading::default());
    };
    if !evaluation::is_non_compliant(&detail.object("newEvaluationResult")?)? {
        return Ok(Reading::default());
    }
    let cause = Cause::new("AWS Config rule")
        .rule(detail.optional_text("configRuleName")?)
        .event(root.optional_text("id")?, root.optional_text("time")?);
    let place = Place::read(root, &detail, "awsAccountId")?;
    Ok(Reading { subjects: vec![place.subject(resource, cause)], unreadable: Vec::new() })
}
