//! What AWS said about a part of a state, or why it did not.

use std::borrow::Cow;
use std::fmt;
use std::hash::{Hash, Hasher};

use serde::de::{DeserializeOwned, Error};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::CallError;

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
    #[serde(flatten)]
    pub reason: Reason,
    /// The whole error in words, the service's own included.
    pub message: String,
}

/// A part of a state that AWS did not say, and that its judgement would go by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unread {
    /// What it is, as in `Block Public Access of the account`.
    pub what: String,
    /// Why.
    #[serde(flatten)]
    pub unknown: Unknown,
}

/// How a call failed.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Reason {
    /// The function's role may not call it.
    AccessDenied,
    /// It may pass.
    Unavailable {
        /// The service's error code, or what failed before any answer.
        code: String,
    },
    /// The service refused it.
    Refused {
        /// The service's error code.
        code: String,
    },
    /// The service answered with less than it promises.
    IncompleteAnswer {
        /// The field that is missing.
        field: String,
    },
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

impl<T> Fact<T> {
    /// The part of a state that this is, where it is unknown.
    pub fn unread(&self, what: &str) -> Option<Unread> {
        self.unknown().map(|unknown| Unread { what: what.to_owned(), unknown: unknown.clone() })
    }
}

impl fmt::Display for Unread {
    /// Such as `Block Public Access of the account could not be read: access denied: ...`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} could not be read: {}", self.what, self.unknown)
    }
}

impl Unknown {
    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self.reason, Reason::Unavailable { .. })
    }

    /// Why, without the service's own words, which may differ from call to call: the same is told once.
    #[must_use]
    pub fn why(&self) -> String {
        let Self { action, reason, .. } = self;
        match reason {
            Reason::AccessDenied => format!("the function's role may not call `{action}`"),
            Reason::Unavailable { code } => format!("`{action}` failed for now: {code}"),
            Reason::Refused { code } => format!("`{action}` was refused: {code}"),
            Reason::IncompleteAnswer { field } => format!("`{action}` answered without `{field}`"),
        }
    }
}

impl Reason {
    /// A stable name for logs and message consumers, that of the call's error.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::AccessDenied => "access-denied",
            Self::Unavailable { .. } => "unavailable",
            Self::Refused { .. } => "refused",
            Self::IncompleteAnswer { .. } => "incomplete-answer",
        }
    }
}

impl Hash for Unknown {
    /// Without the message: it is the same reason, whatever the words.
    fn hash<H: Hasher>(&self, state: &mut H) {
        (&self.action, &self.reason).hash(state);
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
        let (action, message) = (error.action().into(), error.to_string());
        let reason = match error {
            CallError::Denied(_) => Reason::AccessDenied,
            CallError::Passing { code, .. } => Reason::Unavailable { code },
            CallError::Unanswered { failure, .. } => Reason::Unavailable { code: failure.to_owned() },
            CallError::Refused { code, .. } => Reason::Refused { code },
            CallError::Withheld { code, .. } => Reason::Refused { code: code.to_owned() },
            CallError::Incomplete { field, .. } => Reason::IncompleteAnswer { field: field.to_owned() },
        };
        Self { action, reason, message }
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
