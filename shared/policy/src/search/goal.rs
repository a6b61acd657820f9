//! What a request must meet to be allowed.

use super::compile::{Compiled, Named};
use super::literal::Literal;
use super::world::World;

/// A demand and whether it must hold or fail.
pub(crate) type Demand<'goal> = (&'goal Literal, bool);

/// One of the options must be met, each as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clause<'goal> {
    pub(crate) options: Vec<Vec<Demand<'goal>>>,
}

/// What a request must meet: all of `must`, and each clause.
#[derive(Debug, Clone, Default)]
pub(crate) struct Goal<'goal> {
    pub(crate) must: Vec<Demand<'goal>>,
    pub(crate) clauses: Vec<Clause<'goal>>,
}

/// The ways in which a statement matches a request of this world.
pub(crate) fn ways_to_match<'goal>(statement: &'goal Compiled, world: &World) -> Vec<Vec<Demand<'goal>>> {
    let rest: Vec<Demand<'goal>> = statement.literals.iter().map(|literal| (literal, true)).collect();
    let with = |principal: Vec<Demand<'goal>>| principal.into_iter().chain(rest.iter().copied()).collect();
    match (statement.principal.names(world), statement.principal.negated) {
        (Named::Always, true) | (Named::Never, false) => Vec::new(),
        (Named::Always, false) | (Named::Never, true) => vec![rest],
        (Named::If(alternatives), false) => {
            alternatives.iter().map(|literal| with(vec![(literal, true)])).collect()
        }
        (Named::If(alternatives), true) => {
            vec![with(alternatives.iter().map(|literal| (literal, false)).collect())]
        }
    }
}

/// The ways in which a statement does not match; `None` when it never matches.
pub(crate) fn ways_to_escape<'goal>(statement: &'goal Compiled, world: &World) -> Option<Clause<'goal>> {
    let mut options: Vec<Vec<Demand<'goal>>> =
        statement.literals.iter().map(|literal| vec![(literal, false)]).collect();
    match (statement.principal.names(world), statement.principal.negated) {
        (Named::Always, true) | (Named::Never, false) => return None,
        (Named::Always, false) | (Named::Never, true) => {}
        (Named::If(alternatives), false) => {
            options.push(alternatives.iter().map(|literal| (literal, false)).collect());
        }
        (Named::If(alternatives), true) => {
            options.extend(alternatives.iter().map(|literal| vec![(literal, true)]));
        }
    }
    Some(Clause { options })
}
