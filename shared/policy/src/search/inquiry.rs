//! Many questions about what outsiders can do by one policy: it is compiled once for all of them.

use super::attempt::{Attempt, Compilation};
use super::decide::{Hit, Question, Within, with_every_case};
use super::domain::Domain;
use super::goal::{Clause, Goal, Way};
use super::literal::{Literal, Slot};
use super::model::Model;
use super::names::Names;
use super::part::Part;
use super::walk::walk;
use super::world::World;
use super::{Budget, Found};
use crate::template::Bindings;
use crate::{Policy, Statement};

/// Which callers a question is about.
pub(crate) type Callers<'here> = &'here dyn Fn(&World) -> bool;

/// How many frames may be put together to show that something holds whatever the values of some parts are.
const MAX_FRAMES: usize = 64;

/// A policy about which questions are asked.
pub(crate) struct Inquiry<'here> {
    question: Question<'here>,
    model: &'here Model,
    worlds: &'here [World],
    compilation: Compilation<'here>,
}

fn run(
    question: &Question<'_>,
    names: &Names,
    attempt: &mut Attempt<'_>,
    within: &Within<'_>,
    budget: &mut Budget,
) -> Found<Hit> {
    if question.variables.is_empty() {
        attempt.run_within(within, budget)
    } else if attempt.is_hopeless(within, budget) {
        Found::None
    } else {
        with_every_case(question, names, attempt.world, within, budget)
    }
}

impl<'here> Inquiry<'here> {
    /// Questions about the Allow statements that `allows` picks, beside every Deny.
    pub(crate) fn new(
        policy: &'here Policy,
        allows: &'here dyn Fn(&Statement) -> bool,
        model: &'here Model,
        worlds: &'here [World],
    ) -> Self {
        let question = Question::of(policy, None, allows);
        let compilation = Compilation::new(&question, &model.names, Bindings::default());
        Self { question, model, worlds, compilation }
    }

    /// Which Allow statements the questions are about.
    pub(crate) fn counts(&self) -> &'here dyn Fn(&Statement) -> bool {
        self.question.allows
    }

    /// A request of some of the callers.
    pub(crate) fn find(
        &self,
        callers: Callers<'_>,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        self.among(self.worlds.iter().filter(|world| callers(world)), within, budget)
    }

    /// A request of other worlds.
    pub(crate) fn find_among(
        &self,
        worlds: &[World],
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        self.among(worlds.iter(), within, budget)
    }

    fn among<'world>(
        &self,
        worlds: impl Iterator<Item = &'world World>,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        let mut gave_up = self.model.incomplete;
        let names = &self.model.names;
        for world in worlds {
            let mut attempt = Attempt::new(&self.compilation, names, world);
            match run(&self.question, names, &mut attempt, within, budget) {
                Found::One(hit) => return Found::One(hit),
                Found::None => {}
                Found::Unknown => gave_up = true,
            }
        }
        if gave_up { Found::Unknown } else { Found::None }
    }
}

/// That one of the demands of a frame is not met.
fn outside(frame: &[(Literal, bool)]) -> Clause<'_> {
    frame.iter().map(|(literal, wanted)| Way::One((literal, !wanted))).collect()
}

/// Whether `ask` finds a request for all values in the domains of `over`. It is asked with each of these parts given one
/// value, and only a proof counts.
///
/// A request is good for all values that meet its [frame](Hit::frame). So values outside every frame so far are looked
/// for, until there are none.
pub(crate) fn holds_for_all(
    over: &[(String, Domain)],
    budget: &mut Budget,
    mut ask: impl FnMut(&[(String, Domain)], &mut Budget) -> Option<Hit>,
) -> bool {
    let parts: Vec<Part> = over.iter().map(|(_, domain)| domain.clone().into()).collect();
    let mut frames: Vec<Vec<(Literal, bool)>> = Vec::new();
    while frames.len() < MAX_FRAMES {
        let clauses = frames.iter().map(|frame| outside(frame)).collect();
        let goal = Goal { must: Vec::new(), clauses };
        let slots = match walk(&goal, &parts, budget) {
            Found::One(slots) => slots,
            Found::None => return true,
            Found::Unknown => return false,
        };
        let value = |slot: &Slot| match slot {
            Slot::Values(values) => Domain::texts(values.iter().cloned()),
            Slot::Absent => Domain::never(),
        };
        let given: Vec<(String, Domain)> =
            over.iter().zip(&slots).map(|((name, _), slot)| (name.clone(), value(slot))).collect();
        let Some(hit) = ask(&given, budget) else { return false };
        let place = |name: &String| over.iter().position(|(own, _)| own == name);
        let demands = hit
            .frame
            .into_iter()
            .filter_map(|(name, literal, wanted)| Some((Literal { slot: place(&name)?, ..literal }, wanted)));
        frames.push(demands.collect());
    }
    false
}
