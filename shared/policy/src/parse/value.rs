//! Values of JSON as the policy grammar takes them.

use document::{Fault, Node};
use serde_json::{Map, Value};

/// An object.
pub(super) fn object<'a>(node: &Node<'a>, expected: &'static str) -> Result<&'a Map<String, Value>, Fault> {
    node.value().as_object().ok_or_else(|| node.unexpected(expected))
}

/// One value that `read` takes, or a list of them.
pub(super) fn one_or_many(
    node: &Node<'_>,
    expected: &'static str,
    read: fn(&Value) -> Option<String>,
) -> Result<Vec<String>, Fault> {
    // A place is written for a value that cannot be read, not for each of thousands that can.
    let element = |(index, value)| {
        read(value).ok_or_else(|| Node::at(value, node.place().element(index)).unexpected(expected))
    };
    match node.value() {
        Value::Array(list) => list.iter().enumerate().map(element).collect(),
        one => Ok(vec![read(one).ok_or_else(|| node.unexpected(expected))?]),
    }
}

/// A string or a list of strings.
pub(super) fn strings(node: &Node<'_>) -> Result<Vec<String>, Fault> {
    one_or_many(node, "a string or a list of strings", |value| value.as_str().map(str::to_owned))
}

/// A string, or a number or boolean as JSON writes it.
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Bool(truth) => Some(truth.to_string()),
        Value::Number(number) => Some(number.to_string()),
        Value::Null | Value::Array(_) | Value::Object(_) => None,
    }
}
