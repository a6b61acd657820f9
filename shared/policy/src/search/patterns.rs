//! Sets of patterns of which one must match.

use std::sync::{Arc, OnceLock};

use super::trie::Trie;
use crate::pattern::{Pattern, Token};

/// From how many patterns on a value is compared with all at once.
const MANY: usize = 6;

/// The patterns of one condition or element, ORed.
#[derive(Debug, Clone, Default)]
pub(crate) struct Patterns {
    /// In order, each once.
    literals: Vec<String>,
    rest: Vec<Pattern>,
    /// Whether an undecided variable is part of one of them.
    open: bool,
    /// All of them as one automaton: without those that hold an undecided variable, and with them.
    tries: [OnceLock<Arc<Trie>>; 2],
}

impl FromIterator<Pattern> for Patterns {
    fn from_iter<I: IntoIterator<Item = Pattern>>(patterns: I) -> Self {
        let mut set = Self::default();
        set.extend(patterns);
        set
    }
}

impl Extend<Pattern> for Patterns {
    fn extend<I: IntoIterator<Item = Pattern>>(&mut self, patterns: I) {
        self.tries = [OnceLock::new(), OnceLock::new()];
        for pattern in patterns {
            match pattern.literal() {
                Some(literal) => self.literals.push(literal.to_owned()),
                None => {
                    self.open |= pattern.is_open();
                    self.rest.push(pattern);
                }
            }
        }
        self.literals.sort_unstable();
        self.literals.dedup();
    }
}

impl Patterns {
    pub(crate) fn is_empty(&self) -> bool {
        self.literals.is_empty() && self.rest.is_empty()
    }

    /// Whether some pattern matches; an open pattern counts only if `open` says so.
    pub(crate) fn matches(&self, value: &str, open: bool) -> bool {
        if self.literals.binary_search_by(|literal| literal.as_str().cmp(value)).is_ok() {
            return true;
        }
        if self.rest.len() >= MANY {
            return self.trie(open).matches(value);
        }
        self.rest.iter().any(|pattern| (open || !pattern.is_open()) && pattern.matches(value))
    }

    /// The patterns as one automaton; those with an undecided variable only if `open` says so.
    pub(crate) fn trie(&self, open: bool) -> &Trie {
        let build = || {
            let literals =
                self.sorted_literals().map(|text| text.chars().map(Token::Char).collect::<Vec<_>>());
            let rest = self.rest.iter().filter(|pattern| open || !pattern.is_open());
            let all = literals.chain(rest.map(|pattern| pattern.tokens().to_vec()));
            Arc::new(Trie::of(all.map(Vec::into_iter)))
        };
        let [closed, all] = &self.tries;
        let own = if open || !self.open { all } else { closed };
        own.get_or_init(build)
    }

    /// Both sets in one.
    pub(crate) fn with(&self, other: &Self) -> Self {
        let mut literals: Vec<String> = self.literals.iter().chain(&other.literals).cloned().collect();
        literals.sort_unstable();
        literals.dedup();
        Self {
            literals,
            rest: self.rest.iter().chain(&other.rest).cloned().collect(),
            open: self.open || other.open,
            tries: Default::default(),
        }
    }

    /// The values, when the set is finite.
    pub(crate) fn finite(&self) -> Option<impl Iterator<Item = &str>> {
        self.rest.is_empty().then(|| self.sorted_literals())
    }

    /// The literals, in order.
    pub(crate) fn sorted_literals(&self) -> impl Iterator<Item = &str> {
        self.literals.iter().map(String::as_str)
    }

    /// Whether whatever matches this matches the other, as far as that is seen pattern by pattern.
    pub(crate) fn is_part_of(&self, other: &Self) -> bool {
        let is_in_other = |pattern: &Pattern| {
            (pattern.is_open() && other.rest.contains(pattern)) || other.trie(false).covers(pattern.tokens())
        };
        !other.is_empty()
            && self.trie(true).beginning().starts_with(other.trie(false).beginning())
            && self.literals.iter().all(|literal| other.matches(literal, false))
            && self.rest.iter().all(is_in_other)
    }

    /// Whether an undecided variable is part of some pattern.
    pub(crate) fn is_open(&self) -> bool {
        self.open
    }

    /// The set without the patterns that hold an undecided variable and are within one of the others.
    pub(crate) fn without_variables_of(&self, others: &[&Self]) -> Self {
        let is_within = |pattern: &Pattern| {
            others.iter().flat_map(|other| &other.rest).any(|other| pattern.is_within(other))
        };
        let rest = self.rest.iter().filter(|pattern| !pattern.is_open() || !is_within(pattern));
        Self {
            literals: self.literals.clone(),
            rest: rest.cloned().collect(),
            open: self.open,
            tries: Default::default(),
        }
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
