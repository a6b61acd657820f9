//! `PutEvaluations` through CloudTrail: a Config rule reported its evaluations, up to 100 in one call.
//!
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html>

use document::Node;

use crate::trigger::evaluation::Named;
use crate::trigger::{Origin, Reading, evaluation};
use crate::{Cause, TriggerError};

const KEYS: evaluation::Keys =
    evaluation::Keys { resource_type: "complianceResourceType", resource_id: "complianceResourceId" };

pub(super) fn read(root: &Node<'_>) -> Result<Reading, TriggerError> {
    let detail = root.required("detail")?;
    let call = detail.required("eventName")?.text()?;
    if call != "PutEvaluations" {
        return Err(TriggerError::foreign("aws.config", &format!("AWS API Call via CloudTrail: {call}")));
    }
    // A call that failed recorded nothing: AWS sends it with an error code, and often without parameters.
    if detail.field("errorCode")?.is_some() {
        return Ok(Reading::default());
    }
    let evaluations = detail.required("requestParameters")?.required("evaluations")?.items()?;
    let origin = Origin::read(root, &detail, "recipientAccountId")?;
    let cause = Cause::new("AWS Config PutEvaluations")
        .with_event_id(root.text_of("id")?)
        .with_time(root.text_of("time")?);

    let mut reading = Reading::default();
    for evaluation in evaluations {
        let subject = offender(&evaluation)
            .and_then(|named| named.map(|named| origin.subject(named, cause.clone())).transpose());
        match subject {
            Ok(subject) => reading.subjects.extend(subject),
            Err(error) => reading.unreadable.push(error),
        }
    }
    Ok(reading)
}

fn offender(evaluation: &Node<'_>) -> Result<Option<Named>, TriggerError> {
    match evaluation::resource(evaluation, &KEYS)? {
        Some(named) if evaluation::is_non_compliant(evaluation)? => Ok(Some(named)),
        _ => Ok(None),
    }
}
