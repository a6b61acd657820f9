//! A policy that allows less, whatever its variables stand for.

use super::seek::Target;
use crate::search::domain::{Domain, Presence};
use crate::search::names::Names;
use crate::search::relation::presence;
use crate::search::world::World;
use crate::template::{Piece, may_hold_variable, pieces};
use crate::{Condition, Effect, Policy, Scope, Statement};

/// A policy that allows no more than another to requests that lack some keys.
pub(crate) struct Sure {
    pub(crate) policy: Policy,
    /// The keys that the requests lack.
    lacking: Vec<String>,
}

impl Sure {
    /// The parts that the requests lack, as those of a question.
    pub(crate) fn given(&self) -> impl Iterator<Item = (String, Domain)> {
        self.lacking.iter().map(|key| (key.clone(), Domain::never()))
    }
}

/// The policies that are sure for requests of some worlds about objects or the bucket: of whoever leaves out what may be
/// left out, and of everybody. Empty where no variable stands where it matters.
pub(crate) fn policies(policy: &Policy, worlds: &[&World], names: &Names, target: Target) -> Vec<Sure> {
    let all = |key: &String, is: fn(Presence) -> bool| {
        worlds.iter().all(|world| is(world.domain(key, names).presence))
    };
    let lacks = |key: &&String| all(key, |presence| presence == Presence::Never);
    let may_lack = |key: &&String| all(key, |presence| presence != Presence::Always);
    // Whether the target has what tells it apart is not for the caller to choose.
    let chosen = || names.variables.iter().filter(|key| !target.depends_on(key));
    let never: Vec<String> = chosen().filter(lacks).cloned().collect();
    let left_out: Vec<String> = chosen().filter(may_lack).cloned().collect();
    let variants = if left_out == never { vec![never] } else { vec![left_out, never] };
    let of = |lacking: Vec<String>| {
        let policy = without_variables(policy, &lacking, |key| target.depends_on(key))?;
        Some(Sure { policy, lacking })
    };
    variants.into_iter().filter_map(of).collect()
}

/// The policy without what the variables in resources, in conditions on the keys `over` and of these keys might allow: an
/// Allow that has one matches nothing by it, and a Deny matches whatever it stands for. A variable of a key that is lacking
/// equals nothing. `None` where there is no such variable.
fn without_variables(policy: &Policy, lacking: &[String], over: impl Fn(&str) -> bool) -> Option<Policy> {
    let has = |text: &String, counts: &dyn Fn(&String, bool) -> bool| {
        policy.has_variables
            && may_hold_variable(text)
            && pieces(text, true).iter().any(|piece| match piece {
                Piece::Variable { key, default } => counts(key, default.is_some()),
                _ => false,
            })
    };
    let is_open = |text: &String| has(text, &|_, _| true);
    let is_nothing = |text: &String| has(text, &|key, has_default| !has_default && lacking.contains(key));
    let is_of_over = |text: &String| has(text, &|key, _| over(key));
    let is_over = |condition: &Condition| over(condition.key.name()) && condition.values.iter().any(is_open);
    let matters = |statement: &Statement| {
        let conditions = &statement.conditions;
        statement.resource.patterns.iter().any(is_open)
            || conditions.iter().any(|own| is_over(own) || own.values.iter().any(is_of_over))
    };
    if !policy.statements.iter().any(matters) {
        return None;
    }
    let mut sure = policy.clone();
    for statement in &mut sure.statements {
        statement.resource.patterns = statement.resource.patterns.some(|pattern| !is_nothing(pattern));
        for condition in &mut statement.conditions {
            condition.values = condition.values.some(|value| !is_nothing(value));
            if !is_over(condition) && condition.values.iter().any(is_of_over) {
                *condition = surely(condition, statement.effect == Effect::Allow, is_of_over);
            }
        }
        let open_resource = statement.resource.patterns.iter().any(is_open);
        let before = statement.conditions.len();
        statement.conditions.retain(|condition| !is_over(condition));
        if !open_resource && statement.conditions.len() == before {
            continue;
        }
        if statement.is_allow() {
            close(statement);
        } else if open_resource {
            statement.resource = Scope { negated: false, patterns: vec!["*".to_owned()].into() };
        }
    }
    Some(sure)
}

/// A condition that holds for less than this one, or for more, whatever some of its values stand for.
fn surely(condition: &Condition, less: bool, is_open: impl Fn(&String) -> bool) -> Condition {
    let Some(operator) = condition.operator else { return condition.clone() };
    let mut surely = condition.clone();
    if operator.negated != less {
        // With fewer values a positive operator holds for less, and a negated one for more.
        surely.values = surely.values.some(|value| !is_open(value));
        return surely;
    }
    let is_there: &[bool] = match (less, operator.holds_when_absent()) {
        (true, true) => &[false],
        (true, false) => &[],
        (false, true) => &[true, false],
        (false, false) => &[true],
    };
    presence(&condition.key, is_there)
}

/// Makes a statement match nothing.
fn close(statement: &mut Statement) {
    statement.action = Scope::default();
    statement.resource = Scope::default();
    statement.conditions.clear();
}
