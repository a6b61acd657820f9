//! The verdict by what the policy does: is there a request by an outsider that it allows?

use crate::search::decide::{Question, ask};
use crate::search::model::Model;
use crate::search::{Budget, Found};
use crate::{Policy, Trust, Witness, documented};

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
pub fn decide(policy: &Policy, trust: &Trust) -> Semantic {
    // INVARIANT: semantic implies documented. Only statements that AWS's text calls public are searched.
    if !documented::is_public(policy) {
        return Semantic { public: false, witness: None, bounded: false };
    }
    let mut budget = Budget::new(Budget::DEFAULT);
    let model = Model::of(&[policy], trust, &mut budget);
    let question = Question { policy, unless: None, allows: &documented::statement_is_public };
    match ask(&question, &model, &model.outside(), &mut budget) {
        Found::One(witness) => Semantic { public: true, witness: Some(witness), bounded: false },
        Found::None => Semantic { public: false, witness: None, bounded: false },
        Found::Unknown => Semantic { public: true, witness: None, bounded: true },
    }
}
