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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::is_narrower;
    use crate::Policy;

    fn policy(principal: &Value, condition: &Value) -> Policy {
        let allow = json!({
            "Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": "*",
            "Condition": condition,
        });
        let document = json!({ "Version": "2012-10-17", "Statement": [allow] });
        Policy::from_document(document).expect("a policy")
    }

    #[track_caller]
    fn compare(narrow: [Value; 2], wide: [Value; 2], expected: bool) {
        let [narrow, wide] = [narrow, wide].map(|[principal, condition]| policy(&principal, &condition));
        assert_eq!(is_narrower(&narrow, &wide), expected);
    }

    #[test]
    fn another_condition_fewer_values_and_fewer_principals_are_narrower() {
        let key = "aws:Referer";
        let wide = || [json!("*"), json!({ "StringLikeIfExists": { key: ["a*", "b*"] } })];
        compare(
            [json!({ "AWS": "111111111111" }), json!({ "StringLikeIfExists": { key: "b*" } })],
            wide(),
            true,
        );
        compare(
            [json!("*"), json!({ "StringLike": { key: "a*" }, "Bool": { "aws:x": "true" } })],
            wide(),
            true,
        );
        compare([json!("*"), json!({ "StringLike": { key: "c*" } })], wide(), false);
        compare(wide(), [json!({ "AWS": "111111111111" }), json!({})], false);
        compare(wide(), [json!("*"), json!({ "StringLike": { key: ["a*", "b*"] } })], false);
    }

    #[test]
    fn fewer_values_of_a_negated_operator_are_not_narrower() {
        let of = |operator: &str, values: Value| [json!("*"), json!({ operator: { "aws:Referer": values } })];
        for operator in ["StringNotLike", "ForAllValues:StringLike", "ForAnyValue:StringNotEquals"] {
            compare(of(operator, json!(["a"])), of(operator, json!(["a", "b"])), false);
            compare(of(operator, json!(["a", "b"])), of(operator, json!(["a", "b"])), true);
        }
    }

    #[test]
    fn what_a_deny_takes_must_be_the_same() {
        let deny = json!({ "Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "*" });
        let open = policy(&json!("*"), &json!({}));
        let mut document = open.document().clone();
        document["Statement"].as_array_mut().expect("statements").push(deny);
        let closed = Policy::from_document(document).expect("a policy");
        assert!(!is_narrower(&open, &closed));
        assert!(is_narrower(&closed, &closed.clone()));
    }
}
