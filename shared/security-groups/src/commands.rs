//! Plans as commands of the AWS CLI that people can run as they stand, each on a line of its own: the same words for
//! what is left of a plan, for what puts back, and for what closes a group that Curfew leaves alone.

use std::fmt::Display;

use events::{GroupId, InterfaceId, VpcId};
use network::{IpNet, RuleId};
use serde_json::{Value, json};

use crate::ip_permission::ip_permission;
use crate::port::{EVERYWHERE, QUARANTINE_GROUP_NAME, QUARANTINE_GROUP_TEXT, all_traffic};
use crate::{
    At, Destination, Interface, Isolation, Part, Placement, PutBack, QUARANTINE_GROUP, Quarantine, Tags,
};

/// What stands for the quarantine group in commands that find it first.
const QUARANTINE: &str = "\"$quarantine\"";

/// The commands that carry a plan out.
pub(crate) fn of(at: &At<'_>, plan: &Quarantine) -> String {
    let (mut lines, tags) = match plan {
        Quarantine::Revoke(plan) => {
            let ids: Vec<&RuleId> = plan.revoke.iter().map(|rule| &rule.id).collect();
            let commands = authorize(at, &plan.restore).into_iter().chain(revoke(at, &ids));
            (one_after_the_other(commands), Some(&plan.tags))
        }
        Quarantine::Isolate(plan) => (isolate(at, plan), Some(&plan.tags)),
        Quarantine::Release(plan) => {
            let commands = authorize(at, &plan.authorize).into_iter().chain(revoke_parts(at, &plan.revoke));
            let mut lines = one_after_the_other(commands);
            let placed =
                |one: &Placement| place(at, &one.interface.id, one.groups.iter().map(GroupId::as_str));
            lines.extend(plan.place.iter().map(placed));
            (lines, None)
        }
    };
    lines.extend(tags.filter(|tags| !tags.is_empty()).map(|tags| tag(at, tags)));
    let indented: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    indented.join("\n")
}

/// Commands of which each is run only where the one before it succeeded: only so nothing legitimate is cut.
fn one_after_the_other(commands: impl Iterator<Item = String>) -> Vec<String> {
    let commands: Vec<String> = commands.collect();
    if commands.is_empty() { commands } else { vec![commands.join(" &&\n  ")] }
}

/// Authorizes parts, in one command for all with the same tags.
fn authorize(at: &At<'_>, parts: &[Part]) -> Vec<String> {
    let mut batches: Vec<(&Tags, Vec<Value>)> = Vec::new();
    for Part { permission, tags, .. } in parts {
        let permission = ip_permission(permission, true);
        match batches.iter_mut().find(|(of, _)| *of == tags) {
            Some((_, batch)) => batch.push(permission),
            None => batches.push((tags, vec![permission])),
        }
    }
    let command = |(tags, permissions)| {
        let authorize = on_permissions(at, "authorize-security-group-ingress", at.id, permissions);
        match specification("security-group-rule", tags) {
            Some(tags) => format!("{authorize} {tags}"),
            None => authorize,
        }
    };
    batches.into_iter().map(command).collect()
}

fn revoke(at: &At<'_>, ids: &[&RuleId]) -> Option<String> {
    let joined = ids.iter().map(|id| id.as_str()).collect::<Vec<_>>().join(" ");
    let options = format!("--group-id {} --security-group-rule-ids {joined}", at.id);
    (!ids.is_empty()).then(|| command(at, "revoke-security-group-ingress", &options))
}

/// Takes parts away that were put back: by their ids, and by what they say where an id is not known.
fn revoke_parts(at: &At<'_>, parts: &[PutBack]) -> impl Iterator<Item = String> {
    let ids: Vec<&RuleId> = parts.iter().filter_map(|part| part.id.as_ref()).collect();
    let unknown = parts.iter().filter(|part| part.id.is_none());
    let unknown: Vec<Value> = unknown.map(|part| ip_permission(&part.part.permission, false)).collect();
    let by_content =
        (!unknown.is_empty()).then(|| on_permissions(at, "revoke-security-group-ingress", at.id, unknown));
    revoke(at, &ids).into_iter().chain(by_content)
}

