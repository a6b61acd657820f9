//! What a policy says of its bucket's owner, with the owner in the place of variables.

use serde_json::Value;

use super::candidate::{Candidate, ORGANIZATION_PLACEHOLDER, OWNER_PLACEHOLDER, Source};
use super::edit::{with_condition, without_condition};
use crate::{Comparison, Condition, Key, Policy, Quantifier, Trust};

/// Where the owner stands in one condition: whose key it is really about, and the values.
struct Grounded {
    key: Key,
    values: Vec<String>,
}

/// The policy with the owner's account and organization in the place of `${aws:ResourceAccount}` and
/// `${aws:ResourceOrgID}`: both are the same for every request.
pub(super) fn ground(policy: &Policy, trust: &Trust) -> Policy {
    let mut policy = policy.clone();
    if !policy.has_variables {
        return policy;
    }
    for condition in policy.statements.iter_mut().flat_map(|statement| &mut statement.conditions) {
        if let Some(Grounded { key, values }) = grounded(condition, trust) {
            condition.key = key;
            condition.values = values.into();
        }
    }
    policy
}

/// Whether the policy speaks of the organization that owns the bucket.
pub(super) fn speaks_of_organization(policy: &Policy) -> bool {
    let conditions = policy.statements.iter().flat_map(|statement| &statement.conditions);
    policy.has_variables
        && conditions.into_iter().any(|condition| {
            grounded(condition, &Trust::default())
                .is_some_and(|own| own.values.iter().any(|value| value.contains(ORGANIZATION_PLACEHOLDER)))
        })
}

/// The statement with the owner in the place of variables.
pub(super) fn candidate(source: &Source<'_>) -> Option<Candidate> {
    let mut json: Value = source.json.clone();
    let mut variables = Vec::new();
    for condition in source.statement.conditions.iter().filter(|_| source.has_variables) {
        let Some(Grounded { key, values }) = grounded(condition, source.trust) else { continue };
        let (operator, written) = (condition.operator_name.as_str(), condition.key.written());
        json = without_condition(&json, operator, written)?;
        json = with_condition(&json, operator, key.written(), &values)?;
        variables.push(if values.iter().any(|value| value.contains(ORGANIZATION_PLACEHOLDER)) {
            "organization"
        } else {
            "account"
        });
    }
    variables.dedup();
    let owner = crate::words::and(&variables);
    let summary =
        format!("write down the {owner} of the bucket's owner, which S3 counts as fixed and a variable not");
    (!variables.is_empty()).then(|| Candidate::new(summary, vec![json]))
}

fn grounded(condition: &Condition, trust: &Trust) -> Option<Grounded> {
    if !condition.values.have_variables() {
        return None;
    }
    let account = trust.own_account.as_deref().unwrap_or(OWNER_PLACEHOLDER);
    let owners = [("aws:resourceaccount", account), ("aws:resourceorgid", ORGANIZATION_PLACEHOLDER)];
    // A key of the owner that is compared with the caller's variable says the same as the other way round.
    let turned = match (condition.key.name(), &*condition.values) {
        ("aws:resourceaccount" | "s3:resourceaccount", [value])
            if is_variable(value, "aws:principalaccount") =>
        {
            Some(("aws:PrincipalAccount", account))
        }
        ("aws:resourceorgid", [value]) if is_variable(value, "aws:principalorgid") => {
            Some(("aws:PrincipalOrgID", ORGANIZATION_PLACEHOLDER))
        }
        _ => None,
    };
    if let Some((key, value)) = turned {
        let compares = condition.operator.is_some_and(|operator| {
            operator.comparison == Comparison::Equals
                && operator.quantifier == Quantifier::One
                && !operator.if_exists
        });
        return compares.then(|| Grounded { key: Key::new(key), values: vec![value.to_owned()] });
    }
    let fill = |value: &String| {
        let mut value = value.clone();
        for (key, owner) in owners {
            while let Some((start, end)) = variable(&value, key) {
                value.replace_range(start..end, owner);
            }
        }
        value
    };
    let values: Vec<String> = condition.values.iter().map(fill).collect();
    (values != *condition.values).then(|| Grounded { key: condition.key.clone(), values })
}

fn is_variable(value: &str, key: &str) -> bool {
    variable(value, key) == Some((0, value.len()))
}

/// Where a variable without a default stands in a value.
fn variable(value: &str, key: &str) -> Option<(usize, usize)> {
    let start = value.to_ascii_lowercase().find(&format!("${{{key}}}"))?;
    Some((start, start + key.len() + 3))
}
