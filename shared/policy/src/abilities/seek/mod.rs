//! Finds the abilities of outsiders.

mod find;
mod shown;

use super::{
    Abilities, Ability, AbilityKind, Bucket, Extent, Needs, Other, Outsider, lets_in_outsiders,
    lets_in_services, sure,
};
use crate::pattern::{Pattern, Style};
use crate::search::Budget;
use crate::search::decide::Hit;
use crate::search::domain::Domain;
use crate::search::inquiry::Inquiry;
use crate::search::model::Model;
use crate::search::patterns::Patterns;
use crate::search::world::{Source, World};
use crate::template::Bindings;
use crate::{Condition, Policy, Scope, Statement, Witness};

/// Finds what outsiders can do by the statements that the inquiry is about. What a request shows that was found before
/// is among it, however much work is left.
pub(crate) fn seek(
    policy: &Policy,
    bucket: &Bucket,
    inquiry: &mut Inquiry<'_>,
    (model, worlds): (&Model, &[World]),
    shown: Option<&Witness>,
    budget: &mut Budget,
) -> Abilities {
    let over = |key: &str| is_over_objects(key) || key == PREFIX;
    let sure = sure::without_variables(policy, over);
    let counts = inquiry.counts();
    let mut surely = sure.as_ref().map(|sure| Inquiry::new(sure, counts, model, worlds));
    let conditions = || policy.statements.iter().flat_map(|statement| &statement.conditions);
    let mut tags: Vec<String> = conditions().map(|condition| condition.key.name().to_owned()).collect();
    tags.retain(|key| is_over_objects(key));
    tags.sort_unstable();
    tags.dedup();
    let chosen = conditions().filter(|condition| is_parameter(condition));
    let mut chosen: Vec<String> = chosen.map(|condition| condition.key.name().to_owned()).collect();
    chosen.sort_unstable();
    chosen.dedup();
    let statements = policy.statements.iter();
    let actions = statements.map(|statement| (statement, ActionTest::of(&statement.action))).collect();
    let by_index = |lets_in: fn(&Statement) -> bool| {
        policy.statements.iter().map(|statement| counts(statement) && lets_in(statement)).collect()
    };
    let mut seeker = Seeker {
        policy,
        bucket,
        model,
        tags,
        chosen,
        actions,
        outsiders: by_index(lets_in_outsiders),
        services: by_index(lets_in_services),
        answers: Vec::new(),
    };
    let full = model.deputies(Source::Full);
    let mut sourced = model.names.speaks_of(&SOURCES).then(|| Inquiry::new(policy, counts, model, &full));
    let mut abilities = Abilities::default();
    for caller in Outsider::ALL {
        for ability in AbilityKind::ALL {
            let mut found = seeker.ability(caller, ability, inquiry, surely.as_mut(), budget);
            if let (Some(found), Some(sourced)) = (&mut found, &mut sourced)
                && !seeker.is_sourced(found, sourced, budget)
            {
                found.who = found.who.unsourced();
            }
            if let Some(found) = &mut found {
                found.needs.time = seeker.is_to_come(found, inquiry, budget);
            }
            abilities.list.extend(found);
        }
        if !abilities.has(caller)
            && let Some(hit) = seeker.anything(caller, inquiry, budget)
        {
            let mut who = seeker.who(&hit.witness);
            if let Some(sourced) = &mut sourced
                && seeker.anything(caller, sourced, budget).is_none()
            {
                who = who.unsourced();
            }
            let is_to_come = seeker.is_all_to_come(caller, &[], &hit.witness, inquiry, budget);
            abilities.others.push(Other { who, witness: hit.witness, is_to_come });
        }
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
        && !matches!(name, "aws:securetransport" | "aws:username" | "s3:prefix")
        && !name.starts_with("aws:principaltag/")
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
enum Target {
    Bucket,
    Objects,
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
    answer: Option<Answer>,
}

struct Seeker<'here> {
    policy: &'here Policy,
    bucket: &'here Bucket,
    model: &'here Model,
    /// The tags of objects that are spoken of.
    tags: Vec<String>,
    /// The headers and parameters that are spoken of.
    chosen: Vec<String>,
    actions: Vec<(&'here Statement, ActionTest)>,
    /// By index, whether a statement may let in outsiders.
    outsiders: Vec<bool>,
    /// By index, whether a statement may let in services.
    services: Vec<bool>,
    answers: Vec<Known>,
}

impl Seeker<'_> {
    fn ability(
        &mut self,
        caller: Outsider,
        ability: AbilityKind,
        inquiry: &mut Inquiry<'_>,
        mut surely: Option<&mut Inquiry<'_>>,
        budget: &mut Budget,
    ) -> Option<Ability> {
        let mut best: Option<Answer> = None;
        let targets =
            [(Target::Bucket, ability.bucket_actions()), (Target::Objects, ability.object_actions())];
        for (target, actions) in targets {
            if best.as_ref().is_some_and(|answer| answer.extent == Extent::All) {
                break;
            }
            let answer = self.answer(caller, target, actions, inquiry, surely.as_deref_mut(), budget);
            if best.is_none() || answer.as_ref().is_some_and(|answer| answer.extent == Extent::All) {
                best = answer.or(best);
            }
        }
        let Answer { witness, extent, needs, places } = best?;
        let who = self.who(&witness);
        Some(Ability { caller, ability, scope: extent, witness, needs, who, places })
    }

    /// Whether a service has the ability with calls that say all about the party that it acts for.
    fn is_sourced(&self, ability: &Ability, sourced: &mut Inquiry<'_>, budget: &mut Budget) -> bool {
        let kind = ability.ability;
        let (actions, resource) = if ability.is_of_bucket() {
            (kind.bucket_actions(), self.bucket.itself())
        } else {
            (kind.object_actions(), self.bucket.objects())
        };
        let given = [("resource".to_owned(), resource)];
        ability.caller != Outsider::Service
            || self.find(ability.caller, actions, &given, &[], sourced, budget).is_some()
    }

    /// What a caller can do of some actions that are as good as each other.
    fn answer(
        &mut self,
        caller: Outsider,
        target: Target,
        actions: &[&'static str],
        inquiry: &mut Inquiry<'_>,
        surely: Option<&mut Inquiry<'_>>,
        budget: &mut Budget,
    ) -> Option<Answer> {
        let mut signatures: Vec<Vec<bool>> = Vec::new();
        let mut different: Vec<&'static str> = Vec::new();
        for action in actions {
            let signature: Vec<bool> = self.actions.iter().map(|(_, test)| test.holds(action)).collect();
            let allowed =
                self.counting(caller).iter().zip(&signature).any(|(counts, holds)| *counts && *holds);
            if allowed && !signatures.contains(&signature) {
                signatures.push(signature);
                different.push(action);
            }
        }
        let first = *different.first()?;
        let is_same = |known: &&Known| {
            (known.caller, known.target) == (caller, target) && known.signatures == signatures
        };
        if let Some(known) = self.answers.iter().find(is_same) {
            let mut answer = known.answer.clone()?;
            if signatures.len() == 1 {
                first.clone_into(&mut answer.witness.action);
                return Some(answer);
            }
            if different.contains(&answer.witness.action.as_str()) {
                return Some(answer);
            }
        }
        let answer = self.ask(caller, target, &different, inquiry, surely, budget);
        self.answers.push(Known { caller, target, signatures, answer: answer.clone() });
        answer
    }

    fn ask(
        &self,
        caller: Outsider,
        target: Target,
        actions: &[&'static str],
        inquiry: &mut Inquiry<'_>,
        surely: Option<&mut Inquiry<'_>>,
        budget: &mut Budget,
    ) -> Option<Answer> {
        let resource = match target {
            Target::Bucket => self.bucket.itself(),
            Target::Objects => self.bucket.objects(),
        };
        let given = vec![("resource".to_owned(), resource)];
        let (hit, mut parameter) = self.find(caller, actions, &given, &[], inquiry, budget)?;
        let mut over = given;
        match target {
            Target::Bucket => over.push((PREFIX.to_owned(), Domain::free())),
            Target::Objects => {
                let tag = || Domain::shaped(["<l*>"]).maybe();
                over.extend(self.tags.iter().map(|name| (name.clone(), tag())));
            }
        }
        let names: Vec<String> = over.iter().map(|(name, _)| name.clone()).collect();
        let mut ask = |inquiry: &mut Inquiry<'_>, given: &[(String, Domain)], budget: &mut Budget| {
            let (hit, needs) = self.find(caller, actions, given, &names, inquiry, budget)?;
            parameter |= needs;
            Some(hit)
        };
        // A part that a variable takes its value from is tied to others by it.
        let is_tied = names.iter().any(|part| self.model.names.variables.contains(part));
        let all = match surely {
            _ if is_tied => false,
            Some(surely) => surely.holds_for_all(&over, budget, &mut ask),
            None => inquiry.holds_for_all(&over, budget, &mut ask),
        };
        if !all {
            return Some(self.part(caller, actions, target, hit, parameter, inquiry, budget));
        }
        let needs = self.needs(&hit.witness, parameter);
        Some(Answer { witness: hit.witness, extent: Extent::All, needs, places: Vec::new() })
    }

    /// The answer where only a part is proven.
    #[expect(clippy::too_many_arguments, reason = "a question is made of all of these")]
    fn part(
        &self,
        caller: Outsider,
        actions: &[&'static str],
        target: Target,
        hit: Hit,
        parameter: bool,
        inquiry: &mut Inquiry<'_>,
        budget: &mut Budget,
    ) -> Answer {
        let places = match target {
            Target::Objects => self.places(caller, actions, inquiry, budget),
            Target::Bucket => Vec::new(),
        };
        let needs = self.needs(&hit.witness, parameter);
        Answer { witness: hit.witness, extent: Extent::Part, needs, places }
    }
}
