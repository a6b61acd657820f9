//! Why a trigger could not be read.

use document::{Expected, Fault, Place};

/// The longest piece of somebody else's text that an error repeats, in characters.
const QUOTED: usize = 80;

/// Why a trigger, or a part of it, gives no subject.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TriggerError {
    /// The payload, or the body of a message, is no JSON at all, or is nested too deeply to be an event.
    #[error("not readable JSON: {}{reason}", inside(place))]
    NotJson {
        /// Where the text stands.
        place: Place,
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
        field: Place,
    },
    /// A field is there, with another JSON type than AWS sends.
    #[error("`{field}` is not {expected}")]
    WrongType {
        /// Path of the field.
        field: Place,
        /// What it should be, as in `a string`.
        expected: &'static str,
    },
    /// A field is there, with a value that cannot be right.
    #[error("`{field}` is `{value}`, which is not {expected}")]
    Invalid {
        /// Path of the field.
        field: Place,
        /// The value, shortened.
        value: String,
        /// What it should be, as in `a 12-digit account id`.
        expected: &'static str,
    },
    /// Something that is known, and is no event that Curfew reads.
    #[error("{}{kind}, which is not a trigger that Curfew reads", is_at(place))]
    NotRead {
        /// Where it stands.
        place: Place,
        /// What it is, as in `an SNS subscription confirmation`.
        kind: String,
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
    pub(crate) fn invalid(field: &Place, value: &str, expected: &'static str) -> Self {
        Self::Invalid { field: field.clone(), value: quoted(value), expected }
    }

    /// Why the invocation of a custom rule is not read where nobody answers AWS Config.
    #[must_use]
    pub fn rule_not_answered() -> Self {
        Self::NotRead {
            place: Place::default(),
            kind: "the invocation of an AWS Config custom rule".to_owned(),
        }
    }

    pub(crate) fn foreign(source: &str, detail_type: &str) -> Self {
        Self::Foreign { source_name: quoted(source), detail_type: quoted(detail_type) }
    }
}

impl From<Fault> for TriggerError {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Missing { place, name } => Self::Missing { field: place.member(name) },
            Fault::Unexpected { place, .. } if place.is_root() => Self::NotAnObject,
            Fault::Unexpected { place, expected, .. } => {
                let expected = match expected {
                    Expected::Object => "a JSON object",
                    Expected::Text => "a string",
                    other => other.words(),
                };
                Self::WrongType { field: place, expected }
            }
        }
    }
}

/// The place of a text inside the payload, ahead of what is wrong with it.
fn inside(place: &Place) -> String {
    if place.is_root() { String::new() } else { format!("`{place}`: ") }
}

/// The place of a document inside the payload, ahead of what it is.
fn is_at(place: &Place) -> String {
    if place.is_root() { "this is ".to_owned() } else { format!("`{place}` is ") }
}

/// Somebody else's text, shortened and on one line, fit for a message.
pub(crate) fn quoted(text: &str) -> String {
    shortened(text, QUOTED)
}

/// The same with another limit, in characters.
pub(crate) fn shortened(text: &str, limit: usize) -> String {
    let (kept, rest) = text.char_indices().nth(limit).map_or((text, ""), |(end, _)| text.split_at(end));
    let mut short = kept.replace(char::is_control, " ");
    if !rest.is_empty() {
        short.push('…');
    }
    short
}
