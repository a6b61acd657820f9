//! Patterns: texts with wildcards, as small automata over characters.

mod front;

use crate::template::{Bindings, Piece, may_hold_variable, pieces};
use front::{Front, Then};

/// One step of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Token {
    /// This character.
    Char(char),
    /// This character in either case.
    Fold(char),
    /// One character of a class.
    One(Class),
    /// Any number of characters of a class.
    Many(Class),
}

/// A class of characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
    /// Every character.
    Any,
    /// Every character but `:`, so that a wildcard stays inside its segment of an ARN.
    Segment,
    /// Every character that a caller may write where nobody looks at it.
    Free,
    /// As `Free`, without the wildcards: what a tag may hold.
    Label,
    /// Every character that a name which AWS gave or checked may hold: no wildcard, no space.
    Name,
    /// As `Name`, without `:` and `/`.
    Plain,
    /// `0` to `9`.
    Digit,
    /// `a` to `z` and `0` to `9`.
    Lower,
    /// `A` to `Z` and `0` to `9`.
    Upper,
    /// `a` to `f` and `0` to `9`.
    Hex,
    /// What the name of a user, a role or a session may hold.
    Entity,
    /// What the path before the name of a user or role may hold.
    Path,
    /// What a label of a host's name may hold.
    Host,
    /// `a` to `z`.
    Letter,
}

impl Class {
    const ALL: [Self; 14] = [
        Self::Any,
        Self::Segment,
        Self::Free,
        Self::Label,
        Self::Name,
        Self::Plain,
        Self::Digit,
        Self::Lower,
        Self::Upper,
        Self::Hex,
        Self::Entity,
        Self::Path,
        Self::Host,
        Self::Letter,
    ];

    /// The classes that a character is of, as bits.
    pub(crate) fn of(character: char) -> u16 {
        let bit = |class: &Self| u16::from(class.contains(character)) << *class as u16;
        Self::ALL.iter().map(bit).sum()
    }

    /// Whether every character of the other class is known to be of this one.
    fn includes(self, other: Self) -> bool {
        let has_no_colon = matches!(
            other,
            Self::Plain
                | Self::Digit
                | Self::Lower
                | Self::Upper
                | Self::Hex
                | Self::Entity
                | Self::Host
                | Self::Letter
        );
        self == other || self == Self::Any || (self == Self::Segment && has_no_colon)
    }

    pub(crate) fn contains(self, character: char) -> bool {
        match self {
            Self::Any => true,
            Self::Segment => character != ':',
            Self::Free => !character.is_control(),
            Self::Label => !matches!(character, '*' | '?') && !character.is_control(),
            Self::Name => !matches!(character, '*' | '?' | '$' | '{' | '}' | ' ') && !character.is_control(),
            Self::Plain => Self::Name.contains(character) && !matches!(character, ':' | '/'),
            Self::Digit => character.is_ascii_digit(),
            Self::Lower => character.is_ascii_lowercase() || character.is_ascii_digit(),
            Self::Upper => character.is_ascii_uppercase() || character.is_ascii_digit(),
            Self::Hex => matches!(character, 'a'..='f' | '0'..='9'),
            Self::Entity => {
                character.is_ascii_alphanumeric()
                    || matches!(character, '+' | '=' | ',' | '.' | '@' | '_' | '-')
            }
            Self::Path => character.is_ascii_graphic() && Self::Name.contains(character),
            Self::Host => Self::Lower.contains(character) || character == '-',
            Self::Letter => character.is_ascii_lowercase(),
        }
    }
}

impl Token {
    /// Whether the token can take this character.
    pub(crate) fn takes(self, character: char) -> bool {
        match self {
            Self::Char(own) => own == character,
            Self::Fold(own) => own == character || own == character.to_ascii_lowercase(),
            Self::One(class) | Self::Many(class) => class.contains(character),
        }
    }
}

impl Token {
    /// Whether this step takes every text that the other takes, as far as is known of their classes.
    pub(crate) fn includes(self, other: Self) -> bool {
        match (self, other) {
            (Self::One(own) | Self::Many(own), Self::Char(character)) => own.contains(character),
            (Self::One(own) | Self::Many(own), Self::Fold(character)) => {
                own.contains(character) && own.contains(character.to_ascii_uppercase())
            }
            (Self::One(own) | Self::Many(own), Self::One(class)) | (Self::Many(own), Self::Many(class)) => {
                own.includes(class)
            }
            (Self::Fold(_), Self::Char(character)) => self.takes(character),
            _ => self == other,
        }
    }
}

