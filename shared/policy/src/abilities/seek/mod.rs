//! Finds the abilities of outsiders.

mod extent;
mod find;
mod shown;
mod way;

use std::cell::OnceCell;

use super::sure::Sure;
use super::{
    Abilities, Ability, AbilityKind, Bucket, Extent, Needs, Other, Outsider, Undecided, lets_in_outsiders,
    lets_in_services,
};
use crate::pattern::{Pattern, Style};
use crate::search::domain::Domain;
use crate::search::inquiry::{Inquiry, Subject};
use crate::search::model::Model;
use crate::search::patterns::Patterns;
use crate::search::world::{Source, World};
use crate::search::{Budget, Found, actions};
use crate::template::Bindings;
use crate::{Condition, Policy, Scope, Statement, Witness};
use extent::sure_of_all;
use find::Asked;

/// Finds what outsiders can do by the statements that the inquiry is about. What a request shows that was found before
/// is among it, however much work is left.
pub(crate) fn seek(
    policy: &Policy,
    bucket: &Bucket,
    inquiry: &Inquiry<'_>,
    (model, worlds): (&Model, &[World]),
    shown: Option<&Witness>,
    budget: &mut Budget,
) -> Abilities {
    let counts = inquiry.counts();
    let conditions = || policy.statements.iter().flat_map(|statement| &statement.conditions);
    let keys = conditions().map(|condition| condition.key.name());
    let variables = model.names.variables.iter().map(String::as_str);
    let mut tags: Vec<String> = keys.chain(variables).map(str::to_owned).collect();
    tags.retain(|key| is_over_objects(key));
    tags.sort_unstable();
    tags.dedup();
    let chosen = conditions().filter(|condition| is_parameter(condition));
    let mut chosen: Vec<String> = chosen.map(|condition| condition.key.name().to_owned()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let by_index = |lets_in: fn(&Statement) -> bool| {
        policy.statements.iter().map(|statement| counts(statement) && lets_in(statement)).collect()
    };
    let mut seeker = Seeker {
        policy,
        bucket,
        model,
        worlds,
        sure: sure_of_all(),
        tags,
        chosen,
        actions: Actions::of(policy),
        outsiders: by_index(lets_in_outsiders),
        services: by_index(lets_in_services),
        answers: Vec::new(),
    };
    let full = model.deputies(Source::Full);
    let subject = model.names.speaks_of(&SOURCES).then(|| Subject::new(policy, counts, &model.names));
    let sourced = subject.as_ref().map(|subject| Inquiry::new(subject, model, &full));
    let mut abilities = Abilities::default();
    for (number, caller) in Outsider::ALL.into_iter().enumerate() {
        budget.share(Outsider::ALL.len() - number, |budget| {
            seeker.all_of(caller, inquiry, sourced.as_ref(), &mut abilities, budget);
        });
    }
    if let Some(witness) = shown {
        seeker.add_shown(witness, &mut abilities);
    }
    abilities
}

const PREFIX: &str = "s3:prefix";

/// The keys that say for whom a service acts.
const SOURCES: [&str; 4] = ["aws:sourceaccount", "aws:sourcearn", "aws:sourceowner", "aws:sourceorg*"];

/// Whether the value of a key belongs to the object.
fn is_over_objects(key: &str) -> bool {
    key.starts_with("s3:existingobjecttag/")
}

/// Whether a condition asks for a header or a parameter.
fn is_parameter(condition: &Condition) -> bool {
    let name = condition.key.name();
    condition.key.is_chosen_by_caller()
        && !matches!(name, "aws:securetransport" | "aws:username" | "s3:prefix" | "s3:tlsversion")
        && !name.starts_with("aws:principaltag/")
}

/// The actions that statements are about.
struct Actions<'here> {
    /// Each list of actions once.
    tests: Vec<(&'here Scope, ActionTest)>,
    /// For each statement which of them it has.
    of_statements: Vec<usize>,
}

impl<'here> Actions<'here> {
    fn of(policy: &'here Policy) -> Self {
        let mut actions = Self { tests: Vec::new(), of_statements: Vec::new() };
        for scope in policy.statements.iter().map(|statement| &statement.action) {
            let known = actions.tests.iter().position(|(own, _)| own.is(scope));
            actions.of_statements.push(known.unwrap_or(actions.tests.len()));
            if known.is_none() {
                actions.tests.push((scope, ActionTest::of(scope)));
            }
        }
        actions
    }

    /// For each statement whether it is about one of these actions.
    fn about(&self, actions: &[&str]) -> Vec<bool> {
        let holds = |(_, test): &(_, ActionTest)| actions.iter().any(|action| test.holds(action));
        let held: Vec<bool> = self.tests.iter().map(holds).collect();
        let of_statement = |test: &usize| held.get(*test).copied().unwrap_or_default();
        self.of_statements.iter().map(of_statement).collect()
    }
}

/// The actions that a statement is about.
struct ActionTest {
    patterns: Patterns,
    negated: bool,
}

impl ActionTest {
    fn of(scope: &Scope) -> Self {
        let compile =
            |text: &String| Pattern::compile(text, Style::LikeIgnoreCase, false, &Bindings::default());
        Self { patterns: scope.patterns.iter().filter_map(compile).collect(), negated: scope.negated }
    }

    fn holds(&self, action: &str) -> bool {
        self.patterns.matches(action, true) != self.negated
    }
}

/// What a request is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Target {
    Bucket,
    Objects,
}

