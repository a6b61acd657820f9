//! Which bucket a policy is about, and in which partition.
//!
//! S3 takes a policy only where each of its resources can be the bucket that it is put on, or something in it.

use std::borrow::Cow;
use std::collections::BTreeSet;

use names::Partition;

use super::domain::shape;
use super::names::{bucket_and_key, is_bucket_name};
use super::patterns::Patterns;
use super::{Budget, Found, automaton};
use crate::Policy;
use crate::condition::is_literal;
use crate::pattern::{Pattern, Style};
use crate::template::{Bindings, Piece, may_hold_variable, pieces};

/// The name of the bucket: the one that is asked about, where the policies can be about it; else the one that they name,
/// in full or by patterns. `None` where they name several, or none.
pub(crate) fn bucket(policies: &[&Policy], asked: Option<&str>, budget: &mut Budget) -> Option<String> {
    let fronts: BTreeSet<Cow<'_, str>> = policies.iter().flat_map(|policy| fronts(policy)).collect();
    let fits = |name: &str| {
        fronts.iter().any(|front| *front == name || like(front).is_some_and(|pattern| pattern.matches(name)))
    };
    if let Some(asked) = asked.filter(|asked| fits(asked)) {
        return Some(asked.to_owned());
    }
    let mut named = fronts.iter().filter(|front| is_bucket_name(front));
    match (named.next(), named.next()) {
        (Some(only), None) => Some(only.to_string()),
        (Some(_), Some(_)) => None,
        (None, _) => matching(&fronts, budget),
    }
}

/// A name that all of these patterns match, where one of them says something.
fn matching(fronts: &BTreeSet<Cow<'_, str>>, budget: &mut Budget) -> Option<String> {
    if fronts.iter().all(|front| front == "*") {
        return None;
    }
    let usual = fronts.iter().map(|front| front.replace('*', "bucket").replace('?', "x"));
    let patterns: Vec<Patterns> =
        fronts.iter().filter_map(|front| Some([like(front)?].into_iter().collect())).collect();
    if let Some(name) = usual
        .into_iter()
        .find(|name| is_bucket_name(name) && patterns.iter().all(|own| own.matches(name, true)))
    {
        return Some(name);
    }
    let name: Patterns = [shape("<s>"), shape("<s>.<s>")].into_iter().collect();
    let demands: Vec<_> = patterns.iter().chain([&name]).map(|patterns| (patterns, true)).collect();
    match automaton::find(&demands, budget) {
        Found::One(name) => Some(name),
        Found::None | Found::Unknown => None,
    }
}

fn like(text: &str) -> Option<Pattern> {
    Pattern::compile(text, Style::Like, false, &Bindings::default())
}

/// What the resources say of the bucket's name, as patterns.
fn fronts(policy: &Policy) -> impl Iterator<Item = Cow<'_, str>> {
    let resources = policy.statements.iter().flat_map(|statement| &statement.resource.patterns);
    resources.filter_map(|pattern| match bucket_and_key(pattern) {
        Some((_, path)) => Some(front(path, policy.has_variables)),
        None => pattern.starts_with('*').then_some(Cow::Borrowed("*")),
    })
}

/// The front of a path up to the first slash. A variable may stand for anything.
fn front(path: &str, variables: bool) -> Cow<'_, str> {
    if !(variables && may_hold_variable(path)) {
        return Cow::Borrowed(path.split_once('/').map_or(path, |(own, _)| own));
    }
    let mut front = String::new();
    for piece in pieces(path, variables) {
        match piece {
            Piece::Text(text) => {
                let (own, at_end) =
                    text.split_once('/').map_or((text.as_str(), false), |(own, _)| (own, true));
                front.push_str(own);
                if at_end {
                    break;
                }
            }
            Piece::Escaped(_) => {}
            Piece::Variable { .. } => front.push('*'),
        }
    }
    Cow::Owned(front)
}

/// The partitions that the bucket can be in: those that the resources name; else the usual one, and those of which
/// something else speaks.
pub(crate) fn partitions(policies: &[&Policy]) -> Vec<Partition> {
    let statements = || policies.iter().flat_map(|policy| &policy.statements);
    let resources = || statements().flat_map(|statement| &statement.resource.patterns);
    let named: BTreeSet<Partition> =
        resources().filter_map(|text| partition(text)).filter_map(Partition::of_name).collect();
    if !named.is_empty() {
        return named.into_iter().collect();
    }
    let principals = statements().flat_map(|own| &own.principal.principals).map(|own| &own.value);
    let conditions = statements().flat_map(|own| &own.conditions).flat_map(|own| &own.values);
    let mut all: BTreeSet<Partition> = Partition::all().iter().take(1).copied().collect();
    for text in principals.chain(conditions).chain(resources()) {
        all.extend(partition(text).into_iter().flat_map(spoken_of));
        if text.ends_with(".amazonaws.com.cn") {
            all.extend(Partition::of_name("aws-cn"));
        }
    }
    all.into_iter().collect()
}

/// The partition in an ARN.
fn partition(text: &str) -> Option<&str> {
    text.strip_prefix("arn:")?.split(':').next()
}

/// The partitions that a text names which does not speak of the usual one too.
fn spoken_of(text: &str) -> Vec<Partition> {
    if is_literal(text) {
        return Partition::of_name(text).into_iter().collect();
    }
    let Some(pattern) = like(text) else { return Vec::new() };
    let matches = |partition: &&Partition| pattern.matches(partition.as_str());
    let all = Partition::all();
    if all.iter().take(1).any(|usual| matches(&usual)) {
        return Vec::new();
    }
    all.iter().filter(matches).copied().collect()
}
