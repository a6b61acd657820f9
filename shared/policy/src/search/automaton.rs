//! Finds a text that matches all of some pattern sets and none of others.
//!
//! The sets are run side by side as nondeterministic automata, breadth first over the characters that any of them
//! mentions plus one stand-in for each kind of character that none mentions. The first text accepted is a shortest
//! one; when the reachable states are used up, none exists.

use std::collections::{BTreeSet, HashMap, VecDeque};

use super::patterns::Patterns;
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
    let weight: usize = demands.iter().map(|(patterns, _)| patterns.weight()).sum();
    if !budget.spend_steps(2 * weight) {
        return Found::Unknown;
    }
    if let Some(value) = quick(demands) {
        return Found::One(value);
    }
    if !budget.spend_steps(4 * weight) {
        return Found::Unknown;
    }
    Product::new(demands).search(budget)
}

fn meets(value: &str, demands: &[Demand<'_>]) -> bool {
    demands.iter().all(|(patterns, wanted)| patterns.matches(value, *wanted) == *wanted)
}

/// Tries the simplest texts of the wanted patterns before the automata are built.
fn quick(demands: &[Demand<'_>]) -> Option<String> {
    let wanted = demands.iter().filter(|(_, wanted)| *wanted);
    for (patterns, _) in wanted {
        let literals = patterns.sorted_literals().take(8).map(str::to_owned);
        let simplest = patterns.rest().iter().take(8).flat_map(|pattern| {
            ["object", "x", ""].into_iter().map(|filling| simplest_text(pattern, filling))
        });
        if let Some(value) = literals.chain(simplest).find(|value| meets(value, demands)) {
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

/// The positions that each demand's automaton may be in, in order.
type State = Vec<Vec<u32>>;

/// A step of a demand's automaton: the token, or the end of one of its patterns.
type Step = Option<Token>;

struct Machine {
    steps: Vec<Step>,
    starts: Vec<u32>,
    wanted: bool,
}

struct Product {
    machines: Vec<Machine>,
    alphabet: Vec<char>,
}

impl Product {
    fn new(demands: &[Demand<'_>]) -> Self {
        let machines: Vec<Machine> = demands.iter().map(|demand| Machine::new(*demand)).collect();
        let alphabet = alphabet(&machines);
        Self { machines, alphabet }
    }

    fn search(&self, budget: &mut Budget) -> Found<String> {
        let Some(start) = self.close(self.machines.iter().map(|machine| machine.starts.clone()).collect())
        else {
            return Found::None;
        };
        let mut parents: Vec<(usize, char)> = vec![(0, '\0')];
        let mut seen: HashMap<State, ()> = HashMap::from([(start.clone(), ())]);
        let mut queue = VecDeque::from([(0_usize, start)]);
        while let Some((id, state)) = queue.pop_front() {
            if self.accepts(&state) {
                return Found::One(spell(&parents, id));
            }
            for character in &self.alphabet {
                if !budget.spend_steps(state.iter().map(Vec::len).sum()) {
                    return Found::Unknown;
                }
                let Some(next) = self.step(&state, *character) else { continue };
                if seen.insert(next.clone(), ()).is_none() {
                    queue.push_back((parents.len(), next));
                    parents.push((id, *character));
                }
            }
        }
        Found::None
    }

    fn step(&self, state: &State, character: char) -> Option<State> {
        let advance = |(machine, positions): (&Machine, &Vec<u32>)| machine.advance(positions, character);
        self.close(self.machines.iter().zip(state).map(advance).collect())
    }

    /// Adds what is reachable without a character; `None` when no continuation can be accepted.
    fn close(&self, mut state: State) -> Option<State> {
        for (machine, positions) in self.machines.iter().zip(&mut state) {
            machine.close(positions);
            let sink = positions.iter().copied().find(|position| machine.takes_all_from(*position));
            match (machine.wanted, sink) {
                (true, _) if positions.is_empty() => return None,
                (true, Some(sink)) => *positions = vec![sink, sink + 1],
                (false, Some(_)) => return None,
                _ => {}
            }
        }
        Some(state)
    }

    fn accepts(&self, state: &State) -> bool {
        self.machines
            .iter()
            .zip(state)
            .all(|(machine, positions)| machine.accepts(positions) == machine.wanted)
    }
}

impl Machine {
    fn new((patterns, wanted): Demand<'_>) -> Self {
        let mut machine = Self { steps: Vec::new(), starts: Vec::new(), wanted };
        for literal in patterns.sorted_literals() {
            machine.add(literal.chars().map(Token::Char));
        }
        for pattern in patterns.rest().iter().filter(|pattern| wanted || !pattern.is_open()) {
            machine.add(pattern.tokens().iter().copied());
        }
        machine
    }

    fn add(&mut self, tokens: impl Iterator<Item = Token>) {
        if let Ok(start) = u32::try_from(self.steps.len()) {
            self.starts.push(start);
            self.steps.extend(tokens.map(Some));
            self.steps.push(None);
        }
    }

    fn at(&self, position: u32) -> Step {
        self.steps.get(position as usize).copied().flatten()
    }

    fn close(&self, positions: &mut Vec<u32>) {
        let mut index = 0;
        while let Some(position) = positions.get(index).copied() {
            if matches!(self.at(position), Some(Token::Many(_))) {
                positions.push(position + 1);
            }
            index += 1;
        }
        positions.sort_unstable();
        positions.dedup();
    }

    fn advance(&self, positions: &[u32], character: char) -> Vec<u32> {
        positions
            .iter()
            .filter_map(|position| match self.at(*position) {
                Some(token) if token.takes(character) => {
                    Some(if matches!(token, Token::Many(_)) { *position } else { *position + 1 })
                }
                _ => None,
            })
            .collect()
    }

    fn accepts(&self, positions: &[u32]) -> bool {
        positions.iter().any(|position| self.at(*position).is_none())
    }

    fn takes_all_from(&self, position: u32) -> bool {
        self.at(position) == Some(Token::Many(Class::Any)) && self.at(position + 1).is_none()
    }
}

fn alphabet(machines: &[Machine]) -> Vec<char> {
    let mut mentioned = BTreeSet::new();
    let mut speaks_of_hex = false;
    for token in machines.iter().flat_map(|machine| machine.steps.iter().flatten()) {
        match token {
            Token::Char(character) => drop(mentioned.insert(*character)),
            Token::Fold(character) => {
                mentioned.insert(*character);
                mentioned.insert(character.to_ascii_uppercase());
            }
            Token::One(class) | Token::Many(class) => speaks_of_hex |= *class == Class::Hex,
        }
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
    mentioned.into_iter().chain(stand_ins).collect()
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
