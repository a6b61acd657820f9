//! What AWS Config says of one resource, in whichever trigger it comes.

use document::{Node, Place};

use crate::error::quoted;
use crate::resource::Kind;
use crate::{AccountId, Partition, Region, Resource, TriggerError};

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

/// A resource as a trigger names it.
#[derive(Debug)]
pub(super) struct Named {
    pub(super) resource: Resource,
    /// The partition, where the name says it.
    pub(super) partition: Option<Partition>,
    /// The account, where the name says it.
    pub(super) account: Option<AccountId>,
    /// The Region, where the name says it.
    pub(super) region: Option<Region>,
    /// Where the name stands.
    pub(super) place: Place,
    /// The name, fit for a message.
    pub(super) text: String,
}

/// The resource, or `None` where it is of a type that no control looks at. It is named by its id or by its ARN.
pub(super) fn resource(holder: &Node<'_>, keys: &Keys) -> Result<Option<Named>, TriggerError> {
    let config_type = holder.required(keys.resource_type)?.text()?;
    let Some(kind) = Kind::of_config_type(config_type) else { return Ok(None) };
    let node = holder.required(keys.resource_id)?;
    let text = node.text()?;
    let (place, quoted) = (node.place().clone(), quoted(text));
    let named = if text.starts_with("arn:") {
        of_arn(text, kind, place, quoted)
    } else {
        let named =
            |resource| Named { resource, partition: None, account: None, region: None, place, text: quoted };
        (kind.resource)(text).map(named)
    };
    named.map(Some).ok_or_else(|| TriggerError::invalid(node.place(), text, kind.expected))
}

/// What an ARN names, if it is one of this kind, in any partition.
fn of_arn(arn: &str, kind: &Kind, place: Place, text: String) -> Option<Named> {
    let mut parts = arn.splitn(6, ':');
    let mut partition = None;
    let mut account = None;
    let mut region = None;
    let mut resource = None;
    for form in kind.arn.splitn(6, ':') {
        let part = parts.next()?;
        match form {
            "{partition}" => partition = Some(Partition::of_name(part)?),
            "{region}" => region = Some(Region::new(part)?),
            "{account}" => account = Some(AccountId::new(part)?),
            _ => match form.strip_suffix("{id}") {
                Some(prefix) => resource = Some((kind.resource)(part.strip_prefix(prefix)?)?),
                None if form == part => {}
                None => return None,
            },
        }
    }
    Some(Named { resource: resource?, partition, account, region, place, text })
}