/// How a condition or element reads its text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Style {
    /// Every character stands for itself.
    Exact,
    /// As `Exact`, in either case.
    IgnoreCase,
    /// `*` and `?` are wildcards.
    Like,
    /// As `Like`, in either case.
    LikeIgnoreCase,
    /// As `Like`, segment by segment: only in the last segment may a wildcard run over a `:`. A pattern with fewer
    /// than six segments compares its last one with all that remains.
    Arn,
}

impl Style {
    pub(crate) const ALL: [Self; 5] =
        [Self::Exact, Self::IgnoreCase, Self::Like, Self::LikeIgnoreCase, Self::Arn];
}

/// A text that a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    tokens: Vec<Token>,
    front: Front,
    /// The undecided variables in the pattern. Two equal patterns match the same values whatever these stand for.
    variables: Vec<Variable>,
}

/// An undecided variable in a pattern.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Variable {
    key: String,
    default: Option<String>,
    /// Whether its value is compared in either case.
    folds: bool,
}

impl Pattern {
    /// Compiles a value; `None` when it needs an absent variable and so matches nothing.
    pub(crate) fn compile(value: &str, style: Style, variables: bool, bindings: &Bindings) -> Option<Self> {
        if !(variables && may_hold_variable(value)) {
            let mut compiler = Compiler::new(style, value.matches(':').count(), value.len());
            value.chars().for_each(|character| compiler.text(character));
            return Some(Self::new(compiler.tokens));
        }
        let pieces = pieces(value, variables);
        let colons = |piece: &Piece| match piece {
            Piece::Text(text) => text.matches(':').count(),
            _ => 0,
        };
        let mut compiler = Compiler::new(style, pieces.iter().map(colons).sum(), value.len());
        for piece in &pieces {
            match piece {
                Piece::Text(text) => text.chars().for_each(|character| compiler.text(character)),
                Piece::Escaped(character) => compiler.character(*character),
                Piece::Variable { key, default } => match bindings.value(key, default.as_deref()).ok()? {
                    Some(value) => value.chars().for_each(|character| compiler.character(character)),
                    None => {
                        let folds = matches!(style, Style::IgnoreCase | Style::LikeIgnoreCase);
                        compiler.variables.push(Variable {
                            key: key.clone(),
                            default: default.clone(),
                            folds,
                        });
                        compiler.tokens.push(Token::Many(Class::Any));
                    }
                },
            }
        }
        let mut pattern = Self::new(compiler.tokens);
        pattern.variables = compiler.variables;
        Some(pattern)
    }

    /// A pattern from its steps.
    pub(crate) fn new(tokens: Vec<Token>) -> Self {
        Self { front: Front::of(&tokens), tokens, variables: Vec::new() }
    }

    /// The pattern of exactly this text.
    pub(crate) fn exactly(text: &str) -> Self {
        Self::new(text.chars().map(Token::Char).collect())
    }

    /// Whether an undecided variable is part of the pattern.
    pub(crate) fn is_open(&self) -> bool {
        !self.variables.is_empty()
    }

    /// Whether the other matches every value that this one matches, because it is the same, or the same in either
    /// case.
    pub(crate) fn is_within(&self, other: &Self) -> bool {
        self == other || self.folded() == *other
    }

    fn folded(&self) -> Self {
        let fold = |token: &Token| match token {
            Token::Char(character) => Token::Fold(character.to_ascii_lowercase()),
            other => *other,
        };
        let variables = self.variables.iter().cloned().map(|variable| Variable { folds: true, ..variable });
        Self { variables: variables.collect(), ..Self::new(self.tokens.iter().map(fold).collect()) }
    }

    /// What every value begins with that matches.
    pub(crate) fn beginning(&self) -> &str {
        if self.front.folds { "" } else { &self.front.text }
    }

    pub(crate) fn tokens(&self) -> &[Token] {
        &self.tokens
    }

