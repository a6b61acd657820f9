//! Small edits of a statement's JSON.

use serde_json::{Map, Value};

/// One value as a string, several as a list.
pub(super) fn compact(values: &[String]) -> Value {
    match values {
        [one] => Value::from(one.as_str()),
        many => many.iter().map(String::as_str).collect(),
    }
}

/// The statement with one more condition; `None` when the operator already has that key.
pub(super) fn with_condition(
    statement: &Value,
    operator: &str,
    key: &str,
    values: &[String],
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
    let mut statement = statement.clone();
    let block = statement.get_mut("Condition")?.as_object_mut()?;
    let keys = block.get_mut(operator)?.as_object_mut()?;
    keys.shift_remove(key)?;
    if keys.is_empty() {
        block.shift_remove(operator);
    }
    if block.is_empty() {
        statement.as_object_mut()?.shift_remove("Condition");
    }
    Some(statement)
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