impl Target {
    /// All such targets.
    fn resource(self, bucket: &Bucket) -> (String, Domain) {
        let resource = match self {
            Self::Bucket => bucket.itself(),
            Self::Objects => bucket.objects(),
        };
        ("resource".to_owned(), resource)
    }

    /// Whether the value of a key tells such targets apart, or what of them is asked for.
    pub(crate) fn depends_on(self, key: &str) -> bool {
        match self {
            Self::Bucket => key == PREFIX,
            Self::Objects => is_over_objects(key),
        }
    }
}

/// What was found out about an action.
#[derive(Clone)]
struct Answer {
    witness: Witness,
    extent: Extent,
    needs: Needs,
    places: Vec<String>,
}

/// A question and its answer: actions that the same statements are about have the same one.
struct Known {
    caller: Outsider,
    target: Target,
    signatures: Vec<Vec<bool>>,
    answer: Found<Answer>,
}

struct Seeker<'here> {
    policy: &'here Policy,
    bucket: &'here Bucket,
    model: &'here Model,
    worlds: &'here [World],
    /// For each kind of outsider and each target, as far as somebody asked, the policies that are sure whatever their
    /// variables stand for.
    sure: Vec<(Outsider, Target, OnceCell<Vec<Sure>>)>,
    /// The tags of objects that are spoken of.
    tags: Vec<String>,
    /// The headers and parameters that are spoken of.
    chosen: Vec<String>,
    actions: Actions<'here>,
    /// By index, whether a statement may let in outsiders.
    outsiders: Vec<bool>,
    /// By index, whether a statement may let in services.
    services: Vec<bool>,
    answers: Vec<Known>,
}

