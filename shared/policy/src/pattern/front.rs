//! How a pattern begins.

use super::{Class, Token};

/// The characters that a pattern begins with: most values are told apart by them alone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Front {
    pub(super) text: String,
    /// Whether their case does not matter.
    pub(super) folds: bool,
    /// How many steps they are.
    pub(super) steps: usize,
    pub(super) then: Then,
}

/// What follows the front of a pattern.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Then {
    /// Nothing.
    End,
    /// Whatever text.
    Anything,
    /// Other steps.
    More,
}

impl Front {
    pub(super) fn of(tokens: &[Token]) -> Self {
        let folds = matches!(tokens.first(), Some(Token::Fold(_)));
        let own = |token: &Token| match token {
            Token::Char(character) if !folds => Some(*character),
            Token::Fold(character) if folds => Some(*character),
            _ => None,
        };
        let mut text = String::with_capacity(tokens.len());
        text.extend(tokens.iter().map_while(own));
        let steps = tokens.iter().take_while(|token| own(token).is_some()).count();
        let then = match tokens.get(steps..) {
            Some([]) | None => Then::End,
            Some([Token::Many(Class::Any)]) => Then::Anything,
            Some(_) => Then::More,
        };
        Self { text, folds, steps, then }
    }

    /// What is left of a value that begins like this.
    pub(super) fn left<'value>(&self, value: &'value str) -> Option<&'value str> {
        if !self.folds {
            return value.strip_prefix(self.text.as_str());
        }
        let (front, rest) = value.split_at_checked(self.text.len())?;
        front.eq_ignore_ascii_case(&self.text).then_some(rest)
    }
}
