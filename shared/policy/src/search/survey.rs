//! Asks whether some request of some worlds is allowed.

use std::cell::RefCell;

use super::attempt::{Attempt, Compilation, Kind};
use super::decide::{Question, Within, with_every_case};
use super::hashing::{Set, Table};
use super::model::Model;
use super::names::Names;
use super::request::Request;
use super::world::World;
use super::{Budget, Found};
use crate::template::Bindings;

/// Searches the worlds in order.
pub(crate) fn ask(
    question: &Question<'_>,
    model: &Model,
    worlds: &[World],
    budget: &mut Budget,
) -> Found<Request> {
    Survey::new(question, model).ask(worlds, budget)
}

/// A question that is asked of several groups of worlds: it is compiled once.
pub(crate) struct Survey<'here> {
    question: &'here Question<'here>,
    model: &'here Model,
    open: Compilation<'here>,
    /// The kinds of worlds of which no request passes.
    closed: RefCell<Set<Kind>>,
    /// A question of which more requests pass.
    wider: Option<Wider<'here>>,
}

/// Another question of which a request passes wherever one passes of the first.
struct Wider<'here> {
    compilation: Compilation<'here>,
    /// For each kind of worlds whether it is proven that none passes.
    known: RefCell<Table<Kind, bool>>,
}

impl Wider<'_> {
    /// Whether no request of a world passes.
    fn is_closed(&self, world: &World, names: &Names, budget: &mut Budget) -> bool {
        let Some(kind) = self.compilation.kind(world, names) else { return false };
        if let Some(known) = self.known.borrow().get(&kind) {
            return *known;
        }
        let attempt = Attempt::of_kind(&self.compilation, names, world, Some(&kind));
        let is_closed = budget.share(SHARE, |budget| attempt.slots(&Within::WHOLE, budget) == Found::None);
        self.known.borrow_mut().insert(kind, is_closed);
        is_closed
    }
}

/// What part of the work that is left may be done for a wider question.
const SHARE: usize = 8;

impl<'here> Survey<'here> {
    pub(crate) fn new(question: &'here Question<'here>, model: &'here Model) -> Self {
        let open = Compilation::new(question, &model.names, Bindings::default());
        let wider = Compilation::wider(question, &model.names);
        let wider = wider.map(|compilation| Wider { compilation, known: RefCell::default() });
        Self { question, model, open, closed: RefCell::default(), wider }
    }

    /// Searches the worlds in order.
    pub(crate) fn ask(&self, worlds: &[World], budget: &mut Budget) -> Found<Request> {
        let mut gave_up = self.model.is_incomplete_among(worlds);
        let names = &self.model.names;
        for world in worlds {
            if self.wider.as_ref().is_some_and(|wider| wider.is_closed(world, names, budget)) {
                continue;
            }
            let kind = self.open.kind(world, names);
            if kind.as_ref().is_some_and(|kind| self.closed.borrow().contains(kind)) {
                continue;
            }
            let attempt = Attempt::of_kind(&self.open, names, world, kind.as_ref());
            let found = if self.question.variables.is_empty() {
                attempt.run(&Within::WHOLE, budget)
            } else {
                match attempt.slots(&Within::WHOLE, budget) {
                    Found::None => Found::None,
                    Found::One(_) | Found::Unknown => {
                        with_every_case(self.question, names, &attempt, &Within::WHOLE, budget)
                    }
                }
            };
            match found {
                Found::One(hit) => {
                    let known = self.open.parts.names().to_vec();
                    return Found::One(Request { world: world.clone(), known, witness: hit.witness });
                }
                Found::None => self.closed.borrow_mut().extend(kind),
                Found::Unknown => gave_up = true,
            }
        }
        if gave_up { Found::Unknown } else { Found::None }
    }
}
