//! What is wrong with a document.

use std::fmt;

use thiserror::Error;

use crate::Place;

/// Why a part of a document could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum Fault {
    /// A member that must be there is absent, or null where that counts as absent.
    #[error("`{}` is missing", place.member(name))]
    Missing {
        /// The object that lacks it.
        place: Place,
        /// Its name.
        name: &'static str,
    },
    /// Something else stands there than should.
    #[error("`{place}` is not {expected}: `{found}`")]
    Unexpected {
        /// Where.
        place: Place,
        /// What should stand there.
        expected: Expected,
        /// The JSON type of what stands there, as in `a list`.
        kind: &'static str,
        /// The beginning of what stands there: a text as it is, anything else as JSON.
        found: String,
    },
}

/// What should stand at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expected {
    /// An object.
    Object,
    /// A list.
    List,
    /// A text.
    Text,
    /// `true` or `false`.
    Flag,
    /// A whole number, which may have to be in the range of a Rust type.
    Number,
    /// Anything else, in words with their article.
    Other(&'static str),
}

impl Expected {
    /// This in words, with its article. A crate may have words of its own for the types of JSON.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Object => "an object",
            Self::List => "a list",
            Self::Text => "text",
            Self::Flag => "true or false",
            Self::Number => "a whole number",
            Self::Other(words) => words,
        }
    }
}

impl From<&'static str> for Expected {
    fn from(words: &'static str) -> Self {
        Self::Other(words)
    }
}

impl fmt::Display for Expected {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}
