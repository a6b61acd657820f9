//! What variables must be for a pattern to match a value that was found.

use super::part::Part;
use crate::operator::Comparison;
use crate::template::{Piece, pieces};
use crate::{Condition, Policy, Statement};

/// How many steps the search for the values of the variables in one pattern may take.
const MAX_STEPS: usize = 4_096;

/// Variables by key, each with a value.
type Captures = Vec<(String, String)>;

/// What stands at one place of a pattern.
enum Unit {
    /// This character, in either case: whether the case matters is for the search to say.
    Char(char),
    /// Any character.
    One,
    /// Any text.
    Many,
    /// The value of this key.
    Variable(String),
}

/// What the variables must be for a statement to allow what was found, and for every Deny to leave it over: in
/// resources and conditions that must match.
pub(super) fn wanted(
    policy: &Policy,
    allow: usize,
    domains: &[(&String, Part)],
    value: &dyn Fn(&str) -> Option<String>,
) -> Captures {
    let mut captures = Captures::new();
    let allows = policy.statements.iter().filter(|statement| statement.index == allow);
    let denies = policy.statements.iter().filter(|statement| !statement.is_allow());
    for statement in allows.chain(denies) {
        let is_wanted = |negated: bool| negated != statement.is_allow();
        if is_wanted(statement.resource.negated)
            && let Some(resource) = value("resource")
        {
            let mut patterns = statement.resource.patterns.iter();
            patterns.any(|text| capture(policy, text, true, &resource, domains, &mut captures));
        }
        of_conditions(policy, statement, domains, value, &mut captures, |condition| {
            condition.operator.is_some_and(|operator| is_wanted(operator.negated))
        });
    }
    captures
}

/// What the variables in conditions of the statements that count must be for each of these to match what was found.
pub(super) fn all(
    policy: &Policy,
    counts: impl Fn(&Statement) -> bool,
    domains: &[(&String, Part)],
    value: &dyn Fn(&str) -> Option<String>,
) -> Captures {
    let mut captures = Captures::new();
    for statement in policy.statements.iter().filter(|own| counts(own)) {
        of_conditions(policy, statement, domains, value, &mut captures, |_| true);
    }
    captures
}

fn of_conditions(
    policy: &Policy,
    statement: &Statement,
    domains: &[(&String, Part)],
    value: &dyn Fn(&str) -> Option<String>,
    captures: &mut Captures,
    is_wanted: impl Fn(&Condition) -> bool,
) {
    for condition in statement.conditions.iter().filter(|condition| is_wanted(condition)) {
        let Some(found) = value(condition.key.name()) else { continue };
        let is_like = condition
            .operator
            .is_some_and(|operator| matches!(operator.comparison, Comparison::Like | Comparison::Arn));
        let mut values = condition.values.iter();
        values.any(|text| capture(policy, text, is_like, &found, domains, captures));
    }
}

/// Adds values, as short as can be, by which the pattern matches the text; `false` where it has no variable or there are
/// none.
fn capture(
    policy: &Policy,
    pattern: &str,
    is_like: bool,
    text: &str,
    domains: &[(&String, Part)],
    captures: &mut Captures,
) -> bool {
    if !pattern.contains("${") {
        return false;
    }
    let units = units(policy, pattern, is_like);
    if !units.iter().any(|unit| matches!(unit, Unit::Variable(_))) {
        return false;
    }
    let text: Vec<char> = text.chars().collect();
    let known = captures.len();
    let fits = Fit { domains, steps: MAX_STEPS }.fits(&units, &text, captures);
    if !fits {
        captures.truncate(known);
    }
    fits
}

fn units(policy: &Policy, pattern: &str, is_like: bool) -> Vec<Unit> {
    let unit = |character: char| match character {
        '*' if is_like => Unit::Many,
        '?' if is_like => Unit::One,
        other => Unit::Char(other),
    };
    let mut units = Vec::new();
    for piece in pieces(pattern, policy.has_variables) {
        match piece {
            Piece::Text(text) => units.extend(text.chars().map(unit)),
            Piece::Escaped(character) => units.push(Unit::Char(character)),
            Piece::Variable { key, .. } => units.push(Unit::Variable(key)),
        }
    }
    units
}

struct Fit<'here> {
    domains: &'here [(&'here String, Part)],
    steps: usize,
}

impl Fit<'_> {
    /// Whether the units match the text, with values for the variables that have none yet.
    fn fits(&mut self, units: &[Unit], text: &[char], captures: &mut Captures) -> bool {
        self.steps = self.steps.saturating_sub(1);
        if self.steps == 0 {
            return false;
        }
        let Some((unit, units)) = units.split_first() else { return text.is_empty() };
        match unit {
            Unit::Char(own) => text.split_first().is_some_and(|(first, text)| {
                own.eq_ignore_ascii_case(first) && self.fits(units, text, captures)
            }),
            Unit::One => text.split_first().is_some_and(|(_, text)| self.fits(units, text, captures)),
            Unit::Many => {
                (0..=text.len()).filter_map(|at| text.get(at..)).any(|text| self.fits(units, text, captures))
            }
            Unit::Variable(key) => {
                if let Some((_, value)) = captures.iter().find(|(name, _)| name == key) {
                    let value: Vec<char> = value.chars().collect();
                    return text
                        .strip_prefix(value.as_slice())
                        .is_some_and(|text| self.fits(units, text, captures));
                }
                let Some((_, domain)) = self.domains.iter().find(|(name, _)| *name == key) else {
                    return false;
                };
                let known = captures.len();
                // What the caller writes at will may well be empty; another value is so only where it must.
                let (first, last) = if domain.admits("*") { (Some(0), None) } else { (None, Some(0)) };
                let lengths = first.into_iter().chain(1..=text.len()).chain(last);
                lengths.filter_map(|at| text.split_at_checked(at)).any(|(taken, text)| {
                    let value: String = taken.iter().collect();
                    captures.truncate(known);
                    let is_admitted = domain.admits(&value);
                    captures.push((key.clone(), value));
                    is_admitted && self.fits(units, text, captures)
                })
            }
        }
    }
}
