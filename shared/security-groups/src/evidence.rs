//! What proves the findings, and the commands that put back what was changed.

use std::time::SystemTime;

use events::GroupId;
use network::{Permission, Rule};
use remediation::settings::{QuarantineStyle, SgSettings};
use remediation::{Evidence, Target};
use serde_json::{Value, json};

use crate::ip_permission::ip_permission;
use crate::{Group, Interface, Isolation, Quarantine, Revocation, Tags, plan, revoke, words};

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
        Some(Quarantine::Revoke(plan)) => evidence.push(Evidence {
            title: "How to put the revoked rules back".to_owned(),
            body: put_back(at, plan),
        }),
        Some(Quarantine::Isolate(plan)) => evidence.push(Evidence {
            title: "How to give the interfaces their groups back".to_owned(),
            body: give_back(at, plan),
        }),
        None if settings.quarantine == QuarantineStyle::Alert => {
            let plan = plan::revocation(group, &settings.network(), SystemTime::UNIX_EPOCH);
            evidence.extend(plan.map(|plan| Evidence {
                title: "How to close it by hand".to_owned(),
                body: close(at, &plan),
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

/// Authorizes what was revoked, and then takes away the parts that were put back in its stead.
fn put_back(at: &At<'_>, plan: &Revocation) -> String {
    let mut commands: Vec<String> = by_tags(&plan.revoke)
        .into_iter()
        .map(|(tags, rules)| authorize(at, rules.iter().map(|rule| &rule.permission), tags))
        .collect();
    if !plan.restore.is_empty() {
        let parts = plan.restore.iter().map(|part| ip_permission(&part.permission, false)).collect();
        commands.push(command(at, "revoke-security-group-ingress", parts));
    }
    format!("  {}", commands.join(" &&\n  "))
}

fn give_back(at: &At<'_>, plan: &Isolation) -> String {
    let one = |interface: &Interface| {
        format!(
            "  aws ec2 modify-network-interface-attribute --region {} --network-interface-id {} --groups {}",
            at.region,
            interface.id,
            interface.groups.join(" ")
        )
    };
    plan.interfaces.iter().map(one).collect::<Vec<_>>().join("\n")
}

fn close(at: &At<'_>, plan: &Revocation) -> String {
    let mut commands: Vec<String> = revoke::batches(&plan.restore)
        .into_iter()
        .map(|(tags, parts)| authorize(at, parts.iter().map(|part| &part.permission), tags))
        .collect();
    let ids: Vec<&str> = plan.revoke.iter().map(|rule| rule.id.as_str()).collect();
    commands.push(format!(
        "aws ec2 revoke-security-group-ingress --region {} --group-id {} --security-group-rule-ids {}",
        at.region,
        at.id,
        ids.join(" ")
    ));
    format!("  {}", commands.join(" &&\n  "))
}

fn by_tags(rules: &[Rule]) -> Vec<(&Tags, Vec<&Rule>)> {
    let mut groups: Vec<(&Tags, Vec<&Rule>)> = Vec::new();
    for rule in rules {
        match groups.iter_mut().find(|(tags, _)| **tags == rule.tags) {
            Some((_, group)) => group.push(rule),
            None => groups.push((&rule.tags, vec![rule])),
        }
    }
    groups
}

fn authorize<'a>(at: &At<'_>, permissions: impl Iterator<Item = &'a Permission>, tags: &Tags) -> String {
    let permissions = permissions.map(|permission| ip_permission(permission, true)).collect();
    let authorize = command(at, "authorize-security-group-ingress", permissions);
    if tags.is_empty() {
        return authorize;
    }
    let tags: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let tags = json!([{ "ResourceType": "security-group-rule", "Tags": tags }]);
    format!("{authorize} --tag-specifications {}", quoted(&tags))
}

fn command(at: &At<'_>, command: &str, permissions: Vec<Value>) -> String {
    let permissions = quoted(&Value::Array(permissions));
    format!("aws ec2 {command} --region {} --group-id {} --ip-permissions {permissions}", at.region, at.id)
}

/// Quotes in a description must not end the shell's.
fn quoted(json: &Value) -> String {
    format!("'{}'", json.to_string().replace('\'', r"'\''"))
}
