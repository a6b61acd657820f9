//! Compares two policies of one bucket.

use std::time::SystemTime;

use crate::search::decide::Question;
use crate::search::model::Model;
use crate::search::survey::ask;
use crate::search::{Budget, Found};
use crate::{Asking, Policy, Trust, Witness};

/// Whether a new policy lets somebody in whom the old one did not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Every request that the new policy allows was allowed before.
    Nothing,
    /// This request is allowed now and was not before.
    LetsIn(Box<Witness>),
    /// The search was cut off; it must be taken as "lets somebody in".
    Undecided,
}

/// Asks for a request, by anybody, now or later, that `after` allows and `before` does not.
///
/// A fix has passed this proof. It is public for what is edited by other hands: a fix whose placeholder was filled
/// in, or a policy that a test holds against an earlier one.
#[must_use]
pub fn lets_in_more(before: &Policy, after: &Policy, now: SystemTime) -> Change {
    let nobody = Trust::default();
    let mut budget = Budget::new(Budget::DEFAULT);
    let model = Model::of(&[before, after], Asking { trust: &nobody, now }, &mut budget);
    let question = Question::of(after, Some(before), &|_| true);
    match ask(&question, &model, &model.everyone(), &mut budget) {
        Found::One(request) => Change::LetsIn(Box::new(request.witness)),
        Found::None => Change::Nothing,
        Found::Unknown => Change::Undecided,
    }
}
