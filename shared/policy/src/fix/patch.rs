//! JSON Patch (RFC 6902) between two policies.

use serde_json::{Map, Value, json};

use crate::Policy;

/// The document with a statement replaced by one or more.
pub(super) fn with_statements(policy: &Policy, index: usize, statements: &[Value]) -> Option<Value> {
    let mut document = policy.document().clone();
    let pointer = policy.pointer(index);
    if let [one] = statements {
        *document.pointer_mut(&pointer)? = one.clone();
        return Some(document);
    }
    let list = document.get_mut("Statement")?;
    match list {
        Value::Array(list) => {
            let position: usize = pointer.rsplit('/').next()?.parse().ok()?;
            list.splice(position..=position, statements.iter().cloned());
        }
        single => *single = Value::Array(statements.to_vec()),
    }
    Some(document)
}

/// The operations that turn one document into the other.
pub(super) fn between(before: &Value, after: &Value) -> Vec<Value> {
    let mut operations = Vec::new();
    compare(before, after, "", &mut operations);
    operations
}

fn compare(before: &Value, after: &Value, path: &str, operations: &mut Vec<Value>) {
    match (before, after) {
        _ if before == after => {}
        (Value::Object(old), Value::Object(new)) => members(old, new, path, operations),
        (Value::Array(old), Value::Array(new)) if path == "/Statement" => {
            elements(old, new, path, operations)
        }
        _ => operations.push(json!({ "op": "replace", "path": path, "value": after })),
    }
}

fn members(old: &Map<String, Value>, new: &Map<String, Value>, path: &str, operations: &mut Vec<Value>) {
    let place = |name: &str| format!("{path}/{}", name.replace('~', "~0").replace('/', "~1"));
    for name in old.keys().filter(|name| !new.contains_key(*name)) {
        operations.push(json!({ "op": "remove", "path": place(name) }));
    }
    for (name, value) in new {
        match old.get(name) {
            Some(own) => compare(own, value, &place(name), operations),
            None => operations.push(json!({ "op": "add", "path": place(name), "value": value })),
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
        operations.push(json!({ "op": "remove", "path": format!("{path}/{}", head + offset) }));
    }
    for (offset, value) in new.iter().enumerate().skip(old.len()) {
        operations.push(json!({ "op": "add", "path": format!("{path}/{}", head + offset), "value": value }));
    }
}
