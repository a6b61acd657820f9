//! What proves the findings, and the commands that put back what was changed.

use std::time::SystemTime;

use events::GroupId;
use remediation::settings::{QuarantineStyle, SgSettings};
use remediation::{Evidence, Target};

use crate::group::settable;
use crate::{Group, Interface, Isolation, Quarantine, Revocation, commands, plan, words};

type At<'a> = Target<'a, GroupId>;

/// What a mail shows of the group beside the findings.
pub(crate) fn evidence(
    at: &At<'_>,
    group: &Group,
    plan: Option<&Quarantine>,
    settings: &SgSettings,
) -> Vec<Evidence> {
    let mut evidence = vec![rules(at, group)];
    if let Some(interfaces) = group.interfaces.as_ref().filter(|all| !all.is_empty()) {
        evidence.push(as_they_were(interfaces));
    }
    match plan {
        Some(Quarantine::Revoke(plan)) => {
            evidence.extend(cut(plan));
            evidence.push(Evidence {
                title: "How to put the revoked rules back".to_owned(),
                body: put_back(at, plan),
            });
        }
        Some(Quarantine::Isolate(plan)) => evidence.push(Evidence {
            title: "How to give the interfaces their groups back".to_owned(),
            body: give_back(at, plan),
        }),
        None if settings.quarantine == QuarantineStyle::Alert => {
            let plan = plan::revocation(group, SystemTime::UNIX_EPOCH);
            evidence.extend(plan.as_ref().and_then(cut));
            evidence.extend(plan.map(|plan| Evidence {
                title: "How to close it by hand".to_owned(),
                body: format!("  {}", commands::close(at, &plan.restore, &plan.revoke).join(" &&\n  ")),
            }));
        }
        None => {}
    }
    evidence
}

fn rules(at: &At<'_>, group: &Group) -> Evidence {
    let vpc = group.vpc.as_deref().unwrap_or("none");
    let head = format!("  group {} ({}), VPC {vpc}", at.id, group.name);
    let inbound = group.rules.iter().filter(|rule| !rule.is_egress);
    let table = inbound.map(|rule| format!("  {}", words::rule(rule)));
    Evidence {
        title: "The group's inbound rules as they were".to_owned(),
        body: [head].into_iter().chain(table).collect::<Vec<_>>().join("\n"),
    }
}

fn as_they_were(interfaces: &[Interface]) -> Evidence {
    let line = |one: &Interface| {
        let note = if one.is_managed() { "; an AWS service manages it, Curfew leaves it alone" } else { "" };
        format!("  {one}: {}{note}", one.groups.join(" "))
    };
    Evidence {
        title: "The groups of its interfaces as they were".to_owned(),
        body: interfaces.iter().map(line).collect::<Vec<_>>().join("\n"),
    }
}

/// What nobody puts back, though it was not open.
fn cut(plan: &Revocation) -> Option<Evidence> {
    let cut: Vec<String> = plan.cut.iter().map(|cut| format!("  {}", words::cut(cut))).collect();
    (!cut.is_empty()).then(|| Evidence { title: "What goes with the rules".to_owned(), body: cut.join("\n") })
}

/// Authorizes what was revoked, and then takes away the parts that were put back in its stead.
fn put_back(at: &At<'_>, plan: &Revocation) -> String {
    let rules: Vec<_> = plan.revoke.iter().map(|rule| (&rule.permission, settable(&rule.tags))).collect();
    let mut commands = commands::authorize(at, rules.iter().map(|(permission, tags)| (*permission, tags)));
    commands.extend(commands::revoke_parts(at, &plan.restore));
    format!("  {}", commands.join(" &&\n  "))
}

fn give_back(at: &At<'_>, plan: &Isolation) -> String {
    let one = |one: &Interface| format!("  {}", commands::place(at, &one.id, &one.groups));
    plan.interfaces.iter().map(one).collect::<Vec<_>>().join("\n")
}
