//! Why a text is not a bucket policy, or is one that S3 would refuse.

use document::{Fault, Place};
use thiserror::Error;

/// A text that is not a bucket policy. Whoever decides must treat it as public until a person has looked.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum ParseError {
    /// The text is longer than any policy that S3 stores.
    #[error("the text has {bytes} bytes, and a policy may have at most {limit}")]
    TooLong {
        /// The length of the text.
        bytes: usize,
        /// The longest text that is read.
        limit: usize,
    },
    /// The text is not JSON, nests too deeply, or names one member of an object twice.
    #[error("the text is not usable JSON: {reason}")]
    NotJson {
        /// What is wrong, with line and column.
        reason: String,
    },
    /// A part has a type that the policy grammar does not allow there.
    #[error("at `{place}`: expected {expected}, found {found}")]
    WrongType {
        /// The part.
        place: Place,
        /// What the grammar allows.
        expected: &'static str,
        /// The JSON type that is there.
        found: &'static str,
    },
    /// A required part is missing.
    #[error("at `{place}`: `{element}` is missing")]
    Missing {
        /// The object that lacks it.
        place: Place,
        /// The name of the missing part.
        element: &'static str,
    },
    /// A part has a value that the grammar does not know.
    #[error("at `{place}`: expected {expected}, found `{value}`")]
    UnknownValue {
        /// The part.
        place: Place,
        /// What the grammar allows.
        expected: &'static str,
        /// What is there.
        value: String,
    },
    /// Two parts exclude each other.
    #[error("at `{place}`: `{first}` and `{second}` exclude each other")]
    Both {
        /// The object that has both.
        place: Place,
        /// One of the two.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
}

/// A part that S3 would refuse.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Oddity {
    /// Where it stands.
    pub place: Place,
    /// What is wrong with it.
    pub reason: String,
}

impl From<Fault> for ParseError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing { place, name } => Self::Missing { place, element: name },
            Fault::Unexpected { place, expected, kind, .. } => {
                Self::WrongType { place, expected: expected.words(), found: kind }
            }
        }
    }
}
