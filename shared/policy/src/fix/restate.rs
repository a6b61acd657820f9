//! Edits of a statement's own conditions.

use serde_json::{Value, json};

use super::candidate::{Candidate, Demand, Refusal, Source};
use super::edit::{with_condition, with_principal, with_sid_suffix, without_condition};
use super::ground;
use crate::condition::{is_fixed, is_literal};
use crate::documented::{NoLimit, limit};
use crate::operator::Comparison;
use crate::{Condition, PrincipalKind, Statement};

pub(super) fn candidates(source: &Source<'_>) -> Vec<Candidate> {
    let mut candidates = Vec::new();
    for condition in &source.statement.conditions {
        candidates.extend(require_key(source, condition));
        candidates.extend(drop_open_values(source, condition));
        candidates.extend(pin_account(source, condition));
    }
    candidates.extend(ground::candidate(source));
    candidates.extend(pin_principal(source));
    candidates.extend(take_over_deny(source));
    candidates
}

/// Drops `IfExists` and `ForAllValues:`, and the values that are not fixed.
fn require_key(source: &Source<'_>, condition: &Condition) -> Option<Candidate> {
    if limit(condition) != Err(NoLimit::AbsentKey) {
        return None;
    }
    let (fixed, open) = by_fixedness(condition);
    if fixed.is_empty() {
        return None;
    }
    let (name, key) = (condition.operator_name.as_str(), condition.key.written());
    let strict = strict_name(name);
    let without = without_condition(source.json, name, key)?;
    let dropped =
        if open.is_empty() { String::new() } else { format!(", without the values {}", quoted(&open)) };
    Some(Candidate::new(
        format!("require `{key}` by `{strict}` instead of `{name}`{dropped}"),
        vec![with_condition(&without, &strict, key, &fixed)?],
    ))
}

/// The fixed ones of the values, and the others.
fn by_fixedness(condition: &Condition) -> (Vec<&str>, Vec<&str>) {
    condition.values.iter().map(String::as_str).partition(|value| is_fixed(&condition.key, value))
}

/// The operator's name without `IfExists` and `ForAllValues:`.
fn strict_name(name: &str) -> String {
    let base = match name.split_once(':') {
        Some((prefix, base)) if prefix.eq_ignore_ascii_case("ForAllValues") => base,
        _ => name,
    };
    let end = base.len().saturating_sub("IfExists".len());
    match base.get(end..) {
        Some(suffix) if suffix.eq_ignore_ascii_case("IfExists") => base.get(..end).unwrap_or(base).to_owned(),
        _ => base.to_owned(),
    }
}

/// Keeps only the fixed ones of several values.
fn drop_open_values(source: &Source<'_>, condition: &Condition) -> Option<Candidate> {
    let Err(NoLimit::Value(_)) = limit(condition) else { return None };
    let (fixed, open) = by_fixedness(condition);
    if fixed.is_empty() {
        return None;
    }
    let (name, key) = (condition.operator_name.as_str(), condition.key.written());
    let without = without_condition(source.json, name, key)?;
    Some(Candidate::new(
        format!("drop {} from the values of `{key}`", quoted(&open)),
        vec![with_condition(&without, name, key, &fixed)?],
    ))
}

/// Says in a key of its own which account, organization or VPC the values of a key already name.
fn pin_account(source: &Source<'_>, condition: &Condition) -> Option<Candidate> {
    let Err(NoLimit::Value(_) | NoLimit::Key) = limit(condition) else { return None };
    let (key, values) = implied(condition)?;
    Some(Candidate::new(
        format!("add `{key}` {}, which `{}` already implies", quoted(&values), condition.key),
        vec![with_condition(source.json, "StringEquals", key, &values)?],
    ))
}

/// A key that fixes a grant, with the values that it has where the condition's key has one of its own.
fn implied(condition: &Condition) -> Option<(&'static str, Vec<String>)> {
    let segment = |separator: char, number: usize, prefix: &str| -> Option<Vec<String>> {
        let part = |value: &String| {
            let segment = value.split(separator).nth(number)?;
            segment.strip_prefix(prefix).map(str::to_owned)
        };
        let mut parts: Vec<String> = condition.values.iter().map(part).collect::<Option<_>>()?;
        parts.sort();
        parts.dedup();
        parts.iter().all(|part| is_literal(part) && !part.is_empty()).then_some(parts)
    };
    match condition.key.name() {
        "aws:principalarn" => Some(("aws:PrincipalAccount", segment(':', 4, "")?)),
        "aws:sourcearn" => Some(("aws:SourceAccount", segment(':', 4, "")?)),
        "aws:sourcevpcarn" => Some(("aws:SourceVpc", segment(':', 5, "vpc/")?)),
        "s3:dataaccesspointarn" => Some(("s3:DataAccessPointAccount", segment(':', 4, "")?)),
        "aws:principalorgpaths" => Some(("aws:PrincipalOrgID", segment('/', 0, "")?)),
        _ => None,
    }
}

