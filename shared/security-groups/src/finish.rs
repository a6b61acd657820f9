//! What of a plan is left undone, as commands for people.

use std::time::SystemTime;

use events::GroupId;
use network::Permission;
use remediation::settings::SgSettings;
use remediation::{Change, Target};
use serde::Serialize;
use serde_json::{Value, json};

use crate::group::QUARANTINED_RULES;
use crate::port::action;
use crate::{Group, Interface, Isolation, Part, Quarantine, Revocation, Tags, commands, plan};

type At<'a> = Target<'a, GroupId>;

/// The commands, a line each, that do what is not done; none where all is.
pub(crate) fn commands(
    at: &At<'_>,
    plan: &Quarantine,
    done: &[Change],
    after: Option<&Group>,
    settings: &SgSettings,
) -> Vec<String> {
    let mut lines = match plan {
        Quarantine::Revoke(plan) => revocation(at, plan, done, after),
        Quarantine::Isolate(plan) => isolation(at, plan, done, after, settings),
    };
    // As in the plan: a group is tagged where something of it is closed.
    let closes = !lines.is_empty() || done.iter().any(action::closes);
    if closes && done.iter().all(|change| change.action != action::TAG) {
        lines.push(commands::tag(at, &tags(plan, after)));
    }
    lines.into_iter().map(|line| format!("  {line}")).collect()
}

/// The plan's tags; of what is evidence, what was seen last decides.
fn tags(plan: &Quarantine, after: Option<&Group>) -> Tags {
    let mut tags = plan.tags().clone();
    if let (Some(digest), Some(after)) = (tags.get_mut(QUARANTINED_RULES), after) {
        *digest = after.digest();
    }
    tags
}

fn revocation(at: &At<'_>, plan: &Revocation, done: &[Change], after: Option<&Group>) -> Vec<String> {
    let (restore, revoke) = match after {
        Some(after) => {
            let left = plan::revocation(after, SystemTime::UNIX_EPOCH);
            let (mut restore, revoke) = left.map(|left| (left.restore, left.revoke)).unwrap_or_default();
            for part in &plan.restore {
                // As long as the rule is there, nothing of it is missing.
                if after.rule(&part.part_of).is_none() && !has(after, part) && !is_among(&restore, part) {
                    restore.push(part.clone());
                }
            }
            (restore, revoke)
        }
        None => {
            let restore = plan.restore.iter().filter(|part| !is_noted(done, action::AUTHORIZE, part));
            let revoke = plan.revoke.iter().filter(|rule| !is_noted(done, action::REVOKE, rule));
            (restore.cloned().collect(), revoke.cloned().collect())
        }
    };
    let lines = commands::close(at, &restore, &revoke);
    if lines.is_empty() { lines } else { vec![lines.join(" &&\n  ")] }
}

fn isolation(
    at: &At<'_>,
    plan: &Isolation,
    done: &[Change],
    after: Option<&Group>,
    settings: &SgSettings,
) -> Vec<String> {
    let interfaces: Vec<Interface> = match after {
        Some(after) => plan::isolation(after, settings, SystemTime::UNIX_EPOCH)
            .map(|left| left.interfaces)
            .unwrap_or_default(),
        None => {
            let placed: Vec<&str> =
                details(done, action::PLACE).filter_map(|one| text(one, "interface")).collect();
            plan.interfaces.iter().filter(|one| !placed.contains(&one.id.as_str())).cloned().collect()
        }
    };
    if interfaces.is_empty() {
        return Vec::new();
    }
    let (mut lines, quarantine) = match quarantine(done) {
        // Whether a new one has lost its outbound rules is certain once somebody was put into it.
        Some((id, is_new)) => (if is_new { commands::revoke_egress(at, &id) } else { Vec::new() }, id),
        None => (commands::find_or_create_quarantine(at, &plan.vpc), "\"$quarantine\"".to_owned()),
    };
    let place = |one: &Interface| {
        commands::place(at, &one.id, &one.isolated(at.id.as_str(), &quarantine, plan.all_groups))
    };
    lines.extend(interfaces.iter().map(place));
    lines
}

/// The quarantine group that the changes name, and whether nobody was put into it yet.
fn quarantine(done: &[Change]) -> Option<(String, bool)> {
    let placed = details(done, action::PLACE).find_map(|one| one.get("after")?.get(0)?.as_str());
    let mut closed = details(done, action::CREATE).chain(details(done, action::REVOKE_EGRESS));
    let known = closed.find_map(|one| text(one, "group"));
    placed.map(|id| (id.to_owned(), false)).or(known.map(|id| (id.to_owned(), true)))
}

/// What the changes that this action made say about themselves.
fn details<'a>(done: &'a [Change], action: &str) -> impl Iterator<Item = &'a Value> {
    done.iter().filter(move |change| change.action == action).map(|change| &change.detail)
}

fn text<'a>(detail: &'a Value, key: &str) -> Option<&'a str> {
    detail.get(key).and_then(Value::as_str)
}

fn is_noted(done: &[Change], action: &str, thing: &impl Serialize) -> bool {
    let thing = json!(thing);
    details(done, action).any(|detail| *detail == thing)
}

fn has(group: &Group, part: &Part) -> bool {
    let mut inbound = group.rules.iter().filter(|rule| !rule.is_egress);
    inbound.any(|rule| says_the_same(&rule.permission, &part.permission))
}

fn is_among(parts: &[Part], part: &Part) -> bool {
    parts.iter().any(|other| says_the_same(&other.permission, &part.permission))
}

fn says_the_same(one: &Permission, other: &Permission) -> bool {
    let bounds = |of: &Permission| (of.protocol.clone(), of.from_port, of.to_port);
    bounds(one) == bounds(other) && one.source.is_same(&other.source)
}
