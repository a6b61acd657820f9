//! Plans as commands of the AWS CLI that people can run as they stand: the same words for
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
    let lines = match plan {
        Quarantine::Revoke(plan) => {
            let ids: Vec<&RuleId> = plan.revoke.iter().map(|rule| &rule.id).collect();
            let commands = authorize(at, &plan.restore).into_iter().chain(revoke(at, &ids));
            let lines = one_after_the_other(commands.chain(tag(at, &plan.tags)));
            on_a_full_group(!plan.restore.is_empty() && !ids.is_empty(), lines)
        }
        Quarantine::Isolate(plan) => {
            one_after_the_other(isolate(at, plan).into_iter().chain(tag(at, &plan.tags)))
        }
        Quarantine::Release(plan) => {
            let commands = authorize(at, &plan.authorize).into_iter().chain(revoke_parts(at, &plan.revoke));
            let is_swapped = !plan.authorize.is_empty() && !plan.revoke.is_empty();
            let mut lines = on_a_full_group(is_swapped, one_after_the_other(commands));
            let placed =
                |one: &Placement| place(at, &one.interface.id, one.groups.iter().map(GroupId::as_str));
            lines.extend(plan.place.iter().map(placed));
            lines
        }
    };
    let indented: Vec<String> = lines.iter().map(|line| format!("  {line}")).collect();
    indented.join("\n")
}

/// Commands of which each is run only where the one before it succeeded: only so nothing legitimate is cut, nobody is
/// put into a group that is not there, and nothing is tagged that is not closed.
fn one_after_the_other(commands: impl Iterator<Item = String>) -> Vec<String> {
    let joined = commands.collect::<Vec<_>>().join(" &&\n");
    joined.lines().map(ToOwned::to_owned).collect()
}

/// Says what to do where the group has no room for rules beside those that are to go.
fn on_a_full_group(is_swapped: bool, lines: Vec<String>) -> Vec<String> {
    let note = "# If EC2 says RulesPerSecurityGroupLimitExceeded, the group is full: run the command that revokes first.";
    is_swapped.then(|| note.to_owned()).into_iter().chain(lines).collect()
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

/// The steps of an isolation: for each VPC its quarantine group, then its interfaces.
fn isolate(at: &At<'_>, plan: &Isolation) -> Vec<String> {
    let mut steps = Vec::new();
    for (vpc, destination) in &plan.destinations {
        let quarantine = match destination {
            Destination::ToBeFound => {
                steps.push(find_or_create_quarantine(at, vpc));
                QUARANTINE
            }
            Destination::Known { group, may_have_egress } => {
                if *may_have_egress {
                    steps.push(revoke_egress(at, group.as_str()));
                }
                group.as_str()
            }
        };
        let isolated = |one: &Interface| {
            let others = one.others(at.id, plan.all_groups).map(GroupId::as_str);
            let groups = [quarantine].into_iter().chain(others.filter(|other| *other != quarantine));
            place(at, &one.id, groups)
        };
        steps.extend(plan.interfaces_in(vpc).map(isolated));
    }
    steps
}

/// Gives an interface exactly these groups.
fn place<'a>(at: &At<'_>, interface: &InterfaceId, groups: impl Iterator<Item = &'a str>) -> String {
    let groups = groups.collect::<Vec<_>>().join(" ");
    let options = format!("--network-interface-id {interface} --groups {groups}");
    command(at, "modify-network-interface-attribute", &options)
}

/// Tags the group.
fn tag(at: &At<'_>, tags: &Tags) -> Option<String> {
    (!tags.is_empty()).then(|| create_tags(at, at.id, tags))
}

/// Makes a group the quarantine group of its VPC.
pub(crate) fn tag_as_quarantine(at: &At<'_>, group: &GroupId, vpc: &VpcId) -> String {
    create_tags(at, group, &quarantine_tags(vpc))
}

fn create_tags(at: &At<'_>, group: &GroupId, tags: &Tags) -> String {
    let tags: Vec<String> = tags.iter().map(|(key, value)| format!("Key={key},Value={value}")).collect();
    command(at, "create-tags", &format!("--resources {group} --tags {}", tags.join(" ")))
}

fn quarantine_tags(vpc: &VpcId) -> Tags {
    Tags::from([(QUARANTINE_GROUP.to_owned(), vpc.to_string())])
}

/// Takes the outbound rules away that EC2 gave to a new quarantine group. Where one of them is not there, its
/// command fails and changes nothing: what counts is that the group has neither in the end.
fn revoke_egress(at: &At<'_>, quarantine: &str) -> String {
    let revoke = |to: IpNet| {
        let permissions = vec![ip_permission(&all_traffic(to), false)];
        on_permissions(at, "revoke-security-group-egress", quarantine, permissions)
    };
    let has_not =
        EVERYWHERE.map(|to| format!("contains(to_string(IpPermissionsEgress),`\"{to}\"`)==`false`"));
    let options = format!(
        "--filters Name=group-id,Values={quarantine} --query 'length(SecurityGroups[?{}])' --output text",
        has_not.join("&&")
    );
    let count = format!("closed=$({})", command(at, "describe-security-groups", &options));
    let is_closed = format!("{count} && [ \"$closed\" = 1 ]");
    let commands: Vec<String> = EVERYWHERE.into_iter().map(revoke).chain([is_closed]).collect();
    format!("{{\n  {}\n}}", commands.join("\n  "))
}

/// Sets the shell's variable `quarantine` to the id of a quarantine group of the VPC that has no rules. Where there is
/// none such, one is created; its name has the time in it, since a group that is open or not tagged may have the usual
/// one.
fn find_or_create_quarantine(at: &At<'_>, vpc: &VpcId) -> String {
    let find = format!(
        "--filters Name=vpc-id,Values={vpc} Name=owner-id,Values={} Name=tag-key,Values={QUARANTINE_GROUP} --query \
         'sort_by(SecurityGroups[?IpPermissions==`[]`&&IpPermissionsEgress==`[]`],&GroupId)[0].GroupId' --output text",
        at.account
    );
    let create = format!(
        "--group-name \"{QUARANTINE_GROUP_NAME}-$(date +%s)\" --description '{QUARANTINE_GROUP_TEXT}' --vpc-id {vpc} {} \
         --query GroupId --output text",
        specification("security-group", &quarantine_tags(vpc)).unwrap_or_default()
    );
    let lines = [
        format!("quarantine=$({}) &&", command(at, "describe-security-groups", &find)),
        "if [ \"$quarantine\" = None ]; then".to_owned(),
        format!("  quarantine=$({}) &&", command(at, "create-security-group", &create)),
        format!("  {}", revoke_egress(at, QUARANTINE).replace('\n', "\n  ")),
        "fi".to_owned(),
    ];
    lines.join("\n")
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