/// Each line stands for itself: an interface that cannot be changed keeps no other from being so.
fn isolate(at: &At<'_>, plan: &Isolation) -> Vec<String> {
    let mut lines = Vec::new();
    for (vpc, destination) in &plan.destinations {
        let quarantine = match destination {
            Destination::ToBeFound => {
                lines.extend(find_or_create_quarantine(at, vpc));
                QUARANTINE
            }
            Destination::Known { group, may_have_egress } => {
                if *may_have_egress {
                    lines.extend(revoke_egress(at, group.as_str()));
                }
                group.as_str()
            }
        };
        let isolated = |one: &Interface| {
            let others = one.others(at.id, plan.all_groups).map(GroupId::as_str);
            let groups = [quarantine].into_iter().chain(others.filter(|other| *other != quarantine));
            place(at, &one.id, groups)
        };
        lines.extend(plan.interfaces_in(vpc).map(isolated));
    }
    lines
}

/// Gives an interface exactly these groups.
fn place<'a>(at: &At<'_>, interface: &InterfaceId, groups: impl Iterator<Item = &'a str>) -> String {
    let groups = groups.collect::<Vec<_>>().join(" ");
    let options = format!("--network-interface-id {interface} --groups {groups}");
    command(at, "modify-network-interface-attribute", &options)
}

/// Tags the group.
fn tag(at: &At<'_>, tags: &Tags) -> String {
    let tags: Vec<String> = tags.iter().map(|(key, value)| format!("Key={key},Value={value}")).collect();
    command(at, "create-tags", &format!("--resources {} --tags {}", at.id, tags.join(" ")))
}

/// Takes the outbound rules away that EC2 gave to a new quarantine group. Where one of them is not there, its
/// command fails and changes nothing.
fn revoke_egress(at: &At<'_>, quarantine: &str) -> Vec<String> {
    let revoke = |to: IpNet| {
        let permissions = vec![ip_permission(&all_traffic(to), false)];
        on_permissions(at, "revoke-security-group-egress", quarantine, permissions)
    };
    EVERYWHERE.into_iter().map(revoke).collect()
}

/// Sets the shell's variable `quarantine` to the id of the account's quarantine group of the VPC, which is created where
/// there is none.
fn find_or_create_quarantine(at: &At<'_>, vpc: &VpcId) -> Vec<String> {
    let find = format!(
        "--filters Name=vpc-id,Values={vpc} Name=owner-id,Values={} Name=tag-key,Values={QUARANTINE_GROUP} \
         --query 'sort_by(SecurityGroups,&GroupId)[0].GroupId' --output text",
        at.account
    );
    let tags = Tags::from([(QUARANTINE_GROUP.to_owned(), vpc.to_string())]);
    let create = format!(
        "--group-name {QUARANTINE_GROUP_NAME} --description '{QUARANTINE_GROUP_TEXT}' --vpc-id {vpc} {} \
         --query GroupId --output text",
        specification("security-group", &tags).unwrap_or_default()
    );
    let mut commands = vec![
        format!("quarantine=$({})", command(at, "describe-security-groups", &find)),
        "if [ \"$quarantine\" = None ]; then".to_owned(),
        format!("  quarantine=$({})", command(at, "create-security-group", &create)),
    ];
    commands.extend(revoke_egress(at, QUARANTINE).into_iter().map(|command| format!("  {command}")));
    commands.push("fi".to_owned());
    commands
}

fn specification(kind: &str, tags: &Tags) -> Option<String> {
    let list: Vec<Value> = tags.iter().map(|(key, value)| json!({ "Key": key, "Value": value })).collect();
    let specification = json!([{ "ResourceType": kind, "Tags": list }]);
    (!tags.is_empty()).then(|| format!("--tag-specifications {}", quoted(&specification)))
}

fn on_permissions(at: &At<'_>, name: &str, group: impl Display, permissions: Vec<Value>) -> String {
    let permissions = quoted(&Value::Array(permissions));
    command(at, name, &format!("--group-id {group} --ip-permissions {permissions}"))
}

fn command(at: &At<'_>, name: &str, options: &str) -> String {
    format!("aws ec2 {name} --region {} {options}", at.region)
}

/// Quotes in a description must not end the shell's.
fn quoted(json: &Value) -> String {
    format!("'{}'", json.to_string().replace('\'', r"'\''"))
}
