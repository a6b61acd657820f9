//! JSON Patch (RFC 6902) between two policies.

use serde_json::{Map, Value};

/// Puts one or more statements in the place of the one that the pointer names; `None` where there is none.
pub(super) fn put(document: &mut Value, pointer: &str, statements: Vec<Value>) -> Option<()> {
    let statements = match <[Value; 1]>::try_from(statements) {
        Ok([one]) => {
            *document.pointer_mut(pointer)? = one;
            return Some(());
        }
        Err(statements) => statements,
    };
    match document.get_mut("Statement")? {
        Value::Array(list) => {
            let position: usize = pointer.rsplit('/').next()?.parse().ok()?;
            list.splice(position..=position, statements);
        }
        single => *single = Value::Array(statements),
    }
    Some(())
}

/// Which of these texts stand somewhere in a document.
pub(super) fn mentioned<'text>(document: &Value, texts: &[&'text str]) -> Vec<&'text str> {
    texts.iter().copied().filter(|text| mentions(document, text)).collect()
}

fn mentions(value: &Value, text: &str) -> bool {
    match value {
        Value::String(own) => own.len() >= text.len() && own.contains(text),
        Value::Array(list) => list.iter().any(|own| mentions(own, text)),
        Value::Object(members) => {
            members.iter().any(|(name, own)| name.contains(text) || mentions(own, text))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// The operations that turn one document into the other.
pub(super) fn between(before: &Value, after: &Value) -> Vec<Value> {
    let mut operations = Vec::new();
    compare(before, after, "", &mut operations);
    operations
}

fn operation(name: &str, path: String, value: Option<&Value>) -> Value {
    let place = [("op", Value::from(name)), ("path", Value::from(path))];
    let value = value.map(|value| ("value", value.clone()));
    place.into_iter().chain(value).map(|(member, value)| (member.to_owned(), value)).collect()
}

fn compare(before: &Value, after: &Value, path: &str, operations: &mut Vec<Value>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) => members(old, new, path, operations),
        (Value::Array(old), Value::Array(new)) if path == "/Statement" => {
            elements(old, new, path, operations)
        }
        _ => operations.push(operation("replace", path.to_owned(), Some(after))),
    }
}

fn members(old: &Map<String, Value>, new: &Map<String, Value>, path: &str, operations: &mut Vec<Value>) {
    let place = |name: &str| format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        operations.push(operation("remove", place(name), None));
    }
    for (name, value) in new {
        match old.get(name) {
            Some(own) => compare(own, value, &place(name), operations),
            None => operations.push(operation("add", place(name), Some(value))),
        }
    }
}

/// Statements that are the same at both ends stay; between them, the old are edited and the additional ones added.
fn elements(old: &[Value], new: &[Value], path: &str, operations: &mut Vec<Value>) {
    let head = old.iter().zip(new).take_while(|(before, after)| before == after).count();
    let longest_tail = old.len().min(new.len()) - head;
    let tail = old
        .iter()
        .rev()
        .zip(new.iter().rev())
        .take(longest_tail)
        .take_while(|(before, after)| before == after)
        .count();
    let (old, new) = (old.get(head..old.len() - tail), new.get(head..new.len() - tail));
    let (old, new) = (old.unwrap_or_default(), new.unwrap_or_default());
    for (offset, (before, after)) in old.iter().zip(new).enumerate() {
        compare(before, after, &format!("{path}/{}", head + offset), operations);
    }
    for (offset, _) in old.iter().enumerate().skip(new.len()).rev() {
        operations.push(operation("remove", format!("{path}/{}", head + offset), None));
    }
    for (offset, value) in new.iter().enumerate().skip(old.len()) {
        operations.push(operation("add", format!("{path}/{}", head + offset), Some(value)));
    }
}
