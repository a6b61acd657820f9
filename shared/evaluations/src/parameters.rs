//! Which control a rule's parameters name.

use serde_json::{Map, Value};

/// The only parameter of a rule.
const CONTROL: &str = "control";

/// Parameters of a rule by which nobody can tell what it is about.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ParametersError {
    /// It does not say which control it is.
    #[error("`ruleParameters.{CONTROL}` is missing: it has to be one of {}", known.join(", "))]
    NoControl {
        /// The controls there are.
        known: Vec<&'static str>,
    },
    /// There is no such control.
    #[error("`ruleParameters.{CONTROL}` is `{value}`, which is none of {}", known.join(", "))]
    UnknownControl {
        /// What it says.
        value: String,
        /// The controls there are.
        known: Vec<&'static str>,
    },
    /// Somebody expects something of a parameter that means nothing.
    #[error("`ruleParameters.{0}` is no parameter of this rule: it has `{CONTROL}` alone")]
    Unknown(String),
}

/// The control among the `known` ones that a rule's parameters name, as in `{"control": "sg-ingress"}`.
///
/// # Errors
/// When they name none of them, or say more.
pub fn chosen(
    parameters: &Map<String, Value>,
    known: &[&'static str],
) -> Result<&'static str, ParametersError> {
    if let Some(other) = parameters.keys().find(|key| *key != CONTROL) {
        return Err(ParametersError::Unknown(other.chars().take(80).collect()));
    }
    let known = || known.iter().copied();
    match parameters.get(CONTROL) {
        None | Some(Value::Null) => Err(ParametersError::NoControl { known: known().collect() }),
        Some(value) => known().find(|name| value == name).ok_or_else(|| ParametersError::UnknownControl {
            value: value
                .as_str()
                .map_or_else(|| value.to_string(), ToOwned::to_owned)
                .chars()
                .take(80)
                .collect(),
            known: known().collect(),
        }),
    }
}