impl Seeker<'_> {
    /// Adds what outsiders of a kind can do.
    fn all_of(
        &mut self,
        caller: Outsider,
        inquiry: &Inquiry<'_>,
        sourced: Option<&Inquiry<'_>>,
        abilities: &mut Abilities,
        budget: &mut Budget,
    ) {
        let kinds = AbilityKind::ALL.into_iter().enumerate();
        for (number, ability) in kinds {
            let left = AbilityKind::ALL.len() + 1 - number;
            let mut found = match budget.share(left, |budget| self.ability(caller, ability, inquiry, budget))
            {
                Found::One(found) => found,
                Found::None => continue,
                Found::Unknown => {
                    abilities.unknown.push(Undecided { caller, ability: Some(ability) });
                    continue;
                }
            };
            if let Some(sourced) = sourced
                && self.is_unsourced(&found, sourced, budget)
            {
                found.who = found.who.unsourced();
            }
            found.needs.time = self.is_to_come(&found, inquiry, budget);
            found.needs.way = self.route(&found, inquiry, budget);
            abilities.list.push(found);
        }
        if abilities.has(caller) {
            return;
        }
        match self.anything(caller, inquiry, budget) {
            Found::One((hit, parameter)) => {
                let mut who = self.who(&hit.witness);
                if let Some(sourced) = sourced
                    && matches!(self.anything(caller, sourced, budget), Found::None)
                {
                    who = who.unsourced();
                }
                let time = self.is_all_to_come(caller, &[], &hit.witness, inquiry, budget);
                let way = self.route_of(caller, None, &[], &[], inquiry, budget);
                let needs = Needs { parameter, way, time };
                abilities.others.push(Other { who, witness: hit.witness, needs });
            }
            Found::None => {}
            Found::Unknown => abilities.unknown.push(Undecided { caller, ability: None }),
        }
    }

    fn ability(
        &mut self,
        caller: Outsider,
        ability: AbilityKind,
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Found<Ability> {
        let mut best: Option<Answer> = None;
        let mut gave_up = false;
        let targets =
            [(Target::Bucket, ability.bucket_actions()), (Target::Objects, ability.object_actions())];
        for (target, actions) in targets {
            if best.as_ref().is_some_and(|answer| answer.extent == Extent::All) {
                break;
            }
            match self.answer(caller, target, actions, inquiry, budget) {
                Found::One(answer) if best.is_none() || answer.extent == Extent::All => best = Some(answer),
                Found::One(_) | Found::None => {}
                Found::Unknown => gave_up = true,
            }
        }
        match best {
            Some(Answer { witness, extent, needs, places }) => {
                let who = self.who(&witness);
                Found::One(Ability { caller, ability, scope: extent, witness, needs, who, places })
            }
            None if gave_up => Found::Unknown,
            None => Found::None,
        }
    }

    /// Whether there is a proof that no service has the ability with calls that say all about the party that it acts for.
    fn is_unsourced(&self, ability: &Ability, sourced: &Inquiry<'_>, budget: &mut Budget) -> bool {
        let kind = ability.ability;
        let (actions, resource) = if ability.is_of_bucket() {
            (kind.bucket_actions(), self.bucket.itself())
        } else {
            (kind.object_actions(), self.bucket.objects())
        };
        let given = [("resource".to_owned(), resource)];
        ability.caller == Outsider::Service
            && matches!(self.find(ability.caller, actions, &given, &[], sourced, budget), Found::None)
    }

    /// What a caller can do of some actions that are as good as each other.
    fn answer(
        &mut self,
        caller: Outsider,
        target: Target,
        alike: &[&'static str],
        inquiry: &Inquiry<'_>,
        budget: &mut Budget,
    ) -> Found<Answer> {
        let mut signatures: Vec<Vec<bool>> = Vec::new();
        let mut different: Vec<&'static str> = Vec::new();
        for action in alike {
            // What a prefix is asked of differs from what has none.
            let mut signature = self.actions.about(&[action]);
            signature.push(actions::carries(action, PREFIX));
            let allowed =
                self.counting(caller).iter().zip(&signature).any(|(counts, holds)| *counts && *holds);
            if allowed && !signatures.contains(&signature) {
                signatures.push(signature);
                different.push(action);
            }
        }
        let Some(first) = different.first() else { return Found::None };
        let is_same = |known: &&Known| {
            (known.caller, known.target) == (caller, target) && known.signatures == signatures
        };
        if let Some(known) = self.answers.iter().find(is_same) {
            let Found::One(mut answer) = known.answer.clone() else { return known.answer.clone() };
            if signatures.len() == 1 {
                (*first).clone_into(&mut answer.witness.action);
                return Found::One(answer);
            }
            if different.contains(&answer.witness.action.as_str()) {
                return Found::One(answer);
            }
        }
        let answer = self.ask(caller, target, &different, inquiry, budget);
        self.answers.push(Known { caller, target, signatures, answer: answer.clone() });
        answer
    }
}
