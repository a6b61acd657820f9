//! Values for policy variables.
//!
//! A variable ties two parts of a request together. The search decides variables before it starts: with the values
//! that an attempt with open variables suggests. Where no suggestion leads to a request and the variable's key can
//! have more values than were tried, the answer is "unknown", which counts as public.

use super::compile::Parts;
use super::literal::Slot;
use super::names::Names;
use super::relation::Link;
use super::world::{CallerKind, World};
use crate::Policy;
use crate::template::{Piece, pieces};

/// One value, or the absence, for each of some keys.
pub(crate) type Decided = Vec<(String, Option<String>)>;

/// Who may own the bucket. A stranger to everybody, and each account and organization that is named: a policy may
/// well name its owner.
fn owners(names: &Names, world: &World) -> Vec<Decided> {
    let owner_variables = |key: &&String| matches!(key.as_str(), "aws:resourceaccount" | "aws:resourceorgid");
    let keys: Vec<&String> = names.variables.iter().filter(owner_variables).collect();
    if keys.is_empty() {
        return vec![Vec::new()];
    }
    let stranger = ["888877776666", "666655554444"].into_iter().find(|account| *account != world.account);
    let accounts = stranger.into_iter().chain(names.accounts.iter().map(String::as_str)).take(4);
    let organizations = ["o-owner00000"].into_iter().chain(names.organizations.iter().map(String::as_str));
    let organizations: Vec<&str> = organizations.take(4).collect();
    let outside = |value: &str| value != world.account && world.organization.as_deref() != Some(value);
    let mut owners = Vec::new();
    for account in accounts.filter(|account| outside(account)) {
        for organization in organizations.iter().filter(|organization| outside(organization)) {
            let value = |key: &str| if key == "aws:resourceaccount" { account } else { organization };
            owners.push(keys.iter().map(|key| ((*key).clone(), Some(value(key).to_owned()))).collect());
        }
    }
    owners
}

/// How many ways to bind the variables with few values are told apart.
const MAX_CASES: usize = 24;

/// Every way to bind the variables that have few values or none in this world, beside who may own the bucket. Together
/// they cover all; the other variables stay open.
pub(crate) fn cases(names: &Names, world: &World) -> Vec<Decided> {
    let mut cases = owners(names, world);
    for key in &names.variables {
        if cases.first().is_some_and(|case| case.iter().any(|(name, _)| name == key)) {
            continue;
        }
        let Some(values) = world.domain(key, names).alternatives() else { continue };
        if cases.len() * values.len() > MAX_CASES {
            continue;
        }
        let with = |case: &Decided, value: &Option<String>| {
            case.iter().cloned().chain([(key.clone(), value.clone())]).collect()
        };
        cases = cases.iter().flat_map(|case| values.iter().map(move |value| with(case, value))).collect();
    }
    cases
}

/// Values for the variables that an attempt with open ones suggests.
pub(crate) fn suggestions(
    policy: &Policy,
    names: &Names,
    world: &World,
    parts: &Parts,
    slots: &[Slot],
) -> Vec<Decided> {
    let value = |key: &str| found(key, parts, slots);
    let keys = &names.variables;
    let as_found: Decided = keys.iter().map(|key| (key.clone(), value(key))).collect();
    let mut captured = as_found.clone();
    for (key, text) in captures(policy, &value) {
        let fits = world.domain(&key, names).admits(&text);
        if let Some((_, own)) = captured.iter_mut().find(|(name, _)| *name == key && fits) {
            *own = Some(text);
        }
    }
    let mut present = as_found.clone();
    for (key, own) in present.iter_mut().filter(|(_, own)| own.is_none()) {
        *own = ["x", "7", "true"]
            .into_iter()
            .find(|text| world.domain(key, names).admits(text))
            .map(str::to_owned);
    }
    // What equals a value in either case only.
    let mut shouted = captured.clone();
    for (key, own) in &mut shouted {
        let upper = own.as_deref().map(str::to_ascii_uppercase);
        if upper.as_deref().is_some_and(|text| world.domain(key, names).admits(text)) {
            *own = upper;
        }
    }
    // The name of a user is what the ARN ends with.
    let mut named = captured.clone();
    let arn = value("aws:principalarn").filter(|_| world.caller == CallerKind::User);
    let name = arn.as_deref().and_then(|arn| arn.rsplit('/').next()).map(str::to_owned);
    for (_, own) in named.iter_mut().filter(|(key, _)| key == "aws:username" && name.is_some()) {
        own.clone_from(&name);
    }
    let mut suggestions = vec![captured, as_found, present, shouted];
    if !suggestions.contains(&named) {
        suggestions.insert(0, named);
    }
    suggestions
}

/// Values for the variables as an attempt with related keys has them.
pub(crate) fn as_related(names: &Names, marked: &[(&Link, bool)], parts: &Parts, slots: &[Slot]) -> Decided {
    let own = |key: &String| {
        let equal = marked.iter().find(|(link, equal)| *equal && link.variable == *key);
        found(equal.map_or(key, |(link, _)| &link.key), parts, slots)
    };
    names.variables.iter().map(|key| (key.clone(), own(key))).collect()
}

/// The value that an attempt found for a part.
fn found(key: &str, parts: &Parts, slots: &[Slot]) -> Option<String> {
    let number = parts.names().iter().position(|name| name == key)?;
    match slots.get(number)? {
        Slot::Values(values) => values.first().cloned(),
        Slot::Absent => None,
    }
}

/// What a variable must be for a value of the form `before${variable}after` to equal the value found.
fn captures(policy: &Policy, value: &dyn Fn(&str) -> Option<String>) -> Vec<(String, String)> {
    let mut captures = Vec::new();
    for condition in policy.statements.iter().flat_map(|statement| &statement.conditions) {
        let Some(found) = value(condition.key.name()) else { continue };
        for text in &condition.values {
            let pieces = pieces(text, policy.has_variables);
            let (before, variable, after) = match pieces.as_slice() {
                [Piece::Variable { key, .. }] => ("", key, ""),
                [Piece::Text(before), Piece::Variable { key, .. }] => (before.as_str(), key, ""),
                [Piece::Variable { key, .. }, Piece::Text(after)] => ("", key, after.as_str()),
                [Piece::Text(before), Piece::Variable { key, .. }, Piece::Text(after)] => {
                    (before.as_str(), key, after.as_str())
                }
                _ => continue,
            };
            let middle = found.strip_prefix(before).and_then(|rest| rest.strip_suffix(after));
            captures.extend(middle.map(|middle| (variable.clone(), middle.to_owned())));
        }
    }
    captures
}
