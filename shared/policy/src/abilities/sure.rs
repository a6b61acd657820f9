//! A policy that allows less, whatever its variables stand for.

use super::seek::Target;
use crate::search::domain::{Domain, Presence};
use crate::search::names::Names;
use crate::search::world::World;
use crate::template::{Piece, pieces};
use crate::{Condition, Policy, Scope, Statement};

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
    let never: Vec<String> = names.variables.iter().filter(lacks).cloned().collect();
    let left_out: Vec<String> = names.variables.iter().filter(may_lack).cloned().collect();
    let variants = if left_out == never { vec![never] } else { vec![left_out, never] };
    let of = |lacking: Vec<String>| {
        let policy = without_variables(policy, &lacking, |key| target.depends_on(key))?;
        Some(Sure { policy, lacking })
    };
    variants.into_iter().filter_map(of).collect()
}

/// The policy without what the variables in resources and in conditions on the keys `over` might allow: an Allow that
/// has one matches nothing, and a Deny matches whatever it stands for. A variable of a key that is lacking equals
/// nothing. `None` where there is no such variable.
fn without_variables(policy: &Policy, lacking: &[String], over: impl Fn(&str) -> bool) -> Option<Policy> {
    let has = |text: &String, counts: &dyn Fn(&String, bool) -> bool| {
        pieces(text, policy.has_variables).iter().any(|piece| match piece {
            Piece::Variable { key, default } => counts(key, default.is_some()),
            _ => false,
        })
    };
    let is_open = |text: &String| has(text, &|_, _| true);
    let is_nothing = |text: &String| has(text, &|key, has_default| !has_default && lacking.contains(key));
    let is_over = |condition: &Condition| over(condition.key.name()) && condition.values.iter().any(is_open);
    let matters = |statement: &Statement| {
        statement.resource.patterns.iter().any(is_open) || statement.conditions.iter().any(is_over)
    };
    if !policy.statements.iter().any(matters) {
        return None;
    }
    let mut sure = policy.clone();
    for statement in &mut sure.statements {
        statement.resource.patterns.retain(|pattern| !is_nothing(pattern));
        for condition in &mut statement.conditions {
            condition.values.retain(|value| !is_nothing(value));
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
            statement.resource = Scope { negated: false, patterns: vec!["*".to_owned()] };
        }
    }
    Some(sure)
}

/// Makes a statement match nothing.
fn close(statement: &mut Statement) {
    statement.action = Scope::default();
}
