//! The verdict by what the policy does: is there a request by an outsider that it allows?

use crate::search::decide::Within;
use crate::search::inquiry::{Inquiry, Subject};
use crate::search::model::Model;
use crate::search::{Budget, Found};
use crate::{Asking, Policy, Statement, Witness, documented};

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Semantic {
    /// Whether an outsider is let in. `false` is a proof under the model of the search.
    pub public: bool,
    /// A request by an outsider that the policy allows.
    pub witness: Option<Witness>,
    /// Whether the search was cut off; then `public` is true without a witness.
    pub bounded: bool,
}

/// Decides whether the policy lets an outsider in.
#[must_use]
pub fn decide(policy: &Policy, asking: Asking<'_>) -> Semantic {
    decide_among(policy, asking, &|_| true)
}

/// Decides whether one of the statements that count lets an outsider in, beside every Deny.
pub(crate) fn decide_among(
    policy: &Policy,
    asking: Asking<'_>,
    counts: &dyn Fn(&Statement) -> bool,
) -> Semantic {
    let allows = |statement: &Statement| documented::statement_is_public(statement) && counts(statement);
    if !policy.statements.iter().any(allows) {
        return Semantic::CLOSED;
    }
    let mut budget = Budget::new(Budget::DEFAULT);
    let model = Model::of(&[policy], asking, &mut budget);
    let subject = Subject::new(policy, &allows, &model.names);
    decide_by(policy, &Inquiry::new(&subject, &model, &model.outside()), &mut budget)
}

/// Decides by an inquiry into the statements that count.
pub(crate) fn decide_by(policy: &Policy, inquiry: &Inquiry<'_>, budget: &mut Budget) -> Semantic {
    // INVARIANT: semantic implies documented. Only statements that AWS's text calls public are searched.
    let is_public = |index: usize| policy.statements.get(index).is_some_and(documented::statement_is_public);
    match inquiry.find(&|_| true, &Within { allows: &is_public, ..Within::WHOLE }, budget) {
        Found::One(hit) => Semantic { public: true, witness: Some(hit.witness), bounded: false },
        Found::None => Semantic::CLOSED,
        Found::Unknown => Semantic { public: true, witness: None, bounded: true },
    }
}

impl Semantic {
    /// No outsider is let in.
    pub(crate) const CLOSED: Self = Self { public: false, witness: None, bounded: false };
}
