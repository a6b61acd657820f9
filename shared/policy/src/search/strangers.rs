//! Accounts and organizations that nobody names.

use std::collections::BTreeSet;

use super::domain::shape;
use super::names::Names;
use super::patterns::Patterns;
use super::{Budget, Found, automaton};
use crate::pattern::{Class, Pattern, Style, Token};
use crate::template::Bindings;

/// How many kinds of account or organization are told apart.
const MAX_STRANGERS: usize = 8;

/// How many patterns of accounts or organizations are told apart.
const MAX_PATTERNS: usize = 32;

/// One stranger for each way in which the patterns of a policy can tell strangers apart.
#[derive(Debug, Clone, Default)]
pub(crate) struct Strangers {
    pub(crate) found: Vec<String>,
    /// Whether some ways were left out.
    pub(crate) incomplete: bool,
    /// Who is no stranger, of those who could be one.
    named: BTreeSet<String>,
    /// What tells strangers apart.
    patterns: BTreeSet<String>,
}

/// What a stranger is looked for by.
struct Wanted {
    shape: Patterns,
    /// Who is no stranger, of those who could be one.
    named: BTreeSet<String>,
    /// Who is taken where nothing speaks against it.
    usual: &'static [&'static str],
}

impl Strangers {
    /// Accounts: twelve digits.
    pub(crate) fn accounts(names: &Names, known: Option<&Self>, budget: &mut Budget) -> Self {
        let shape = Pattern::new(vec![Token::One(Class::Digit); 12]);
        let usual = &["444455556666", "777788889999", "222233334444"];
        let wanted = Wanted::of(shape, &names.accounts, usual);
        Self::explore(wanted, &names.account_patterns, known, budget)
    }

    /// Organizations: `o-` and letters or digits.
    pub(crate) fn organizations(names: &Names, known: Option<&Self>, budget: &mut Budget) -> Self {
        let wanted = Wanted::of(shape("o-<a10+>"), &names.organizations, &["o-outsider00", "o-stranger00"]);
        Self::explore(wanted, &names.organization_patterns, known, budget)
    }

    /// Strangers to a policy; those that are known, where nothing else tells strangers apart there.
    fn explore(
        wanted: Wanted,
        patterns: &BTreeSet<String>,
        known: Option<&Self>,
        budget: &mut Budget,
    ) -> Self {
        if let Some(known) = known.filter(|own| own.named == wanted.named && own.patterns == *patterns) {
            return known.clone();
        }
        let incomplete = patterns.len() > MAX_PATTERNS;
        let mut strangers = Self { incomplete, patterns: patterns.clone(), ..Self::default() };
        let like = |text: &String| -> Patterns {
            Pattern::compile(text, Style::Like, false, &Bindings::default()).into_iter().collect()
        };
        let patterns: Vec<Patterns> = patterns.iter().take(MAX_PATTERNS).map(like).collect();
        strangers.split(&wanted, &patterns, &mut Vec::new(), None, budget);
        strangers.incomplete |= strangers.found.is_empty();
        strangers.named = wanted.named;
        strangers
    }

    /// Takes each of the rest of the patterns as one that the stranger does not match, and as one that it does. `known` is a
    /// stranger who matches the patterns that were chosen before as chosen.
    fn split<'here>(
        &mut self,
        wanted: &Wanted,
        rest: &'here [Patterns],
        chosen: &mut Vec<(&'here Patterns, bool)>,
        known: Option<&str>,
        budget: &mut Budget,
    ) {
        if self.found.len() >= MAX_STRANGERS {
            self.incomplete = true;
            return;
        }
        // While there are other patterns to choose, it is enough that there is one.
        let known = known.filter(|known| !rest.is_empty() && wanted.fits(known, chosen));
        let found =
            known.map_or_else(|| wanted.stranger(chosen, budget), |known| Found::One(known.to_owned()));
        let stranger = match found {
            Found::One(stranger) => stranger,
            Found::None => return,
            Found::Unknown => {
                self.incomplete = true;
                return;
            }
        };
        let Some((pattern, rest)) = rest.split_first() else {
            self.found.push(stranger);
            return;
        };
        for matches in [false, true] {
            chosen.push((pattern, matches));
            self.split(wanted, rest, chosen, Some(&stranger), budget);
            chosen.pop();
        }
    }
}

impl Wanted {
    fn of(shape: Pattern, named: &BTreeSet<String>, usual: &'static [&'static str]) -> Self {
        let named = named.iter().filter(|name| shape.matches(name)).cloned().collect();
        Self { shape: [shape].into_iter().collect(), named, usual }
    }

    /// Somebody who is not named and matches the patterns as chosen.
    fn stranger(&self, chosen: &[(&Patterns, bool)], budget: &mut Budget) -> Found<String> {
        if let Some(usual) = self.usual.iter().find(|value| self.fits(value, chosen)) {
            return Found::One((*usual).to_owned());
        }
        let mut demands = chosen.to_vec();
        let named = exactly(&self.named);
        demands.extend([(&self.shape, true), (&named, false)]);
        automaton::find(&demands, budget)
    }

    /// Whether somebody is not named and matches the patterns as chosen.
    fn fits(&self, value: &str, chosen: &[(&Patterns, bool)]) -> bool {
        !self.named.contains(value)
            && chosen.iter().all(|(patterns, matches)| patterns.matches(value, true) == *matches)
    }
}

fn exactly(names: &BTreeSet<String>) -> Patterns {
    names.iter().map(|name| Pattern::exactly(name)).collect()
}
