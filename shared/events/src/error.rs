//! Why a trigger could not be read.

/// The longest piece of somebody else's text that an error repeats, in characters.
const QUOTED: usize = 80;

/// Why a trigger, or a part of it, gives no subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum TriggerError {
    /// The payload is no JSON at all, or is nested too deeply to be an event.
    #[error("not readable JSON: {reason}")]
    NotJson {
        /// What the JSON parser says, with line and column.
        reason: String,
    },
    /// The payload is JSON, but no object.
    #[error("not a JSON object")]
    NotAnObject,
    /// A field that the trigger needs is absent or null.
    #[error("`{field}` is missing")]
    Missing {
        /// Path of the field, as in `detail.resourceId`.
        field: String,
    },
    /// A field is there, with another JSON type than AWS sends.
    #[error("`{field}` is not {expected}")]
    WrongType {
        /// Path of the field.
        field: String,
        /// What it should be, as in `a string`.
        expected: &'static str,
    },
    /// A field is there, with a value that cannot be right.
    #[error("`{field}` is `{value}`, which is not {expected}")]
    Invalid {
        /// Path of the field.
        field: String,
        /// The value, shortened.
        value: String,
        /// What it should be, as in `a 12-digit account id`.
        expected: &'static str,
    },
    /// An event that Curfew does not read.
    #[error("`{source_name}` / `{detail_type}` is not a trigger that Curfew reads")]
    Foreign {
        /// The event's `source`.
        source_name: String,
        /// The event's `detail-type`, and the API call's name where there is one.
        detail_type: String,
    },
}

impl TriggerError {
    pub(crate) fn missing(field: impl Into<String>) -> Self {
        Self::Missing { field: field.into() }
    }

    pub(crate) fn invalid(field: impl Into<String>, value: &str, expected: &'static str) -> Self {
        Self::Invalid { field: field.into(), value: quoted(value), expected }
    }

    pub(crate) fn foreign(source: &str, detail_type: &str) -> Self {
        Self::Foreign { source_name: quoted(source), detail_type: quoted(detail_type) }
    }
}

/// Somebody else's text, shortened and on one line, fit for a message.
pub(crate) fn quoted(text: &str) -> String {
    let mut short: String = text.chars().take(QUOTED).map(|c| if c.is_control() { ' ' } else { c }).collect();
    if text.chars().nth(QUOTED).is_some() {
        short.push('…');
    }
    short
}