/// Turns a wildcard in a principal of a known account into a condition on `aws:PrincipalArn`.
fn pin_principal(source: &Source<'_>) -> Option<Candidate> {
    let element = &source.statement.principal;
    let [principal] = &*element.principals else { return None };
    let account = principal.account().filter(|_| principal.kind == PrincipalKind::Aws && !element.negated)?;
    if principal.is_fixed() || !principal.value.contains(':') {
        return None;
    }
    let root = json!({ "AWS": account });
    let narrowed = with_principal(source.json, root)?;
    let pattern = principal.value.clone();
    Some(Candidate::new(
        format!("name account {account} as the principal and keep `{pattern}` as a condition"),
        vec![with_condition(&narrowed, "ArnLike", "aws:PrincipalArn", &[pattern])?],
    ))
}

/// Says in the Allow what a `Deny` with negated conditions leaves over: each of the conditions suffices, so each makes
/// a statement of its own. A `Deny` that takes nothing of the statement from outsiders demands nothing of it.
fn take_over_deny(source: &Source<'_>) -> Vec<Candidate> {
    let taking = source.refusals.iter().enumerate().filter(|(_, refusal)| refusal.takes);
    taking
        .filter_map(|(number, Refusal { statement: deny, .. })| {
            let left_over = deny.conditions.iter().filter_map(|condition| {
                let key = format!("`{}`", condition.key);
                restated(source.json, condition).map(|statement| (key, statement))
            });
            let numbered = left_over.enumerate().map(|(number, (key, statement))| match number {
                0 => (key, statement),
                _ => (key, with_sid_suffix(statement, &(number + 1).to_string())),
            });
            let (mut keys, statements): (Vec<String>, Vec<Value>) = numbered.unzip();
            keys.dedup();
            let keys = keys.join(" or ");
            let summary = format!(
                "require in the `Allow` itself, of every request, the {keys} that {deny} requires of some"
            );
            let of_all =
                format!("require in the `Allow` itself the {keys} that {deny} requires by denying all else");
            let demand = Some(Demand { deny: number, statements: statements.len(), of_all });
            (!statements.is_empty()).then_some(Candidate { summary, statements, demand })
        })
        .collect()
}

/// The conditions of a `Deny` that leave over whom they name.
pub(super) fn left_over(deny: &Statement) -> impl Iterator<Item = &Condition> {
    deny.conditions.iter().filter(|condition| condition.operator.is_some_and(|operator| operator.negated))
}

/// Whether a `Deny` leaves over somebody in particular. Where it does not, nothing is restated of it, and nobody is welcome
/// by it.
pub(super) fn leaves_somebody(deny: &Statement) -> bool {
    left_over(deny).any(|condition| {
        let names_somebody = || condition.values.iter().any(|value| is_fixed(&condition.key, value));
        (condition.key.is_fixing() && names_somebody()) || implied(condition).is_some()
    })
}

/// The statement for those whom the negated condition of a `Deny` leaves over, in fixed values of a key that fixes a
/// grant; `None` where there are none.
fn restated(statement: &Value, condition: &Condition) -> Option<Value> {
    let operator = positive(condition)?;
    let key = condition.key.written();
    let (fixed, _) = by_fixedness(condition);
    if condition.key.is_fixing() && !fixed.is_empty() {
        return with_condition(statement, operator, key, &fixed).or_else(|| {
            with_condition(&without_condition(statement, operator, key)?, operator, key, &fixed)
        });
    }
    let (pin, values) = implied(condition)?;
    with_condition(
        &with_condition(statement, operator, key, &condition.values)?,
        "StringEquals",
        pin,
        &values,
    )
}

/// The operator that holds where this negated one does not, as far as the key has one value.
fn positive(condition: &Condition) -> Option<&'static str> {
    let operator = condition.operator.filter(|operator| operator.negated)?;
    match operator.comparison {
        Comparison::Equals => Some("StringEquals"),
        Comparison::EqualsIgnoreCase => Some("StringEqualsIgnoreCase"),
        Comparison::Like => Some("StringLike"),
        Comparison::Arn => Some("ArnLike"),
        Comparison::Address => Some("IpAddress"),
        _ => None,
    }
}

/// Values in backticks.
fn quoted<T: AsRef<str>>(values: &[T]) -> String {
    values.iter().map(|value| format!("`{}`", value.as_ref())).collect::<Vec<_>>().join(", ")
}