    /// The value that the pattern stands for, when it stands for exactly one.
    pub(crate) fn literal(&self) -> Option<&str> {
        let is_literal = self.front.then == Then::End && !self.front.folds;
        is_literal.then_some(self.front.text.as_str())
    }

    /// Whether the whole value matches.
    pub(crate) fn matches(&self, value: &str) -> bool {
        let Some(rest) = self.front.left(value) else { return false };
        match self.front.then {
            Then::End => rest.is_empty(),
            Then::Anything => true,
            Then::More => self.matches_from(self.front.steps, rest),
        }
    }

    /// Whether the steps from this one on match the rest of a value.
    fn matches_from(&self, mut token: usize, mut rest: &str) -> bool {
        let mut retry = Retry::default();
        loop {
            match (self.tokens.get(token), rest.chars().next()) {
                (None, None) => return true,
                (Some(Token::Many(class)), _) => {
                    // A later star of the same kind can take all that the earlier one could.
                    match class {
                        Class::Any => retry = Retry::default(),
                        Class::Segment => {
                            retry.pop_if(|(star, _)| self.tokens.get(star) == self.tokens.get(token));
                        }
                        _ => {}
                    }
                    retry.push((token, rest));
                    token += 1;
                }
                (Some(one), Some(character)) if one.takes(character) => {
                    token += 1;
                    rest = without_first(rest);
                }
                _ => {
                    let Some((star, next)) = self.longer(&mut retry) else { return false };
                    token = star + 1;
                    rest = next;
                }
            }
        }
    }

    /// Lets the latest star that can take one character more.
    fn longer<'value>(&self, retry: &mut Retry<'value>) -> Option<(usize, &'value str)> {
        while let Some((star, rest)) = retry.pop() {
            let takes = match (self.tokens.get(star), rest.chars().next()) {
                (Some(token), Some(character)) => token.takes(character),
                _ => false,
            };
            if takes {
                let next = (star, without_first(rest));
                retry.push(next);
                return Some(next);
            }
        }
        None
    }
}

/// A text without its first character.
fn without_first(text: &str) -> &str {
    let mut characters = text.chars();
    characters.next();
    characters.as_str()
}

/// The stars that may take more, each with what is left of the value after it. Few patterns have more than one.
#[derive(Default)]
struct Retry<'value> {
    latest: Option<(usize, &'value str)>,
    earlier: Vec<(usize, &'value str)>,
}

impl<'value> Retry<'value> {
    fn push(&mut self, star: (usize, &'value str)) {
        self.earlier.extend(self.latest.replace(star));
    }

    fn pop(&mut self) -> Option<(usize, &'value str)> {
        let latest = self.latest.take();
        self.latest = self.earlier.pop();
        latest
    }

    fn pop_if(&mut self, is_same: impl Fn((usize, &'value str)) -> bool) {
        if self.latest.is_some_and(is_same) {
            self.pop();
        }
    }
}

struct Compiler {
    style: Style,
    last: usize,
    segment: usize,
    tokens: Vec<Token>,
    variables: Vec<Variable>,
}

impl Compiler {
    /// For a text with so many colons that is about as long as this.
    fn new(style: Style, colons: usize, length: usize) -> Self {
        let tokens = Vec::with_capacity(length);
        Self { style, last: colons.min(5), segment: 0, tokens, variables: Vec::new() }
    }

    fn text(&mut self, character: char) {
        let wild = match self.style {
            Style::Exact | Style::IgnoreCase => None,
            Style::Like | Style::LikeIgnoreCase => Some(Class::Any),
            Style::Arn if self.segment >= self.last => Some(Class::Any),
            Style::Arn => Some(Class::Segment),
        };
        match (character, wild) {
            ('*', Some(class)) => {
                if self.tokens.last() != Some(&Token::Many(class)) {
                    self.tokens.push(Token::Many(class));
                }
            }
            ('?', Some(class)) => self.tokens.push(Token::One(class)),
            _ => {
                if character == ':' {
                    self.segment += 1;
                }
                self.character(character);
            }
        }
    }

    fn character(&mut self, character: char) {
        self.tokens.push(match self.style {
            Style::IgnoreCase | Style::LikeIgnoreCase => Token::Fold(character.to_ascii_lowercase()),
            _ => Token::Char(character),
        });
    }
}
