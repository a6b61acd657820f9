//! A call to AWS that did not succeed: what was called, why it failed, whether trying again can help.

use std::error::Error;
use std::fmt;
use std::sync::Arc;

use serde_json::{Value, json};

/// A call to AWS that did not succeed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// The function's role may not do it. Trying again does not help; a person has to.
    #[error("{0}")]
    Denied(#[source] Denied),
    /// A throttle or an outage that the service speaks of itself, and that the SDK's own retries did not outlast.
    #[error("`{action}` failed for now ({code}): {message}")]
    Passing {
        /// The IAM action, as in `s3:PutBucketAcl`.
        action: &'static str,
        /// The service's error code.
        code: String,
        /// What the service said.
        message: String,
    },
    /// There was no answer that can be read: a time-out, no connection, a proxy's page.
    #[error("`{action}` got no answer ({failure}): {cause}")]
    Unanswered {
        /// The IAM action.
        action: &'static str,
        /// What failed, as in `no connection`.
        failure: &'static str,
        /// Why.
        #[source]
        cause: Transport,
    },
    /// The service refused the call for a reason that stays.
    #[error("`{action}` was refused ({code}): {message}")]
    Refused {
        /// The IAM action.
        action: &'static str,
        /// The service's error code.
        code: String,
        /// What the service said.
        message: String,
    },
    /// Curfew itself refused to make the call, for a reason that stays.
    #[error("Curfew itself did not call `{action}` ({code}): {message}")]
    Withheld {
        /// The IAM action.
        action: &'static str,
        /// Which reason, as one word.
        code: &'static str,
        /// The reason.
        message: String,
    },
    /// The service answered, with less than it promises.
    #[error("`{action}` answered without `{field}`")]
    Incomplete {
        /// The IAM action.
        action: &'static str,
        /// The field that is missing from the answer.
        field: &'static str,
    },
}

/// Which action the function's role lacks.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("access denied: the function's role may not call `{action}` here: {message}")]
pub struct Denied {
    /// The missing IAM action.
    pub action: &'static str,
    /// What the service said.
    pub message: String,
}

/// What went wrong on the way to a service and back, as the client met it. Two of the same words are equal.
#[derive(Debug, Clone)]
pub struct Transport(Arc<dyn Error + Send + Sync>);

impl CallError {
    /// The IAM action that was called.
    #[must_use]
    pub fn action(&self) -> &'static str {
        match self {
            Self::Denied(Denied { action, .. })
            | Self::Passing { action, .. }
            | Self::Unanswered { action, .. }
            | Self::Refused { action, .. }
            | Self::Withheld { action, .. }
            | Self::Incomplete { action, .. } => action,
        }
    }

    /// Whether the same call may succeed later without anybody changing anything.
    #[must_use]
    pub fn is_passing(&self) -> bool {
        matches!(self, Self::Passing { .. } | Self::Unanswered { .. })
    }

    /// Whether the service may have changed what the call asks for, although it did not say so. One that is denied, refused
    /// or throttled is not done, and one that only reads changes nothing.
    #[must_use]
    pub fn may_be_done(&self) -> bool {
        match self {
            _ if Self::only_reads(self.action()) => false,
            Self::Denied(_) | Self::Refused { .. } | Self::Withheld { .. } => false,
            Self::Passing { code, .. } => !Self::is_throttle(code),
            Self::Unanswered { .. } | Self::Incomplete { .. } => true,
        }
    }

    /// Whether an IAM action changes nothing.
    #[must_use]
    pub fn only_reads(action: &str) -> bool {
        let operation = action.rsplit(':').next().unwrap_or(action);
        ["Describe", "Get", "List", "Query"].iter().any(|verb| operation.starts_with(verb))
    }

    /// Whether these words of a service are a throttle's.
    #[must_use]
    pub fn is_throttle(words: &str) -> bool {
        ["Throttl", "LimitExceeded", "SlowDown"].iter().any(|sign| words.contains(sign))
    }

    /// The error for programs: `kind`, `message`, and the IAM `action` that is missing, where one is.
    #[must_use]
    pub fn facts(&self) -> Value {
        match self {
            Self::Denied(denied) => {
                json!({ "kind": self.kind(), "action": denied.action, "message": self.to_string() })
            }
            _ => json!({ "kind": self.kind(), "message": self.to_string() }),
        }
    }

    /// A stable name for logs and message consumers.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::Denied(_) => "access-denied",
            Self::Passing { .. } | Self::Unanswered { .. } => "unavailable",
            Self::Refused { .. } | Self::Withheld { .. } => "refused",
            Self::Incomplete { .. } => "incomplete-answer",
        }
    }
}

impl Transport {
    /// Keeps an error with its causes.
    pub fn new(error: impl Error + Send + Sync + 'static) -> Self {
        Self(Arc::new(error))
    }
}

impl Error for Transport {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        Some(self.0.as_ref())
    }
}

impl fmt::Display for Transport {
    /// The error and its causes, each in its own words, joined by colons.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut text = self.0.to_string();
        let mut cause = self.0.source();
        while let Some(error) = cause {
            let words = error.to_string();
            if !text.ends_with(&words) {
                text.push_str(": ");
                text.push_str(&words);
            }
            cause = error.source();
        }
        f.write_str(&text)
    }
}

impl PartialEq for Transport {
    fn eq(&self, other: &Self) -> bool {
        self.to_string() == other.to_string()
    }
}

impl Eq for Transport {}
