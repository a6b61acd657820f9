//! What AWS Config says of one resource, in whichever trigger it comes.

use crate::fields::Fields;
use crate::{BucketName, GroupId, Resource, TriggerError};

/// The names under which a trigger keeps the three facts of an evaluation.
pub(super) struct Keys {
    pub(super) resource_type: &'static str,
    pub(super) resource_id: &'static str,
}

/// Whether an evaluation asks for a look.
///
/// <https://docs.aws.amazon.com/config/latest/APIReference/API_Evaluation.html>
pub(super) fn is_non_compliant(holder: &Fields<'_>) -> Result<bool, TriggerError> {
    match holder.text("complianceType")? {
        "NON_COMPLIANT" => Ok(true),
        "COMPLIANT" | "NOT_APPLICABLE" | "INSUFFICIENT_DATA" => Ok(false),
        other => Err(TriggerError::invalid(holder.path("complianceType"), other, "a compliance type")),
    }
}

/// The resource, or `None` where it is of a type that no control looks at.
pub(super) fn resource(holder: &Fields<'_>, keys: &Keys) -> Result<Option<Resource>, TriggerError> {
    let id = || holder.text(keys.resource_id);
    let invalid = |id: &str, expected| TriggerError::invalid(holder.path(keys.resource_id), id, expected);
    match holder.text(keys.resource_type)? {
        "AWS::S3::Bucket" => BucketName::new(id()?)
            .map(|name| Some(Resource::Bucket(name)))
            .ok_or_else(|| invalid(id().unwrap_or_default(), BucketName::EXPECTED)),
        "AWS::EC2::SecurityGroup" => GroupId::new(id()?)
            .map(|id| Some(Resource::SecurityGroup(id)))
            .ok_or_else(|| invalid(id().unwrap_or_default(), GroupId::EXPECTED)),
        _ => Ok(None),
    }
}
