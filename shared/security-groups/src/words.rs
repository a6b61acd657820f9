//! Words that mails and log lines share.

use std::collections::HashMap;

use events::GroupId;
use network::{Cut, Permission, Protocol, Rule, RuleId};

use crate::{Part, PrefixList, Revocation};

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

/// The names of groups, one after the other.
pub(crate) fn joined(groups: &[GroupId], separator: &str) -> String {
    groups.iter().map(GroupId::as_str).collect::<Vec<_>>().join(separator)
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

/// Such as `rule sgr-1` or `rules sgr-1 and sgr-2`.
pub(crate) fn rules(ids: &[&str]) -> String {
    let plural = if ids.len() == 1 { "" } else { "s" };
    format!("rule{plural} {}", list(ids, ""))
}

/// Such as `prefix list pl-1 (offices)`.
pub(crate) fn prefix_list(list: &PrefixList) -> String {
    let name = list.name.as_ref().map(|name| format!(" ({name})"));
    format!("prefix list {}{}", list.id, name.unwrap_or_default())
}

/// Such as `prefix list pl-1 (offices) could not be read (the function's role may not call ...)`.
pub(crate) fn unread(list: &PrefixList, why: &str) -> String {
    format!("{} could not be read ({why})", prefix_list(list))
}

/// Such as `tcp 80 from 0.0.0.0/0 (part of rule sgr-1)`, or `rule sgr-1 (tcp 22 from 0.0.0.0/0)`.
pub(crate) fn part(part: &Part) -> String {
    let Part { part_of, is_whole, permission: what, .. } = part;
    if *is_whole {
        format!("rule {part_of} ({})", permission(what))
    } else {
        format!("{} (part of rule {part_of})", permission(what))
    }
}

/// Such as `icmp types 0-7 and types 9-255 from 0.0.0.0/1 (part of rule sgr-1): it takes 254 rules`.
pub(crate) fn cut(cut: &Cut) -> String {
    let Cut { protocol, source, part_of, rules, .. } = cut;
    let types = list(&cut.types, " ranges");
    format!("{protocol} {types} from {source} (part of rule {part_of}): it takes {rules} rules")
}

/// The protocols without ports that go with rules for all traffic, such as `every IP protocol without ports but IP
/// protocol 50 (ESP) from 10.0.0.0/8 (part of rule sgr-1)`.
pub(crate) fn portless_of(plan: &Revocation) -> impl Iterator<Item = String> {
    let mut kept: HashMap<&RuleId, Vec<String>> = HashMap::new();
    for Part { part_of, permission, .. } in &plan.restore {
        if let Protocol::Portless(_) = permission.protocol {
            kept.entry(part_of).or_default().push(permission.protocol.to_string());
        }
    }
    let for_all = plan.revoke.iter().filter(|rule| rule.permission.protocol == Protocol::All);
    for_all.map(move |rule| {
        let but = kept.get(&rule.id).map(|kept| format!(" but {}", list(kept, ""))).unwrap_or_default();
        let source = &rule.permission.source;
        format!("every IP protocol without ports{but} from {source} (part of rule {})", rule.id)
    })
}
