//! Policy variables: `${aws:username}`, `${aws:username, 'default'}`, and the escapes `${*}`, `${?}` and `${$}`.
//!
//! They exist in policies of version 2012-10-17; in any other version `${` is ordinary text.
//! <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_variables.html>

/// A piece of a value that may hold variables.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Piece {
    /// Text in which wildcards count as wildcards.
    Text(String),
    /// A character that stands for itself.
    Escaped(char),
    /// The value of a condition key.
    Variable {
        /// The key, in lower case.
        key: String,
        /// What stands in for an absent key.
        default: Option<String>,
    },
}

/// Whether a value holds what may be a variable in a policy that has variables.
pub(crate) fn may_hold_variable(value: &str) -> bool {
    value.contains('$') && value.contains("${")
}

/// Splits a value into pieces. A `${` without its `}` is text.
pub(crate) fn pieces(value: &str, variables: bool) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut rest = value;
    if variables {
        while let Some((before, after)) = rest.split_once("${") {
            let Some((inside, after)) = after.split_once('}') else { break };
            if !before.is_empty() {
                pieces.push(Piece::Text(before.to_owned()));
            }
            pieces.push(piece(inside));
            rest = after;
        }
    }
    if !rest.is_empty() || pieces.is_empty() {
        pieces.push(Piece::Text(rest.to_owned()));
    }
    pieces
}

fn piece(inside: &str) -> Piece {
    match inside {
        "*" => Piece::Escaped('*'),
        "?" => Piece::Escaped('?'),
        "$" => Piece::Escaped('$'),
        _ => {
            let (key, default) = match inside.split_once(',') {
                Some((key, default)) => {
                    let default = default.trim();
                    let bare = default.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
                    (key, Some(bare.unwrap_or(default).to_owned()))
                }
                None => (inside, None),
            };
            Piece::Variable { key: key.trim().to_ascii_lowercase(), default }
        }
    }
}

/// What the variables of a policy stand for while it is searched.
#[derive(Debug, Clone, Default)]
pub(crate) struct Bindings {
    /// The keys that have a value, or are known to be absent.
    pub(crate) decided: Vec<(String, Option<String>)>,
    /// The keys that have a value which is not decided.
    pub(crate) present: Vec<String>,
    /// Whether every other key is absent too. Otherwise it is open: a variable may equal whatever it is compared
    /// with, and may also not.
    pub(crate) closed: bool,
}

impl Bindings {
    /// The value of a variable: `Ok(None)` while it is open, `Err` when the key is absent and has no default.
    pub(crate) fn value<'here>(
        &'here self,
        key: &str,
        default: Option<&'here str>,
    ) -> Result<Option<&'here str>, Absent> {
        match self.decided.iter().find(|(name, _)| name == key) {
            None if !self.closed => Ok(None),
            found => found.and_then(|(_, value)| value.as_deref()).or(default).map(Some).ok_or(Absent),
        }
    }
}

/// The key of a variable is not in the request, and the variable has no default.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Absent;
