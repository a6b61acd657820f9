//! Many patterns as one automaton, in which those that begin alike share their beginning.
//!
//! A state is the set of places where a text may be so far, as sorted numbers.

use std::cmp::Ordering;
use std::collections::BTreeSet;
use std::sync::OnceLock;

use crate::pattern::{Class, Pattern, Token};

/// Patterns of which one must match.
#[derive(Debug, Clone)]
pub(crate) struct Trie {
    places: Vec<Place>,
    /// Whether the case of some step does not matter.
    folds: bool,
    /// The characters that some step names, in both cases where the case does not matter.
    mentioned: OnceLock<BTreeSet<char>>,
}

/// What is reached by the beginnings of some patterns.
#[derive(Debug, Clone)]
struct Place {
    /// The step that leads here. Where it is `Many`, the place is also reached without a character, and left by none.
    step: Option<Token>,
    /// The places after this one, in the order of their steps.
    next: Next,
    /// Whether a pattern ends here.
    ends: bool,
}

/// The places after another one. Most have one.
#[derive(Debug, Clone)]
enum Next {
    One([u32; 1]),
    Others(Vec<u32>),
}

impl Next {
    const NONE: Self = Self::Others(Vec::new());

    fn all(&self) -> &[u32] {
        match self {
            Self::One(one) => one,
            Self::Others(others) => others,
        }
    }

    fn insert(&mut self, at: usize, place: u32) {
        match self {
            Self::Others(others) if others.is_empty() => *self = Self::One([place]),
            Self::Others(others) => others.insert(at, place),
            Self::One([one]) => {
                *self = Self::Others(if at == 0 { vec![place, *one] } else { vec![*one, place] });
            }
        }
    }
}

/// The state before the first character.
const START: u32 = 0;

