//! Where the resource of an event is.

use document::Node;

use crate::trigger::named::Named;
use crate::{AccountId, Cause, Region, Subject, TriggerError};

/// An account and a Region.
#[derive(Debug, Clone)]
pub(super) struct Origin {
    pub(super) account: AccountId,
    pub(super) region: Region,
}

/// The names under which a trigger keeps account and Region.
pub(super) struct Keys {
    pub(super) account: &'static str,
    pub(super) region: &'static str,
}

impl Origin {
    /// Reads both from what the event is about, or else from its envelope.
    pub(super) fn read(root: &Node<'_>, about: &Node<'_>, keys: &Keys) -> Result<Self, TriggerError> {
        let account = first(about, keys.account, root, "account")?;
        let region = first(about, keys.region, root, "region")?;
        Ok(Self { account: self::account(&account)?, region: self::region(&region)? })
    }

    /// The subject that a trigger names.
    ///
    /// # Errors
    /// When the name is the ARN of a resource that is elsewhere.
    pub(super) fn subject(&self, named: Named, cause: Cause) -> Result<Subject, TriggerError> {
        let is_elsewhere = named.account.is_some_and(|account| account != self.account)
            || named.region.is_some_and(|region| region != self.region)
            || named.partition.is_some_and(|partition| partition != self.region.partition());
        if is_elsewhere {
            let expected = "in the account, Region and partition of the event";
            return Err(TriggerError::Invalid { field: named.place, value: named.text, expected });
        }
        let (account, region) = (self.account.clone(), self.region.clone());
        Ok(Subject { resource: named.resource, account, region, cause })
    }
}

fn first<'a>(
    about: &Node<'a>,
    key: &'static str,
    root: &Node<'a>,
    root_key: &str,
) -> Result<Node<'a>, TriggerError> {
    let field = match about.field(key)? {
        Some(field) => Some(field),
        None => root.field(root_key)?,
    };
    field.ok_or_else(|| about.missing(key).into())
}

/// The account that stands at a node.
pub(super) fn account(node: &Node<'_>) -> Result<AccountId, TriggerError> {
    name(node, AccountId::new, AccountId::EXPECTED)
}

/// The Region that stands at a node.
pub(super) fn region(node: &Node<'_>) -> Result<Region, TriggerError> {
    name(node, Region::new, Region::EXPECTED)
}

/// The name that stands at a node, which `check` has to take.
fn name<T>(node: &Node<'_>, check: fn(&str) -> Option<T>, expected: &'static str) -> Result<T, TriggerError> {
    let text = node.text()?;
    check(text).ok_or_else(|| TriggerError::invalid(node.place(), text, expected))
}
