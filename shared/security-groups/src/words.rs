//! Words that mails and log lines share.

use network::{Permission, Rule};

/// How many items a sentence lists before it counts the rest.
const LISTED: usize = 4;

/// `a`, `a and b`, `a, b and c`; beyond a few, `a, b, c and 9 more`.
pub(crate) fn list<S: AsRef<str>>(items: &[S], more: &str) -> String {
    let named = if items.len() > LISTED { LISTED - 1 } else { items.len() };
    let mut parts: Vec<String> = items.iter().take(named).map(|item| item.as_ref().to_owned()).collect();
    if items.len() > named {
        parts.push(format!("{} more{more}", items.len() - named));
    }
    match parts.split_last() {
        Some((last, [])) => last.clone(),
        Some((last, first)) => format!("{} and {last}", first.join(", ")),
        None => String::new(),
    }
}

/// Such as `rule sgr-1 (tcp 22 from 0.0.0.0/0, "office")`.
pub(crate) fn rule(rule: &Rule) -> String {
    format!("rule {} ({})", rule.id, permission(&rule.permission))
}

/// Such as `tcp 22 from 0.0.0.0/0, "office"`.
pub(crate) fn permission(permission: &Permission) -> String {
    let description = permission.description.as_ref().map(|text| format!(", \"{text}\""));
    format!("{permission}{}", description.unwrap_or_default())
}
