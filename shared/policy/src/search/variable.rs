//! Values for policy variables.
//!
//! A variable ties two parts of a request together. The search decides variables before it starts: with the values
//! that an attempt with open variables suggests. Where no suggestion leads to a request and the variable's key can
//! have more values than were tried, the answer is "unknown", which counts as public.

use std::collections::BTreeSet;

use super::capture;
use super::compile::Parts;
use super::decide::Question;
use super::domain::{Domain, Presence};
use super::literal::Slot;
use super::names::Names;
use super::part::Part;
use super::relation::Link;
use super::world::{CallerKind, World};
use crate::Statement;
use crate::template::Bindings;

/// One value, or the absence, for each of some keys.
pub(crate) type Decided = Vec<(String, Option<String>)>;

/// Who may own the bucket. A stranger to everybody, and each account and organization that is named: a policy may
/// well name its owner.
fn owners(variables: &BTreeSet<String>, names: &Names, world: &World) -> Vec<Decided> {
    let owner_variables = |key: &&String| matches!(key.as_str(), "aws:resourceaccount" | "aws:resourceorgid");
    let keys: Vec<&String> = variables.iter().filter(owner_variables).collect();
    if keys.is_empty() {
        return vec![Vec::new()];
    }
    let stranger = ["888877776666", "666655554444"].into_iter().find(|account| **account != *world.account);
    let accounts = stranger.into_iter().chain(names.accounts.iter().map(String::as_str)).take(4);
    let organizations = ["o-owner00000"].into_iter().chain(names.organizations.iter().map(String::as_str));
    let organizations: Vec<&str> = organizations.take(4).collect();
    let outside = |value: &str| *value != *world.account && world.organization.as_deref() != Some(value);
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

/// What is decided of the variables before the search starts.
#[derive(Debug, Clone, Default)]
pub(crate) struct Case {
    /// The keys that have this value, or none.
    pub(crate) decided: Decided,
    /// The keys that have a value which is not decided.
    pub(crate) present: Vec<String>,
}

impl Case {
    /// The same with another key decided, or there with whatever value.
    fn with(&self, key: &str, value: &Bound) -> Self {
        let mut case = self.clone();
        case.bind(key, value);
        case
    }

    fn bind(&mut self, key: &str, value: &Bound) {
        match value {
            Bound::To(value) => self.decided.push((key.to_owned(), value.clone())),
            Bound::Present => self.present.push(key.to_owned()),
        }
    }

    /// With open variables beside those that are decided.
    pub(crate) fn open(&self) -> Bindings {
        Bindings { decided: self.decided.clone(), present: self.present.clone(), closed: false }
    }

    /// With these values for the others.
    pub(crate) fn closed(&self, decided: Decided) -> Bindings {
        let decided = self.decided.iter().cloned().chain(decided).collect();
        Bindings { decided, present: Vec::new(), closed: true }
    }
}

/// What a case says of one variable.
enum Bound {
    To(Option<String>),
    Present,
}

/// Every way to bind the variables that have few values or none in this world, beside who may own the bucket; whether
/// one of many values is there is told apart too, as without it a variable equals nothing. Together they cover all; the
/// other variables stay open. A part that is given a value has no other.
pub(crate) fn cases(
    variables: &BTreeSet<String>,
    names: &Names,
    world: &World,
    given: &[(String, Domain)],
) -> Vec<Case> {
    let owners = owners(variables, names, world).into_iter();
    let mut cases: Vec<Case> = owners.map(|decided| Case { decided, present: Vec::new() }).collect();
    for key in variables {
        if cases.first().is_some_and(|case| case.decided.iter().any(|(name, _)| name == key)) {
            continue;
        }
        let given = given.iter().rev().find(|(part, _)| part == key);
        let domain = given.map_or_else(|| world.part(key, names), |(_, domain)| domain.clone().into());
        let values: Vec<Bound> = match domain.alternatives() {
            Some(values) => values.into_iter().map(Bound::To).collect(),
            None if domain.presence == Presence::Maybe && given.is_none() => {
                vec![Bound::Present, Bound::To(None)]
            }
            None => continue,
        };
        if let [only] = values.as_slice() {
            cases.iter_mut().for_each(|case| case.bind(key, only));
            continue;
        }
        if cases.len() * values.len() > MAX_CASES {
            continue;
        }
        cases = cases.iter().flat_map(|case| values.iter().map(|value| case.with(key, value))).collect();
    }
    cases
}

/// Values for the variables that an attempt with open ones suggests, which found that this statement allows.
pub(crate) fn suggestions(
    question: &Question<'_>,
    allow: usize,
    names: &Names,
    world: &World,
    parts: &Parts,
    slots: &[Slot],
) -> Vec<Decided> {
    let policy = question.policy;
    let value = |key: &str| found(key, parts, slots);
    let domains: Vec<(&String, Part)> =
        question.variables.iter().map(|key| (key, world.part(key, names))).collect();
    let as_found: Decided = domains.iter().map(|(key, _)| ((*key).clone(), value(key))).collect();
    let with = |captures: Vec<(String, String)>| {
        let mut captured = as_found.clone();
        for (key, text) in captures {
            if let Some((_, own)) = captured.iter_mut().find(|(name, _)| *name == key) {
                *own = Some(text);
            }
        }
        captured
    };
    let wanted = with(capture::wanted(policy, allow, &domains, &value));
    let counts = |own: &Statement| !own.is_allow() || (question.allows)(own);
    let captured = with(capture::all(policy, counts, &domains, &value));
    let admits =
        |key: &String, text: &str| domains.iter().any(|(name, domain)| *name == key && domain.admits(text));
    let mut present = as_found.clone();
    for (key, own) in present.iter_mut().filter(|(_, own)| own.is_none()) {
        *own = ["x", "7", "true"].into_iter().find(|text| admits(key, text)).map(str::to_owned);
    }
    // What equals a value in either case only.
    let mut shouted = captured.clone();
    for (key, own) in &mut shouted {
        let upper = own.as_deref().map(str::to_ascii_uppercase);
        if upper.as_deref().is_some_and(|text| admits(key, text)) {
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
    let mut suggestions: Vec<Decided> = Vec::new();
    for suggestion in [named, wanted, captured, as_found, present, shouted] {
        if !suggestions.contains(&suggestion) {
            suggestions.push(suggestion);
        }
    }
    suggestions
}

/// Values for the variables as an attempt with related keys has them.
pub(crate) fn as_related(
    question: &Question<'_>,
    marked: &[(&Link, bool)],
    parts: &Parts,
    slots: &[Slot],
) -> Decided {
    let own = |key: &String| {
        let equal = marked.iter().find(|(link, equal)| *equal && link.variable == *key);
        found(equal.map_or(key, |(link, _)| &link.key), parts, slots)
    };
    question.variables.iter().map(|key| (key.clone(), own(key))).collect()
}

/// The value that an attempt found for a part.
fn found(key: &str, parts: &Parts, slots: &[Slot]) -> Option<String> {
    match slots.get(parts.find(key)?)? {
        Slot::Values(values) => values.first().cloned(),
        Slot::Absent => None,
    }
}
