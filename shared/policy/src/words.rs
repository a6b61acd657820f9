//! Lists as people read them.

use crate::{Scope, Statement};

/// `a`, `a and b`, `a, b and c`.
pub(crate) fn and<T: AsRef<str>>(words: &[T]) -> String {
    let words: Vec<&str> = words.iter().map(AsRef::as_ref).collect();
    match words.as_slice() {
        [rest @ .., last] if !rest.is_empty() => format!("{} and {last}", rest.join(", ")),
        words => words.concat(),
    }
}

/// The first values in backticks, and how many more there are.
pub(crate) fn some<'here>(values: impl IntoIterator<Item = &'here str>, most: usize) -> String {
    let mut values = values.into_iter();
    let mut named: Vec<String> =
        values.by_ref().take(most).map(|value| format!("`{}`", short(value))).collect();
    let more = values.count();
    if more > 0 {
        named.push(format!("{more} more"));
    }
    and(&named)
}

/// The longest value that is shown whole, in characters.
const LONGEST: usize = 160;

/// A value that is too long to be read is cut.
pub(crate) fn short(value: &str) -> String {
    match value.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}...", value.get(..end).unwrap_or(value)),
        None => value.to_owned(),
    }
}

/// What a statement grants or takes away, as it says itself: the actions, and on what.
pub(crate) fn grant(statement: &Statement) -> String {
    let scope = |scope: &Scope| {
        let all = some(scope.patterns.iter().map(String::as_str), 3);
        if scope.negated { format!("all but {all}") } else { all }
    };
    format!("{} on {}", scope(&statement.action), scope(&statement.resource))
}
