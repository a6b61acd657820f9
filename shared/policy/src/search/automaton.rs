//! Finds a text that matches all of some pattern sets and none of others.
//!
//! The sets are run side by side as nondeterministic automata, breadth first over the characters that any of them
//! mentions plus one stand-in for each kind of character that none mentions. The first text accepted is a shortest
//! one; when the reachable states are used up, none exists.

use std::collections::{BTreeSet, VecDeque};

use super::hashing::Set;
use super::patterns::Patterns;
use super::trie::Trie;
use super::{Budget, Found};
use crate::pattern::{Class, Pattern, Token};

/// A pattern set and whether the text must match it.
pub(crate) type Demand<'set> = (&'set Patterns, bool);

/// A pattern longer than this is not followed: comparing two texts of that length is too much work.
const MAX_PATTERN: usize = 2_048;

/// A text that meets all demands.
pub(crate) fn find(demands: &[Demand<'_>], budget: &mut Budget) -> Found<String> {
    if demands.iter().any(|(patterns, _)| patterns.longest() > MAX_PATTERN) {
        return Found::Unknown;
    }
    for (patterns, _) in demands.iter().filter(|(_, wanted)| *wanted) {
        if let Some(values) = patterns.finite() {
            return values
                .into_iter()
                .find(|value| meets(value, demands))
                .map_or(Found::None, |value| Found::One(value.to_owned()));
        }
    }
    let refused = |wanted: &Patterns| demands.iter().any(|(other, mark)| !mark && wanted.is_part_of(other));
    if demands.iter().any(|(patterns, wanted)| *wanted && refused(patterns)) {
        return Found::None;
    }
    let wanted =
        || demands.iter().filter(|(_, wanted)| *wanted).map(|(patterns, _)| patterns.beginning(true));
    let longest = wanted().max_by_key(|beginning| beginning.len()).unwrap_or_default();
    if wanted().any(|beginning| !longest.starts_with(beginning)) {
        return Found::None;
    }
    let weight: usize = demands.iter().map(|(patterns, _)| patterns.weight()).sum();
    if !budget.spend_steps(weight / 8) {
        return Found::Unknown;
    }
    if let Some(value) = quick(demands) {
        return Found::One(value);
    }
    if !budget.spend_steps(weight / 4) {
        return Found::Unknown;
    }
    let product = Product::new(demands);
    let mut little = Budget::new(LITTLE);
    match product.search(&mut little) {
        Found::Unknown => {}
        found => return found,
    }
    match woven(demands) {
        Some(value) => Found::One(value),
        None => product.search(budget),
    }
}

/// How much work is done before texts are woven of two patterns at a time.
const LITTLE: usize = 20_000;

/// How many patterns of two sets are woven into texts.
const MAX_WOVEN: usize = 8;

/// A text that matches one pattern each of two wanted sets, where it meets all demands. Two patterns are little work where
/// all of them together are much.
fn woven(demands: &[Demand<'_>]) -> Option<String> {
    let mut wanted = demands.iter().filter(|(_, wanted)| *wanted).map(|(patterns, _)| *patterns);
    let (one, other) = wanted.next().zip(wanted.next())?;
    let singly = |patterns: &Patterns| -> Vec<Patterns> {
        patterns.rest().iter().take(MAX_WOVEN).map(|own| [own.clone()].into_iter().collect()).collect()
    };
    let (ones, others) = (singly(one), singly(other));
    let mut little = Budget::new(2 * LITTLE);
    let pairs = ones.iter().flat_map(|one| others.iter().map(move |other| [(one, true), (other, true)]));
    let mut texts = pairs.filter_map(|pair| match Product::new(&pair).search(&mut little) {
        Found::One(text) => Some(text),
        Found::None | Found::Unknown => None,
    });
    texts.find(|text| meets(text, demands))
}

fn meets(value: &str, demands: &[Demand<'_>]) -> bool {
    demands.iter().all(|(patterns, wanted)| patterns.matches(value, *wanted) == *wanted)
}

/// Tries the simplest texts of the wanted patterns before the automata are built.
fn quick(demands: &[Demand<'_>]) -> Option<String> {
    // Most texts are told apart by the smallest sets.
    let mut by_weight = demands.to_vec();
    by_weight.sort_by_key(|(patterns, _)| patterns.rest().len());
    let wanted = demands.iter().filter(|(_, wanted)| *wanted);
    for (patterns, _) in wanted {
        let literals = patterns.sorted_literals().take(8).map(str::to_owned);
        let simplest = patterns.rest().iter().take(8).flat_map(|pattern| {
            ["object", "x", ""].into_iter().map(|filling| simplest_text(pattern, filling))
        });
        if let Some(value) = literals.chain(simplest).find(|value| meets(value, &by_weight)) {
            return Some(value);
        }
    }
    None
}

fn simplest_text(pattern: &Pattern, filling: &str) -> String {
    let mut text = String::new();
    for token in pattern.tokens() {
        match token {
            Token::Char(character) | Token::Fold(character) => text.push(*character),
            Token::One(class) => text.push(stand_in(*class)),
            Token::Many(Class::Any | Class::Segment) => text.push_str(filling),
            Token::Many(_) => {}
        }
    }
    text
}

fn stand_in(class: Class) -> char {
    match class {
        Class::Digit | Class::Hex => '7',
        Class::Upper => 'X',
        _ => 'x',
    }
}

/// The states of all demands' automata, each with what separates it from the next.
type State = Vec<u32>;

/// Stands after the state of each automaton.
const END: u32 = u32::MAX;

struct Machine<'set> {
    trie: &'set Trie,
    wanted: bool,
}

struct Product<'set> {
    machines: Vec<Machine<'set>>,
    /// The characters that are tried, each with the classes that it is of.
    alphabet: Vec<(char, u16)>,
    /// How many of them are mentioned. They come first, in order.
    mentioned: usize,
}

/// What is known of a character before it is tried.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Mention {
    /// No next step names it.
    None,
    /// A next step names it.
    Some,
    /// One of the texts that is wanted goes on with other characters only.
    Other,
}

impl<'set> Product<'set> {
    fn new(demands: &[Demand<'set>]) -> Self {
        let machine =
            |(patterns, wanted): &Demand<'set>| Machine { trie: patterns.trie(*wanted), wanted: *wanted };
        let machines: Vec<Machine<'set>> = demands.iter().map(machine).collect();
        let (alphabet, mentioned) = alphabet(&machines);
        let alphabet = alphabet.into_iter().map(|character| (character, Class::of(character)));
        Self { alphabet: alphabet.collect(), mentioned, machines }
    }

    fn search(&self, budget: &mut Budget) -> Found<String> {
        let mut start = State::new();
        for machine in &self.machines {
            if !machine.add(&machine.trie.start(), &mut start) {
                return Found::None;
            }
        }
        let mut parents: Vec<(usize, char)> = vec![(0, '\0')];
        let mut seen: Set<State> = Set::from_iter([start.clone()]);
        let mut queue = VecDeque::from([(0_usize, start)]);
        let mut classes: Vec<u16> = Vec::new();
        let (mut next, mut places) = (State::new(), Vec::new());
        while let Some((id, state)) = queue.pop_front() {
            if self.accepts(&state) {
                return Found::One(spell(&parents, id));
            }
            let mentioned = self.mentioned_after(&state);
            classes.clear();
            for ((character, of), mention) in self.alphabet.iter().zip(mentioned) {
                match mention {
                    Mention::Other => continue,
                    Mention::Some => {}
                    // Characters of the same classes that no step names lead to the same state.
                    Mention::None if classes.contains(of) => continue,
                    Mention::None => classes.push(*of),
                }
                if !budget.spend_steps(state.len()) {
                    return Found::Unknown;
                }
                if self.step(&state, *character, &mut places, &mut next) && !seen.contains(&next) {
                    seen.insert(next.clone());
                    queue.push_back((parents.len(), next.clone()));
                    parents.push((id, *character));
                }
            }
        }
        Found::None
    }

    /// Each machine with its part of a state.
    fn parts<'state>(&self, state: &'state State) -> impl Iterator<Item = (&Machine<'set>, &'state [u32])> {
        self.machines.iter().zip(state.split(|place| *place == END))
    }

    /// What is known of each character of the alphabet.
    fn mentioned_after(&self, state: &State) -> Vec<Mention> {
        let mut mentioned = vec![Mention::None; self.alphabet.len()];
        let names = self.alphabet.get(..self.mentioned).unwrap_or_default();
        let mut mention = |character: char| {
            let at = names.binary_search_by(|(own, _)| own.cmp(&character)).ok();
            if let Some(own) = at.and_then(|at| mentioned.get_mut(at)) {
                *own = Mention::Some;
            }
        };
        let only =
            self.parts(state).find(|(machine, places)| machine.wanted && machine.trie.names_next(places));
        if let Some((machine, places)) = only {
            machine.trie.mentioned_after(places, mention);
            mentioned.iter_mut().filter(|own| **own == Mention::None).for_each(|own| *own = Mention::Other);
            return mentioned;
        }
        for (machine, places) in self.parts(state) {
            machine.trie.mentioned_after(places, &mut mention);
        }
        mentioned
    }

    /// Makes of `after` the state after one more character; `false` when no continuation can be accepted. What is in
    /// `places` is of no account.
    fn step(&self, state: &State, character: char, places: &mut Vec<u32>, after: &mut State) -> bool {
        after.clear();
        self.parts(state).all(|(machine, before)| {
            machine.trie.advance(before, character, places);
            machine.add(places, after)
        })
    }

    fn accepts(&self, state: &State) -> bool {
        self.parts(state).all(|(machine, places)| machine.trie.accepts(places) == machine.wanted)
    }
}

impl Machine<'_> {
    /// Adds this machine's state to that of all; `false` when no continuation can be accepted.
    fn add(&self, places: &[u32], state: &mut State) -> bool {
        match (self.wanted, self.trie.accepts_all(places)) {
            (true, _) if places.is_empty() => return false,
            (true, Some(sink)) => state.push(sink),
            (false, Some(_)) => return false,
            _ => state.extend(places),
        }
        state.push(END);
        true
    }
}

