//! Sets of patterns of which one must match.

use std::collections::HashSet;

use crate::pattern::Pattern;

/// The patterns of one condition or element, ORed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    literals: HashSet<String>,
    rest: Vec<Pattern>,
}

impl FromIterator<Pattern> for Patterns {
    fn from_iter<I: IntoIterator<Item = Pattern>>(patterns: I) -> Self {
        let mut set = Self::default();
        for pattern in patterns {
            match pattern.literal() {
                Some(literal) => drop(set.literals.insert(literal.to_owned())),
                None => set.rest.push(pattern),
            }
        }
        set
    }
}

impl Patterns {
    pub(crate) fn is_empty(&self) -> bool {
        self.literals.is_empty() && self.rest.is_empty()
    }

    /// Whether some pattern matches; an open pattern counts only if `open` says so.
    pub(crate) fn matches(&self, value: &str, open: bool) -> bool {
        self.literals.contains(value)
            || self.rest.iter().any(|pattern| (open || !pattern.is_open()) && pattern.matches(value))
    }

    /// The values, when the set is finite.
    pub(crate) fn finite(&self) -> Option<impl Iterator<Item = &str>> {
        self.rest.is_empty().then(|| self.sorted_literals())
    }

    /// The literals in an order that does not depend on hashing.
    pub(crate) fn sorted_literals(&self) -> impl Iterator<Item = &str> {
        let mut literals: Vec<&str> = self.literals.iter().map(String::as_str).collect();
        literals.sort_unstable();
        literals.into_iter()
    }

    /// Whether every pattern of the set is also one of the other's, so that whatever matches this matches that.
    pub(crate) fn is_part_of(&self, other: &Self) -> bool {
        self.literals.is_subset(&other.literals)
            && self.rest.iter().all(|pattern| other.rest.contains(pattern))
    }

    /// How many steps the longest pattern has.
    pub(crate) fn longest(&self) -> usize {
        let literals = self.literals.iter().map(String::len);
        literals.chain(self.rest.iter().map(|pattern| pattern.tokens().len())).max().unwrap_or_default()
    }

    /// How many steps the set has as an automaton.
    pub(crate) fn weight(&self) -> usize {
        let literals: usize = self.literals.iter().map(String::len).sum();
        literals + self.rest.iter().map(|pattern| pattern.tokens().len()).sum::<usize>()
    }

    /// The patterns that are not literals.
    pub(crate) fn rest(&self) -> &[Pattern] {
        &self.rest
    }
}
