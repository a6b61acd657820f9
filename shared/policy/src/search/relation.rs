//! Values that are equal, or are not: what stands between a key and a variable that it is compared with.
//!
//! Where an open variable leads nowhere, a policy is rewritten for either case. A key that equals the variable has its
//! value, so what is asked of the variable's key is asked of it; a key that differs does not match the variable.

use super::names::Names;
use super::variable::Decided;
use super::world::World;
use crate::operator::{Comparison, Quantifier};
use crate::template::{Piece, pieces};
use crate::{Condition, Key, Operator, Policy};

/// How many keys may be related to variables.
pub(crate) const MAX_LINKS: usize = 4;

/// A key that is compared with a variable, both in lower case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Link {
    pub(crate) key: String,
    pub(crate) variable: String,
}

/// The keys with one value that the policies compare with a variable as a whole.
pub(crate) fn links(policies: &[&Policy], names: &Names, world: &World, case: &Decided) -> Vec<Link> {
    let mut links = Vec::new();
    for policy in policies {
        for condition in policy.statements.iter().flat_map(|statement| &statement.conditions) {
            let variables = condition.values.iter().filter_map(|value| variable(policy, condition, value));
            for variable in variables {
                let link = Link { key: condition.key.name().to_owned(), variable };
                let is_decided = |key: &String| case.iter().any(|(name, _)| name == key);
                if link.key != link.variable
                    && !is_decided(&link.variable)
                    && !is_decided(&link.key)
                    && !world.domain(&link.key, names).many
                    && !links.contains(&link)
                {
                    links.push(link);
                }
            }
        }
    }
    links
}

/// The policy where each key equals its variable or differs from it, as marked.
pub(crate) fn relate(policy: &Policy, marked: &[(&Link, bool)]) -> Policy {
    let mut related = policy.clone();
    for statement in &mut related.statements {
        for condition in &mut statement.conditions {
            for (link, equal) in marked {
                rewrite(policy, condition, link, *equal);
            }
        }
        let present = marked
            .iter()
            .filter(|(_, equal)| *equal)
            .map(|(link, _)| presence(&Key::new(&link.key), &[true]));
        if statement.effect == crate::Effect::Allow {
            statement.conditions.extend(present);
        }
    }
    related
}

fn rewrite(policy: &Policy, condition: &mut Condition, link: &Link, equal: bool) {
    let is_link = |value: &String, condition: &Condition| {
        variable(policy, condition, value).is_some_and(|variable| variable == link.variable)
    };
    let is_compared =
        condition.key.name() == link.key && condition.values.iter().any(|value| is_link(value, condition));
    match (equal, condition.operator) {
        (true, Some(operator)) if is_compared => {
            condition.operator = Some(Operator { comparison: Comparison::Like, ..operator });
            condition.values = vec!["*".to_owned()].into();
        }
        (true, _) if condition.key.name() == link.variable => condition.key = Key::new(&link.key),
        // What differs may still be the same in another case.
        (false, Some(operator)) if is_compared && operator.comparison != Comparison::EqualsIgnoreCase => {
            let read = condition.clone();
            condition.values = read.values.some(|value| !is_link(value, &read));
        }
        _ => {}
    }
}

/// The variable that a value is, where the condition compares it as a text.
fn variable(policy: &Policy, condition: &Condition, value: &str) -> Option<String> {
    let compares_text = matches!(
        condition.operator?.comparison,
        Comparison::Equals | Comparison::EqualsIgnoreCase | Comparison::Like | Comparison::Arn
    );
    match pieces(value, policy.has_variables).as_slice() {
        [Piece::Variable { key, default: None }] if compares_text => Some(key.clone()),
        _ => None,
    }
}

/// The condition that it is one of these whether a key is there.
pub(crate) fn presence(key: &Key, is_there: &[bool]) -> Condition {
    let operator = Operator {
        quantifier: Quantifier::One,
        comparison: Comparison::Absence,
        negated: false,
        if_exists: false,
        binary: false,
    };
    Condition {
        operator_name: "Null".to_owned(),
        operator: Some(operator),
        key: key.clone(),
        values: is_there.iter().map(|there| (!there).to_string()).collect(),
    }
}