/// The characters that are tried, and how many of them, which come first, some step names.
fn alphabet(machines: &[Machine<'_>]) -> (Vec<char>, usize) {
    let mut mentioned: BTreeSet<char> = BTreeSet::new();
    let mut speaks_of_hex = false;
    for machine in machines {
        mentioned.extend(machine.trie.mentioned());
        speaks_of_hex |= machine.trie.speaks_of_hex();
    }
    let kinds: [&str; 8] = [
        "xqzabcdefghijklmnoprstuvwy",
        "7890123456",
        "XQZABCDEFGHIJKLMNOPRSTUVWY",
        "-_.,+=@",
        "/",
        ":",
        " #~|",
        if speaks_of_hex { "abcdef" } else { "" },
    ];
    let stand_ins =
        kinds.iter().filter_map(|kind| kind.chars().find(|character| !mentioned.contains(character)));
    let stand_ins: Vec<char> = stand_ins.collect();
    let count = mentioned.len();
    (mentioned.into_iter().chain(stand_ins).collect(), count)
}

fn spell(parents: &[(usize, char)], mut id: usize) -> String {
    let mut text = Vec::new();
    while id != 0 {
        let Some((parent, character)) = parents.get(id) else { break };
        text.push(*character);
        id = *parent;
    }
    text.into_iter().rev().collect()
}
