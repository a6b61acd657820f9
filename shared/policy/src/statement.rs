//! One statement of a policy.

use std::fmt;

use crate::search::hashing::Set;
use crate::{Condition, PrincipalElement, Shared, Texts};

/// Whether a statement grants or takes away.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The statement grants.
    Allow,
    /// The statement takes away, whatever others grant.
    Deny,
}

/// `Action`, `NotAction`, `Resource` or `NotResource`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Scope {
    /// Whether it is the `Not...` form: everything but these.
    pub negated: bool,
    /// The patterns. Empty without negation (the element is missing) matches nothing.
    pub patterns: Texts,
}

/// A statement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Statement {
    /// Its position in the policy, from 0.
    pub index: usize,
    /// Its `Sid`.
    pub sid: Option<String>,
    /// Whether it grants or takes away.
    pub effect: Effect,
    /// Who it speaks about.
    pub principal: PrincipalElement,
    /// What it speaks about.
    pub action: Scope,
    /// Where.
    pub resource: Scope,
    /// Under which conditions, all of which must hold.
    pub conditions: Vec<Condition>,
    /// Whether an element of it is one that IAM does not know. A `Deny` like that is not relied on.
    pub has_unknown_element: bool,
}

impl Scope {
    /// Whether it is seen at a glance that the other one is the same.
    pub(crate) fn is(&self, other: &Self) -> bool {
        self.negated == other.negated && self.patterns.is(&other.patterns)
    }
}

impl Statement {
    /// Whether the statement grants.
    #[must_use]
    pub fn is_allow(&self) -> bool {
        self.effect == Effect::Allow
    }
}

impl Statement {
    /// Shares with another statement what both say, so that it is not worked out again.
    pub(crate) fn share(&mut self, other: &Self) {
        share(&mut self.principal.principals, &other.principal.principals);
        share(&mut self.action.patterns, &other.action.patterns);
        share(&mut self.resource.patterns, &other.resource.patterns);
        for condition in &mut self.conditions {
            let of_key = other.conditions.iter().filter(|own| own.key == condition.key);
            of_key.for_each(|own| share(&mut condition.values, &own.values));
        }
    }

    /// Whether the other one says the same, under whatever name and in whatever place.
    pub(crate) fn says_same(&self, other: &Self) -> bool {
        let own = (self.effect, &self.principal, &self.action, &self.resource, self.has_unknown_element);
        let theirs =
            (other.effect, &other.principal, &other.action, &other.resource, other.has_unknown_element);
        own == theirs && self.conditions == other.conditions
    }
}

/// Lets statements share the lists that several of them have.
#[expect(
    clippy::mutable_key_type,
    reason = "lists are told apart by what they hold, whatever was worked out of them"
)]
pub(crate) fn share_lists(statements: &mut [Statement]) {
    let mut known: Set<Texts> = Set::default();
    let lists = statements.iter_mut().flat_map(|own| {
        let values = own.conditions.iter_mut().map(|condition| &mut condition.values);
        [&mut own.action.patterns, &mut own.resource.patterns].into_iter().chain(values)
    });
    for list in lists {
        match known.get(list) {
            Some(own) => list.clone_from(own),
            None => {
                known.insert(list.clone());
            }
        }
    }
}

fn share<T: PartialEq, R>(own: &mut Shared<T, R>, other: &Shared<T, R>) {
    if own == other {
        own.clone_from(other);
    }
}

impl fmt::Display for Statement {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.sid {
            Some(sid) if !sid.is_empty() => write!(formatter, "statement {} (`{sid}`)", self.index + 1),
            _ => write!(formatter, "statement {}", self.index + 1),
        }
    }
}
