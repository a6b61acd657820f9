//! Making a message smaller without hiding that it was made smaller.

use serde_json::{Map, Value};

/// Where the whole is found.
pub(crate) const WHOLE: &str = "cut to fit into the message; the function's log has the whole";

/// As much of `text` as fits into `limit` bytes, with a last line that says so where something is missing. A line
/// is there whole or not at all, unless it is the first: a part of a command is another command.
pub(crate) fn text(text: &str, limit: usize) -> String {
    if text.len() <= limit {
        return text.to_owned();
    }
    let end = (0..=limit).rev().find(|&end| text.is_char_boundary(end)).unwrap_or(0);
    let kept = text.get(..end).unwrap_or_default();
    let is_at_line_end = text.get(end..).is_some_and(|rest| rest.starts_with('\n'));
    let kept = match kept.rsplit_once('\n') {
        Some((lines, _)) if !is_at_line_end => lines,
        _ => kept,
    };
    format!("{kept}\n  [... {WHOLE}]")
}

/// The first items that fit into `limit` bytes together, and how many are left out.
pub(crate) fn items(items: Vec<String>, limit: usize) -> (Vec<String>, usize) {
    let all = items.len();
    let mut size = 0;
    let kept: Vec<String> = items
        .into_iter()
        .take_while(|item| {
            size += item.len();
            size <= limit
        })
        .collect();
    let left_out = all - kept.len();
    (kept, left_out)
}

/// Shortens the members that are longer than `limit` bytes, and lists their names under `cut`.
pub(crate) fn facts(facts: &mut Map<String, Value>, limit: usize) {
    let mut cut = Vec::new();
    for (key, value) in facts.iter_mut() {
        if value.to_string().len() <= limit {
            continue;
        }
        cut.push(Value::from(key.as_str()));
        *value = match value.take() {
            Value::Array(items) => {
                let mut size = 0;
                let fits = |item: &Value| {
                    size += item.to_string().len();
                    size <= limit
                };
                Value::Array(items.into_iter().take_while(fits).collect())
            }
            Value::String(long) => Value::String(text(&long, limit)),
            _ => Value::Null,
        };
    }
    if !cut.is_empty() {
        facts.insert("cut".to_owned(), Value::Array(cut));
    }
}
