//! `PutEvaluations` through CloudTrail: a Config rule reported its evaluations, up to 100 in one call.
//!
//! <https://docs.aws.amazon.com/config/latest/APIReference/API_PutEvaluations.html>

use document::Node;

use crate::TriggerError;
use crate::trigger::cloudtrail::{Call, DETAIL_TYPE};
use crate::trigger::named::Named;
use crate::trigger::{Event, Reading, evaluation};

const KEYS: evaluation::Keys =
    evaluation::Keys { resource_type: "complianceResourceType", resource_id: "complianceResourceId" };

pub(super) fn is_match(event: &Event<'_>) -> bool {
    event.is("aws.config", DETAIL_TYPE)
}

pub(super) fn read(event: &Event<'_>) -> Result<Reading, TriggerError> {
    let Some(call) = Call::read(event, &["PutEvaluations"])? else { return Ok(Reading::default()) };
    let evaluations = event.detail()?.required("requestParameters")?.required("evaluations")?.items()?;
    // Whoever reports an evaluation did not open anything.
    let cause = event.cause("AWS Config PutEvaluations")?;
    let subject = |evaluation: &Node<'_>| match offender(evaluation)? {
        Some(named) => call.origin.subject(named, cause.clone()).map(Some),
        None => Ok(None),
    };
    Ok(evaluations.iter().filter_map(|evaluation| subject(evaluation).transpose()).collect())
}

fn offender(evaluation: &Node<'_>) -> Result<Option<Named>, TriggerError> {
    match evaluation::resource(evaluation, &KEYS)? {
        Some(named) if evaluation::is_non_compliant(evaluation)? => Ok(Some(named)),
        _ => Ok(None),
    }
}
