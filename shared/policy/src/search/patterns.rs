//! Sets of patterns of which one must match.

use std::sync::{Arc, OnceLock};

use super::trie::Trie;
use crate::pattern::Pattern;

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
    /// What was worked out of them: without those that hold an undecided variable, and with them.
    together: [Together; 2],
}

/// What was worked out of all patterns together.
#[derive(Debug, Clone, Default)]
struct Together {
    trie: OnceLock<Arc<Trie>>,
    beginning: OnceLock<String>,
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
        self.together = Default::default();
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
        let build = || Arc::new(Trie::of(self.sorted_literals(), self.rest_of(open)));
        self.together(open).trie.get_or_init(build)
    }

    /// What every text begins with that matches; those with an undecided variable count only if `open` says so.
    pub(crate) fn beginning(&self, open: bool) -> &str {
        self.together(open).beginning.get_or_init(|| {
            // What the first and the last of the sorted literals begin with, all between them do too.
            let literals = self.literals.first().into_iter().chain(self.literals.last());
            let all = literals.map(String::as_str).chain(self.rest_of(open).map(Pattern::beginning));
            all.reduce(common_beginning).unwrap_or_default().to_owned()
        })
    }

    fn together(&self, open: bool) -> &Together {
        let [closed, all] = &self.together;
        if open || !self.open { all } else { closed }
    }

    /// The patterns that are not literals; those with an undecided variable only if `open` says so.
    fn rest_of(&self, open: bool) -> impl Iterator<Item = &Pattern> {
        self.rest.iter().filter(move |pattern| open || !pattern.is_open())
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
            together: Default::default(),
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
            && self.beginning(true).starts_with(other.beginning(false))
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
            together: Default::default(),
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

/// What both texts begin with.
fn common_beginning<'text>(one: &'text str, other: &'text str) -> &'text str {
    let same = one.chars().zip(other.chars()).take_while(|(own, others)| own == others);
    let length = same.map(|(own, _)| own.len_utf8()).sum();
    one.get(..length).unwrap_or_default()
}
