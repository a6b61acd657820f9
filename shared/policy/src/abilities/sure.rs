//! A policy that allows less, whatever its variables stand for.

use crate::template::{Piece, pieces};
use crate::{Policy, Scope, Statement};

/// The policy without what the variables in resources and in conditions on the keys `over` might allow: an Allow that
/// has one matches nothing, and a Deny matches whatever it stands for. `None` where there is no such variable.
pub(crate) fn without_variables(policy: &Policy, over: impl Fn(&str) -> bool) -> Option<Policy> {
    let is_open = |text: &String| {
        pieces(text, policy.has_variables).iter().any(|piece| matches!(piece, Piece::Variable { .. }))
    };
    let mut sure = policy.clone();
    let mut changed = false;
    for statement in &mut sure.statements {
        let open_resource = statement.resource.patterns.iter().any(is_open);
        let before = statement.conditions.len();
        statement
            .conditions
            .retain(|condition| !over(condition.key.name()) || !condition.values.iter().any(is_open));
        if !open_resource && statement.conditions.len() == before {
            continue;
        }
        changed = true;
        if statement.is_allow() {
            close(statement);
        } else if open_resource {
            statement.resource = Scope { negated: false, patterns: vec!["*".to_owned()] };
        }
    }
    changed.then_some(sure)
}

/// Makes a statement match nothing.
fn close(statement: &mut Statement) {
    statement.action = Scope::default();
}
