//! Whether statements allow no more than others, as their elements show.

use crate::operator::{Comparison, Quantifier};
use crate::{Condition, Operator, Policy, PrincipalElement, Statement};

/// Whether a policy allows no more than another beside the same Deny statements, where that is seen statement by
/// statement. `false` says nothing.
pub(super) fn is_narrower(narrow: &Policy, wide: &Policy) -> bool {
    let mut allows = narrow.statements.iter().filter(|own| own.is_allow());
    let is_part =
        |own: &Statement| wide.statements.iter().any(|other| other.is_allow() && is_part_of(own, other));
    narrow.has_variables == wide.has_variables && denies_the_same(narrow, wide) && allows.all(is_part)
}

fn denies_the_same(one: &Policy, other: &Policy) -> bool {
    let mut own = one.statements.iter().filter(|statement| !statement.is_allow());
    let mut others = other.statements.iter().filter(|statement| !statement.is_allow());
    own.by_ref().zip(others.by_ref()).all(|(own, other)| own.says_same(other))
        && own.next().is_none()
        && others.next().is_none()
}

/// Whether each request that one Allow matches is matched by the other.
fn is_part_of(narrow: &Statement, wide: &Statement) -> bool {
    narrow.action == wide.action
        && narrow.resource == wide.resource
        && narrow.has_unknown_element == wide.has_unknown_element
        && names_part_of(&narrow.principal, &wide.principal)
        && wide.conditions.iter().all(|wide| narrow.conditions.iter().any(|own| implies(own, wide)))
}

fn names_part_of(narrow: &PrincipalElement, wide: &PrincipalElement) -> bool {
    let is_there = || narrow.principals.iter().all(|own| wide.principals.contains(own));
    wide.is_everyone() || narrow == wide || !narrow.negated && !wide.negated && is_there()
}

/// Whether a condition holds only where the other one does.
fn implies(narrow: &Condition, wide: &Condition) -> bool {
    let strict = |operator: Operator| Operator { if_exists: false, ..operator };
    let is_plain = |operator: &Operator| {
        !operator.negated
            && operator.quantifier == Quantifier::One
            && operator.comparison != Comparison::Absence
    };
    let (Some(own), Some(other)) = (narrow.operator, wide.operator) else { return narrow == wide };
    let is_stricter = own == other || (own == strict(other) && is_plain(&own));
    let has_fewer = || is_plain(&own) && narrow.values.iter().all(|value| wide.values.contains(value));
    narrow.key == wide.key && is_stricter && (narrow.values == wide.values || has_fewer())
}
