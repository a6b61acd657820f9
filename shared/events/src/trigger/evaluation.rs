//! What AWS Config says of one resource, in whichever trigger it comes.

use document::Node;

use crate::TriggerError;
use crate::resource::Kind;
use crate::trigger::named::Named;

/// The names under which a trigger keeps what identifies the resource.
pub(super) struct Keys {
    pub(super) resource_type: &'static str,
    pub(super) resource_id: &'static str,
}

/// Whether an evaluation asks for a look.
///
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>
pub(super) fn is_non_compliant(holder: &Node<'_>) -> Result<bool, TriggerError> {
    let compliance = holder.required("complianceType")?;
    match compliance.text()? {
        "NON_COMPLIANT" => Ok(true),
        "COMPLIANT" | "NOT_APPLICABLE" | "INSUFFICIENT_DATA" => Ok(false),
        other => Err(TriggerError::invalid(compliance.place(), other, "a compliance type")),
    }
}

/// The resource, or `None` where it is of a type that Curfew does not know.
pub(super) fn resource(holder: &Node<'_>, keys: &Keys) -> Result<Option<Named>, TriggerError> {
    let config_type = holder.required(keys.resource_type)?.text()?;
    let Some(kind) = Kind::of_config_type(config_type) else { return Ok(None) };
    Named::of(&holder.required(keys.resource_id)?, kind).map(Some)
}
