//! Many questions about what outsiders can do by one policy: it is compiled once for all of them.

use std::cell::OnceCell;
use std::rc::Rc;

use super::attempt::{Attempt, Compilation, Given, Kind};
use super::decide::{Hit, Question, Within, with_every_case};
use super::domain::Domain;
use super::goal::{Clause, Way};
use super::hashing::Set;
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

/// A policy that questions are to be asked about, compiled.
pub(crate) struct Subject<'here> {
    question: Question<'here>,
    compilation: Compilation<'here>,
}

impl<'here> Subject<'here> {
    /// The Allow statements that `allows` picks, beside every Deny.
    pub(crate) fn new(
        policy: &'here Policy,
        allows: &'here dyn Fn(&Statement) -> bool,
        names: &Names,
    ) -> Self {
        Self::asked(Question::of(policy, None, allows), names)
    }

    fn asked(question: Question<'here>, names: &Names) -> Self {
        let compilation = Compilation::new(&question, names, Bindings::default());
        Self { question, compilation }
    }
}

/// A world, and how the policy reads there as soon as somebody asks.
pub(crate) struct Scene<'here> {
    pub(crate) world: World,
    attempt: OnceCell<Attempt<'here>>,
    kind: OnceCell<Option<Kind>>,
}

impl From<World> for Scene<'_> {
    fn from(world: World) -> Self {
        Self { world, attempt: OnceCell::new(), kind: OnceCell::new() }
    }
}

/// A policy about which questions are asked.
pub(crate) struct Inquiry<'here> {
    subject: &'here Subject<'here>,
    model: &'here Model,
    scenes: Vec<Scene<'here>>,
}

impl<'here> Inquiry<'here> {
    /// Questions about requests of some worlds.
    pub(crate) fn new(subject: &'here Subject<'here>, model: &'here Model, worlds: &[World]) -> Self {
        Self { subject, model, scenes: worlds.iter().cloned().map(Scene::from).collect() }
    }

    /// Which Allow statements the questions are about.
    pub(crate) fn counts(&self) -> &'here dyn Fn(&Statement) -> bool {
        self.subject.question.allows
    }

    /// Questions about one of the statements. With variables each is compiled for itself, which is less work where others
    /// are left out; then a witness says nothing of the keys that only others speak of.
    pub(crate) fn alone<T>(&self, statement: &Statement, ask: impl FnOnce(&Inquiry<'_>) -> T) -> T {
        let question = &self.subject.question;
        if question.variables.is_empty() {
            return ask(self);
        }
        let only = |own: &Statement| own.index == statement.index && (question.allows)(own);
        let subject = Subject::asked(Question::alone(question.policy, &only), &self.model.names);
        let scenes = self.scenes.iter().map(|scene| Scene::from(scene.world.clone())).collect();
        ask(&Inquiry { subject: &subject, model: self.model, scenes })
    }

    /// A request of some of the callers.
    pub(crate) fn find(&self, callers: Callers<'_>, within: &Within<'_>, budget: &mut Budget) -> Found<Hit> {
        let scenes = self.scenes.iter().filter(|scene| callers(&scene.world));
        self.among(&scenes.collect::<Vec<_>>(), within, budget)
    }

    /// A request of some of these worlds.
    ///
    /// First all at once. Where that is too much work, each statement and each world has its share of what is left, so that
    /// none which is hard to decide hides another which is plain.
    pub(crate) fn among(
        &self,
        scenes: &[&Scene<'here>],
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        let given = &self.subject.compilation.given(within);
        // Where no request of a world passes, none of another one of the same kind does.
        #[expect(
            clippy::mutable_key_type,
            reason = "a part is told by which one it is, whatever was found out about it"
        )]
        let mut closed: Set<&Kind> = Set::default();
        let is_incomplete = self.model.is_incomplete_among(scenes.iter().map(|scene| &scene.world));
        let at_once = |budget: &mut Budget| {
            let mut outcome = Outcome { gave_up: is_incomplete };
            for scene in scenes {
                if outcome.gave_up && budget.is_short_for(1) {
                    break;
                }
                let kind = self.kind(scene);
                if kind.is_some_and(|kind| closed.contains(kind)) {
                    continue;
                }
                let found = self.ask(scene, given, within, budget);
                closed.extend(kind.filter(|_| matches!(found, Found::None)));
                if let Some(hit) = outcome.take(found) {
                    return Ok(hit);
                }
            }
            Err(outcome)
        };
        match budget.share(2, at_once) {
            Ok(hit) => return Found::One(hit),
            Err(Outcome { gave_up: false }) => return Found::None,
            Err(_) => {}
        }
        let counts = |own: &&Statement| {
            own.is_allow() && (self.subject.question.allows)(own) && (within.allows)(own.index)
        };
        let statements: Vec<usize> =
            self.subject.question.policy.statements.iter().filter(counts).map(|own| own.index).collect();
        let mut left = statements.len() * scenes.len();
        let mut outcome = Outcome { gave_up: is_incomplete };
        for statement in statements {
            let only = |index: usize| index == statement;
            let within = Within { allows: &only, alone: true, ..*within };
            for scene in scenes {
                if budget.is_short_for(left) {
                    return Found::Unknown;
                }
                let found = budget.share(left, |budget| self.ask(scene, given, &within, budget));
                left -= 1;
                if let Some(hit) = outcome.take(found) {
                    return Found::One(hit);
                }
            }
        }
        if outcome.gave_up { Found::Unknown } else { Found::None }
    }

    fn kind<'scene>(&self, scene: &'scene Scene<'here>) -> Option<&'scene Kind> {
        let kind = || self.subject.compilation.kind(&scene.world, &self.model.names);
        scene.kind.get_or_init(kind).as_ref()
    }

    fn ask(
        &self,
        scene: &Scene<'here>,
        given: &Given,
        within: &Within<'_>,
        budget: &mut Budget,
    ) -> Found<Hit> {
        let Subject { question, compilation } = self.subject;
        let names = &self.model.names;
        let open = scene
            .attempt
            .get_or_init(|| Attempt::of_kind(compilation, names, &scene.world, self.kind(scene)));
        let attempt = open.clone().having(given);
        if question.variables.is_empty() {
            attempt.run(within, budget)
        } else if attempt.slots(within, budget) == Found::None {
            // Whatever the variables stand for.
            Found::None
        } else {
            with_every_case(question, names, open, within, budget)
        }
    }
}

/// What came of several searches that found nothing so far.
struct Outcome {
    /// Whether one of them was cut off.
    gave_up: bool,
}

impl Outcome {
    fn take<T>(&mut self, found: Found<T>) -> Option<T> {
        match found {
            Found::One(hit) => Some(hit),
            Found::None => None,
            Found::Unknown => {
                self.gave_up = true;
                None
            }
        }
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
        let clauses: Vec<Rc<Clause<'_>>> = frames.iter().map(|frame| Rc::new(outside(frame))).collect();
        let slots = match walk(&[], &clauses, &parts, budget) {
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
