//! Small edits of a statement's JSON.

use serde_json::{Map, Value};

/// One value as a string, several as a list.
pub(super) fn compact<T: AsRef<str>>(values: &[T]) -> Value {
    match values {
        [one] => Value::from(one.as_ref()),
        many => many.iter().map(AsRef::as_ref).collect(),
    }
}

/// The statement with one more condition; `None` when the operator already has that key.
pub(super) fn with_condition<T: AsRef<str>>(
    statement: &Value,
    operator: &str,
    key: &str,
    values: &[T],
) -> Option<Value> {
    let mut statement = statement.clone();
    let object = statement.as_object_mut()?;
    let block = object.entry("Condition").or_insert_with(|| Value::Object(Map::new()));
    if block.is_null() {
        *block = Value::Object(Map::new());
    }
    let keys = block
        .as_object_mut()?
        .entry(operator)
        .or_insert_with(|| Value::Object(Map::new()))
        .as_object_mut()?;
    if keys.keys().any(|own| own.eq_ignore_ascii_case(key)) {
        return None;
    }
    keys.insert(key.to_owned(), compact(values));
    Some(statement)
}

/// The statement without a condition.
pub(super) fn without_condition(statement: &Value, operator: &str, key: &str) -> Option<Value> {
    let statement = statement.as_object()?;
    let block = statement.get("Condition")?.as_object()?;
    let keys = block.get(operator)?.as_object()?;
    keys.get(key)?;
    let keys = keys.iter().filter(|(own, _)| *own != key);
    let keys = keys.map(|(own, values)| (own.clone(), values.clone())).collect();
    Some(Value::Object(with_member(statement, "Condition", with_member(block, operator, keys))))
}

/// The object with another one in the place of a member, or without it where that one is empty. What is replaced is not
/// copied: the values of one condition can be most of a policy.
fn with_member(object: &Map<String, Value>, name: &str, other: Map<String, Value>) -> Map<String, Value> {
    let mut other = Some(other);
    let members = object.iter().filter_map(|(own, value)| {
        if own != name {
            return Some((own.clone(), value.clone()));
        }
        other.take().filter(|other| !other.is_empty()).map(|other| (own.clone(), Value::Object(other)))
    });
    members.collect()
}

/// The statement for other principals, which stand where the old ones stood.
pub(super) fn with_principal(statement: &Value, principal: Value) -> Option<Value> {
    let mut replaced = Map::new();
    for (name, value) in statement.as_object()? {
        if name == "Principal" || name == "NotPrincipal" {
            replaced.insert("Principal".to_owned(), principal.clone());
        } else {
            replaced.insert(name.clone(), value.clone());
        }
    }
    Some(Value::Object(replaced))
}

/// The statement with something added to its `Sid`, so that two statements made of one differ.
pub(super) fn with_sid_suffix(mut statement: Value, suffix: &str) -> Value {
    if let Some(Value::String(sid)) = statement.get_mut("Sid") {
        sid.push_str(suffix);
    }
    statement
}
