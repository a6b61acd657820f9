//! What AWS said about a part of a state, or why it did not.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{CallError, Denied};

/// A part of a state that a control can do without: that it could not be read is an answer too.
///
/// As JSON what is known is the value itself, and what is not is `{"unknown": ...}`.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Fact<T> {
    /// AWS said so.
    Known(T),
    /// AWS did not say.
    Unknown(Unknown),
}

/// Why AWS did not say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unknown {
    /// The IAM action of the call that failed.
    pub action: Cow<'static, str>,
    /// How it failed.
    pub kind: UnknownKind,
    /// The service's error code, what failed before any answer, or the field that is missing from the answer.
    pub code: String,
    /// What the service said.
    pub message: String,
}

/// How a call failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum UnknownKind {
    /// The function's role may not call it.
    AccessDenied,
    /// It may pass.
    Unavailable,
    /// The service refused it.
    Refused,
    /// The service answered with less than it promises.
    IncompleteAnswer,
}

impl<T> Fact<T> {
    /// Takes an answer as it is; an error becomes part of what is known.
    pub fn of(answer: Result<T, CallError>) -> Self {
        answer.map_or_else(|error| Self::Unknown(error.into()), Self::Known)
    }

    /// What AWS said, if it did.
    pub fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Unknown(_) => None,
        }
    }

    /// Why AWS did not say.
    pub fn unknown(&self) -> Option<&Unknown> {
        match self {
            Self::Known(_) => None,
            Self::Unknown(why) => Some(why),
        }
    }
}

impl Unknown {
    /// Why, without the service's own words, which may differ from call to call: the same is told once.
    #[must_use]
    pub fn why(&self) -> String {
        let Self { action, kind, code, .. } = self;
        match kind {
            UnknownKind::AccessDenied => format!("the function's role may not call `{action}`"),
            UnknownKind::Unavailable => format!("`{action}` did not go through: {code}"),
            UnknownKind::Refused => format!("`{action}` was refused: {code}"),
            UnknownKind::IncompleteAnswer => self.to_string(),
        }
    }
}

impl Hash for Unknown {
    /// Without the message: it is the same reason, whatever the words.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.action, self.kind, &self.code).hash(state);
    }
}

impl fmt::Display for Unknown {
    /// As the error that it was.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl From<CallError> for Unknown {
    fn from(error: CallError) -> Self {
        let message = error.to_string();
        let (kind, code) = match &error {
            CallError::Denied(Denied { .. }) => (UnknownKind::AccessDenied, String::new()),
            CallError::Passing { code, .. } => (UnknownKind::Unavailable, code.clone()),
            CallError::Unanswered { failure, .. } => (UnknownKind::Unavailable, (*failure).to_owned()),
            CallError::Refused { code, .. } => (UnknownKind::Refused, code.clone()),
            CallError::Incomplete { field, .. } => (UnknownKind::IncompleteAnswer, (*field).to_owned()),
        };
        Self { action: error.action().into(), kind, code, message }
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tagged<U> {
    unknown: U,
}

impl<T: Serialize> Serialize for Fact<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Known(value) => value.serialize(serializer),
            Self::Unknown(unknown) => Tagged { unknown }.serialize(serializer),
        }
    }
}

impl<'de, T: DeserializeOwned> Deserialize<'de> for Fact<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        let is_unknown =
            value.as_object().is_some_and(|object| object.len() == 1 && object.contains_key("unknown"));
        if is_unknown {
            let Tagged { unknown } = serde_json::from_value(value).map_err(D::Error::custom)?;
            return Ok(Self::Unknown(unknown));
        }
        serde_json::from_value(value).map(Self::Known).map_err(D::Error::custom)
    }
}
