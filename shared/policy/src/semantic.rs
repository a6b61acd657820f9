//! The verdict by what the policy does: is there a request by an outsider that it allows?

use crate::search::decide::{Question, ask};
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
    // INVARIANT: semantic implies documented. Only statements that AWS's text calls public are searched.
    let allows = |statement: &Statement| documented::statement_is_public(statement) && counts(statement);
    if !policy.statements.iter().any(allows) {
        return Semantic { public: false, witness: None, bounded: false };
    }
    let mut budget = Budget::new(Budget::DEFAULT);
    let model = Model::of(&[policy], asking, &mut budget);
    let question = Question { policy, unless: None, allows: &allows };
    match ask(&question, &model, &model.outside(), &mut budget) {
        Found::One(witness) => Semantic { public: true, witness: Some(witness), bounded: false },
        Found::None => Semantic { public: false, witness: None, bounded: false },
        Found::Unknown => Semantic { public: true, witness: None, bounded: true },
    }
}