impl Trie {
    pub(crate) fn of<'set>(
        literals: impl Iterator<Item = &'set str>,
        patterns: impl Iterator<Item = &'set Pattern>,
    ) -> Self {
        let start = Place { step: None, next: Next::NONE, ends: false };
        let mut trie = Self { places: vec![start], folds: false, mentioned: OnceLock::new() };
        literals.for_each(|text| trie.add(text.chars().map(Token::Char)));
        patterns.for_each(|pattern| trie.add(pattern.tokens().iter().copied()));
        trie
    }

    fn add(&mut self, tokens: impl Iterator<Item = Token>) {
        let mut place = START;
        for token in tokens {
            self.folds |= matches!(token, Token::Fold(_));
            place = match self.find(place, |step| step.cmp(&token)) {
                Ok(next) => next,
                Err(at) => {
                    let Ok(new) = u32::try_from(self.places.len()) else { return };
                    self.places.push(Place { step: Some(token), next: Next::NONE, ends: false });
                    if let Some(place) = self.places.get_mut(place as usize) {
                        place.next.insert(at, new);
                    }
                    new
                }
            };
        }
        if let Some(place) = self.places.get_mut(place as usize) {
            place.ends = true;
        }
    }

    /// The place after another whose step this looks for, or where it would stand.
    fn find(&self, place: u32, compare: impl Fn(Token) -> Ordering) -> Result<u32, usize> {
        let next = self.next(place);
        let by_step = |next: &u32| self.step(*next).map_or(Ordering::Less, &compare);
        next.binary_search_by(by_step).map(|at| next.get(at).copied().unwrap_or(START))
    }

    fn next(&self, place: u32) -> &[u32] {
        self.places.get(place as usize).map_or(&[], |place| place.next.all())
    }

    fn step(&self, place: u32) -> Option<Token> {
        self.places.get(place as usize)?.step
    }

    fn ends(&self, place: u32) -> bool {
        self.places.get(place as usize).is_some_and(|place| place.ends)
    }

    /// The characters that some step names, in both cases where the case does not matter.
    pub(crate) fn mentioned(&self) -> &BTreeSet<char> {
        self.mentioned.get_or_init(|| {
            // Most are ASCII: a bit for each.
            let (mut ascii, mut others) = (0_u128, BTreeSet::new());
            let mut mention = |character: char| match u8::try_from(character) {
                Ok(byte) if byte.is_ascii() => ascii |= 1 << byte,
                _ => drop(others.insert(character)),
            };
            for place in &self.places {
                match place.step {
                    Some(Token::Char(character)) => mention(character),
                    Some(Token::Fold(character)) => {
                        [character, character.to_ascii_uppercase()].into_iter().for_each(&mut mention);
                    }
                    _ => {}
                }
            }
            others.extend((0..128_u8).filter(|byte| ascii >> byte & 1 == 1).map(char::from));
            others
        })
    }

    /// Whether some step is a hexadecimal digit.
    pub(crate) fn speaks_of_hex(&self) -> bool {
        let is_hex =
            |place: &Place| matches!(place.step, Some(Token::One(Class::Hex) | Token::Many(Class::Hex)));
        self.places.iter().any(is_hex)
    }

    /// The state before the first character.
    pub(crate) fn start(&self) -> Vec<u32> {
        let mut state = vec![START];
        self.close(&mut state);
        state
    }

    /// The state after one more character.
    pub(crate) fn advance(&self, state: &[u32], character: char, after: &mut Vec<u32>) {
        after.clear();
        let steps = [Token::Char(character), Token::Fold(character.to_ascii_lowercase())];
        let steps = if self.folds { &steps[..] } else { &steps[..1] };
        for place in state {
            if matches!(self.step(*place), Some(Token::Many(class)) if class.contains(character)) {
                after.push(*place);
            }
            let next = self.next(*place);
            if next.is_empty() {
                continue;
            }
            after.extend(steps.iter().filter_map(|token| self.find(*place, |step| step.cmp(token)).ok()));
            let by_class = next.iter().rev().map_while(|next| match self.step(*next)? {
                Token::One(class) => Some((*next, class.contains(character))),
                Token::Many(_) => Some((*next, false)),
                Token::Char(_) | Token::Fold(_) => None,
            });
            after.extend(by_class.filter(|(_, takes)| *takes).map(|(next, _)| next));
        }
        self.close(after);
    }

    /// Adds what is reached without a character.
    fn close(&self, state: &mut Vec<u32>) {
        let mut index = 0;
        while let Some(place) = state.get(index).copied() {
            let is_many = |next: &&u32| matches!(self.step(**next), Some(Token::Many(_)));
            state.extend(self.next(place).iter().rev().take_while(is_many));
            index += 1;
        }
        if state.len() > 1 {
            state.sort_unstable();
            state.dedup();
        }
    }

    /// Whether the text so far matches.
    pub(crate) fn accepts(&self, state: &[u32]) -> bool {
        state.iter().any(|place| self.ends(*place))
    }

    /// Whether the text so far matches, whatever follows.
    pub(crate) fn accepts_all(&self, state: &[u32]) -> Option<u32> {
        let takes_all = |place: &u32| self.ends(*place) && self.step(*place) == Some(Token::Many(Class::Any));
        state.iter().copied().find(takes_all)
    }

    /// Whether each next step names its character.
    pub(crate) fn names_next(&self, state: &[u32]) -> bool {
        let names = |step: Option<Token>| matches!(step, Some(Token::Char(_) | Token::Fold(_)));
        state.iter().all(|place| {
            !matches!(self.step(*place), Some(Token::Many(_)))
                && self.next(*place).iter().all(|next| names(self.step(*next)))
        })
    }

    /// The characters that a next step names.
    pub(crate) fn mentioned_after(&self, state: &[u32], mut mention: impl FnMut(char)) {
        let steps = state.iter().flat_map(|place| self.next(*place)).filter_map(|next| self.step(*next));
        for step in steps {
            match step {
                Token::Char(character) => mention(character),
                Token::Fold(character) => {
                    mention(character);
                    mention(character.to_ascii_uppercase());
                }
                Token::One(_) | Token::Many(_) => {}
            }
        }
    }

    /// Whether a text matches.
    pub(crate) fn matches(&self, text: &str) -> bool {
        let (mut state, mut after) = (self.start(), Vec::new());
        for character in text.chars() {
            if self.accepts_all(&state).is_some() {
                return true;
            }
            self.advance(&state, character, &mut after);
            std::mem::swap(&mut state, &mut after);
            if state.is_empty() {
                return false;
            }
        }
        self.accepts(&state)
    }

    /// Whether one of the patterns matches all that this one does, as the steps show: a star takes any steps of its class,
    /// and each other step takes one.
    pub(crate) fn covers(&self, tokens: &[Token]) -> bool {
        let mut state = self.start();
        let mut after = Vec::new();
        for token in tokens {
            after.clear();
            for place in &state {
                let is_star = |step: &Token| matches!(step, Token::Many(_)) && step.includes(*token);
                after.extend(self.step(*place).filter(is_star).map(|_| *place));
                if let Token::Char(_) = token {
                    after.extend(self.find(*place, |step| step.cmp(token)));
                }
                let others = self.next(*place).iter().rev().take_while(|next| !self.is_char(**next));
                let is_one = |step: Token| !matches!(step, Token::Many(_)) && step.includes(*token);
                after.extend(others.filter(|next| self.step(**next).is_some_and(is_one)));
            }
            self.close(&mut after);
            std::mem::swap(&mut state, &mut after);
            if state.is_empty() {
                return false;
            }
        }
        self.accepts(&state)
    }

    fn is_char(&self, place: u32) -> bool {
        matches!(self.step(place), Some(Token::Char(_)))
    }
}
