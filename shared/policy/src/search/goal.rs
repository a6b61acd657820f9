//! What a request must meet to be allowed.

use super::compile::{Compiled, Naming};
use super::literal::Literal;
use super::world::World;

/// A demand and whether it must hold or fail.
pub(crate) type Demand<'goal> = (&'goal Literal, bool);

/// Demands that are met together. Most are one.
#[derive(Debug, Clone)]
pub(crate) enum Way<'goal> {
    One(Demand<'goal>),
    All(Vec<Demand<'goal>>),
}

impl<'goal> Way<'goal> {
    pub(crate) fn demands(&self) -> &[Demand<'goal>] {
        match self {
            Self::One(demand) => std::slice::from_ref(demand),
            Self::All(demands) => demands,
        }
    }
}

/// One of the options must be met, each as a whole.
#[derive(Debug, Clone, Default)]
pub(crate) struct Clause<'goal> {
    pub(crate) options: Vec<Way<'goal>>,
    /// How much work it is to look at the clause.
    pub(crate) weight: usize,
}

impl<'goal> FromIterator<Way<'goal>> for Clause<'goal> {
    fn from_iter<I: IntoIterator<Item = Way<'goal>>>(options: I) -> Self {
        let options: Vec<Way<'goal>> = options.into_iter().collect();
        let weight = options.iter().flat_map(Way::demands).map(|(literal, _)| literal.weight()).sum();
        Self { options, weight }
    }
}

/// The ways in which a statement matches a request of this world.
pub(crate) fn ways_to_match<'goal>(statement: &'goal Compiled, world: &World) -> Vec<Vec<Demand<'goal>>> {
    let rest = || statement.literals.iter().map(|literal| (literal, true));
    let with = |principal: Vec<Demand<'goal>>| principal.into_iter().chain(rest()).collect();
    match (statement.principal.names(world), statement.principal.negated) {
        (Naming::Always, true) | (Naming::Never, false) => Vec::new(),
        (Naming::Always, false) | (Naming::Never, true) => vec![rest().collect()],
        (Naming::If(alternatives), false) => {
            alternatives.iter().map(|literal| with(vec![(literal, true)])).collect()
        }
        (Naming::If(alternatives), true) => {
            vec![with(alternatives.iter().map(|literal| (literal, false)).collect())]
        }
    }
}

/// The ways in which a statement does not match; `None` when it never matches.
pub(crate) fn ways_to_escape<'goal>(statement: &'goal Compiled, world: &World) -> Option<Clause<'goal>> {
    let mut options = Vec::with_capacity(statement.literals.len() + 2);
    options.extend(statement.literals.iter().map(|literal| Way::One((literal, false))));
    match (statement.principal.names(world), statement.principal.negated) {
        (Naming::Always, true) | (Naming::Never, false) => return None,
        (Naming::Always, false) | (Naming::Never, true) => {}
        (Naming::If([alternative]), false) => options.push(Way::One((alternative, false))),
        (Naming::If(alternatives), false) => {
            options.push(Way::All(alternatives.iter().map(|literal| (literal, false)).collect()));
        }
        (Naming::If(alternatives), true) => {
            options.extend(alternatives.iter().map(|literal| Way::One((literal, true))));
        }
    }
    Some(options.into_iter().collect())
}
