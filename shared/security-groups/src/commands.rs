//! Commands of the AWS CLI that people can run as they stand, each on a line of its own.

use std::fmt::Display;

use events::GroupId;
use network::{IpNet, Permission, Protocol, Rule};
use remediation::Target;
use serde_json::{Value, json};

use crate::group::QUARANTINE_GROUP;
use crate::ip_permission::ip_permission;
use crate::port::{EVERYWHERE, QUARANTINE_GROUP_NAME, QUARANTINE_GROUP_TEXT};
use crate::{Part, Tags};

type At<'a> = Target<'a, GroupId>;

/// Authorizes these, in one command for all with the same tags.
pub(crate) fn authorize<'a>(
    at: &At<'_>,
    permissions: impl Iterator<Item = (&'a Permission, &'a Tags)>,
) -> Vec<String> {
    let mut batches: Vec<(&Tags, Vec<Value>)> = Vec::new();
    for (permission, tags) in permissions {
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

/// Takes the parts away again that were put back in the place of rules.
pub(crate) fn revoke_parts(at: &At<'_>, parts: &[Part]) -> Option<String> {
    let permissions = parts.iter().map(|part| ip_permission(&part.permission, false)).collect();
    (!parts.is_empty()).then(|| on_permissions(at, "revoke-security-group-ingress", at.id, permissions))
}

/// Puts the parts back and then revokes the rules: only with `&&` between them is nothing legitimate cut.
pub(crate) fn close(at: &At<'_>, restore: &[Part], revoke: &[Rule]) -> Vec<String> {
    let mut commands = authorize(at, restore.iter().map(|part| (&part.permission, &part.tags)));
    let ids: Vec<&str> = revoke.iter().map(|rule| rule.id.as_str()).collect();
    if !ids.is_empty() {
        let options = format!("--group-id {} --security-group-rule-ids {}", at.id, ids.join(" "));
        commands.push(command(at, "revoke-security-group-ingress", &options));
    }
    commands
}

/// Gives an interface exactly these groups.
pub(crate) fn place(at: &At<'_>, interface: &str, groups: &[String]) -> String {
    let options = format!("--network-interface-id {interface} --groups {}", groups.join(" "));
    command(at, "modify-network-interface-attribute", &options)
}

/// Tags the group.
pub(crate) fn tag(at: &At<'_>, tags: &Tags) -> String {
    let tags: Vec<String> = tags.iter().map(|(key, value)| format!("Key={key},Value={value}")).collect();
    command(at, "create-tags", &format!("--resources {} --tags {}", at.id, tags.join(" ")))
}

/// Takes the outbound rules away that EC2 gave to a new quarantine group. Where one of them is not there, its
/// command fails and changes nothing.
pub(crate) fn revoke_egress(at: &At<'_>, quarantine: &str) -> Vec<String> {
    let all_traffic = |to: IpNet| Permission {
        protocol: Protocol::All,
        from_port: None,
        to_port: None,
        source: to.into(),
        description: None,
    };
    let revoke = |to: IpNet| {
        let permissions = vec![ip_permission(&all_traffic(to), false)];
        on_permissions(at, "revoke-security-group-egress", quarantine, permissions)
    };
    EVERYWHERE.into_iter().map(revoke).collect()
}

/// Sets the shell's variable `quarantine` to the id of the VPC's quarantine group, which is created where there
/// is none.
pub(crate) fn find_or_create_quarantine(at: &At<'_>, vpc: &str) -> Vec<String> {
    let find = format!(
        "--filters Name=vpc-id,Values={vpc} Name=tag-key,Values={QUARANTINE_GROUP} \
         --query 'sort_by(SecurityGroups,&GroupId)[0].GroupId' --output text"
    );
    let tags = Tags::from([(QUARANTINE_GROUP.to_owned(), vpc.to_owned())]);
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
    commands.extend(revoke_egress(at, "\"$quarantine\"").into_iter().map(|command| format!("  {command}")));
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
