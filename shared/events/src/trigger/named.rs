//! A resource as a trigger names it.

use document::{Node, Place};

use crate::error::quoted;
use crate::resource::Kind;
use crate::{AccountId, Partition, Region, Resource, TriggerError};

/// A resource, and where it is as far as its name says.
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

impl Named {
    /// The resource of this kind that a text names by its id or by its ARN.
    ///
    /// # Errors
    /// When it is no text, or names no such resource.
    pub(super) fn of(node: &Node<'_>, kind: &Kind) -> Result<Self, TriggerError> {
        let text = node.text()?;
        let named = if text.starts_with("arn:") {
            Self::of_arn(node, text, kind)
        } else {
            (kind.resource)(text).map(|resource| Self::new(node, text, resource))
        };
        named.ok_or_else(|| TriggerError::invalid(node.place(), text, kind.expected))
    }

    fn new(node: &Node<'_>, text: &str, resource: Resource) -> Self {
        let place = node.place().clone();
        Self { resource, partition: None, account: None, region: None, place, text: quoted(text) }
    }

    /// What an ARN names, if it is one of this kind, in any partition.
    fn of_arn(node: &Node<'_>, arn: &str, kind: &Kind) -> Option<Self> {
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
        Some(Self { partition, account, region, ..Self::new(node, arn, resource?) })
    }
}
