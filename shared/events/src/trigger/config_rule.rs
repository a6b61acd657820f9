//! `Config Rules Compliance Change`: AWS Config says that a resource's compliance changed.
//!
//! <https://docs.aws.amazon.com/config/latest/developerguide/monitor-config-with-cloudwatchevents.html>
//!
//! Rule names carry prefixes and suffixes and the annotation may be absent, so neither decides anything.

use document::Node;

use crate::trigger::{Origin, Reading, evaluation};
use crate::{Cause, TriggerError};

const KEYS: evaluation::Keys = evaluation::Keys { resource_type: "resourceType", resource_id: "resourceId" };

pub(super) fn read(root: &Node<'_>) -> Result<Reading, TriggerError> {
    let detail = root.required("detail")?;
    let Some(named) = evaluation::resource(&detail, &KEYS)? else {
        return Ok(Reading::default());
    };
    if !evaluation::is_non_compliant(&detail.required("newEvaluationResult")?)? {
        return Ok(Reading::default());
    }
    let cause = Cause::new("AWS Config rule")
        .with_rule(detail.text_of("configRuleName")?)
        .with_event_id(root.text_of("id")?)
        .with_time(root.text_of("time")?);
    let origin = Origin::read(root, &detail, "awsAccountId")?;
    Ok(Reading { subjects: vec![origin.subject(named, cause)?], ..Reading::default() })
}
