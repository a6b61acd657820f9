//! What a rule allows, as the AWS CLI's `--ip-permissions` takes it.

use network::{Permission, Source};
use serde_json::{Map, Value, json};

/// One entry of `--ip-permissions`, with or without what the owner wrote.
pub(crate) fn ip_permission(permission: &Permission, described: bool) -> Value {
    let (list, mut source) = match &permission.source {
        Source::V4(block) => ("IpRanges", json!({ "CidrIp": block })),
        Source::V6(block) => ("Ipv6Ranges", json!({ "CidrIpv6": block })),
        Source::PrefixList(id) => ("PrefixListIds", json!({ "PrefixListId": id })),
        Source::Group(group) => ("UserIdGroupPairs", json!(group)),
    };
    if let Some(text) = permission.description.as_ref().filter(|_| described)
        && let Value::Object(source) = &mut source
    {
        source.insert("Description".to_owned(), text.as_str().into());
    }
    let mut entry = Map::new();
    entry.insert("IpProtocol".to_owned(), permission.protocol.as_str().into());
    if permission.protocol.has_ports() {
        entry.extend(permission.from_port.map(|port| ("FromPort".to_owned(), port.into())));
        entry.extend(permission.to_port.map(|port| ("ToPort".to_owned(), port.into())));
    }
    entry.insert(list.to_owned(), Value::Array(vec![source]));
    Value::Object(entry)
}
