//! `PutEvaluations` through CloudTrail: a Config rule reported its evaluations, up to 100 in one call.
//!
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html>

use serde_json::Value;

use crate::fields::Fields;
use crate::trigger::{Place, Reading, evaluation};
use crate::{Cause, Resource, TriggerError};

const KEYS: evaluation::Keys =
    evaluation::Keys { resource_type: "complianceResourceType", resource_id: "complianceResourceId" };

pub(super) fn read(root: &Fields<'_>) -> Result<Reading, TriggerError> {
    let detail = root.object("detail")?;
    let call = detail.text("eventName")?;
    if call != "PutEvaluations" {
        return Err(TriggerError::foreign("aws.config", &format!("AWS API Call via CloudTrail: {call}")));
    }
    // A call that failed recorded nothing: AWS sends it with an error code, and often without parameters.
    if detail.has("errorCode") {
        return Ok(Reading::default());
    }
    let parameters = detail.object("requestParameters")?;
    let evaluations = parameters.list("evaluations")?;
    let place = Place::read(root, &detail, "recipientAccountId")?;
    let cause =
        Cause::new("AWS Config PutEvaluations").event(root.optional_text("id")?, root.optional_text("time")?);

    let mut reading = Reading::default();
    for (index, value) in evaluations.iter().enumerate() {
        match offender(value, format!("{}[{index}]", parameters.path("evaluations"))) {
            Ok(Some(resource)) => reading.subjects.push(place.subject(resource, cause.clone())),
            Ok(None) => {}
            Err(error) => reading.unreadable.push(error),
        }
    }
    Ok(reading)
}

fn offender(value: &Value, path: String) -> Result<Option<Resource>, TriggerError> {
    let evaluation = Fields::of(value, path)?;
    match evaluation::resource(&evaluation, &KEYS)? {
        Some(resource) if evaluation::is_non_compliant(&evaluation)? => Ok(Some(resource)),
        _ => Ok(None),
    }
}
