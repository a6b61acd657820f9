//! A security group in its configuration item, whose rules have no ids.

use std::collections::HashMap;

use document::{Fault, Node};
use events::{GroupId, VpcId};
use exposure::SecurityGroup;
use network::{IpNet, PrefixListId};
use remediation::{CallError, Place, Tags};
use security_groups::{About, At, Interface, ListName, Of, ReadSecurityGroups, Rules};
use serde_json::{Value, json};

use super::{OrItem, part, tags};

impl<P: ReadSecurityGroups> ReadSecurityGroups for OrItem<P> {
    async fn group(&self, at: &At<'_>) -> Result<Option<About>, CallError> {
        self.or(self.live.group(at).await, |item| about(item).map(|about| about.map(Some)))
    }

    async fn rules(&self, at: &At<'_>) -> Result<Option<Rules>, CallError> {
        self.or(self.live.rules(at).await, |item| rules(item).map(|rules| rules.map(Some)))
    }

    async fn groups(&self, place: &Place<'_>, of: Of<'_>) -> Result<Vec<(GroupId, About)>, CallError> {
        self.live.groups(place, of).await
    }

    async fn rules_by_group(
        &self,
        place: &Place<'_>,
        of: Of<'_>,
    ) -> Result<HashMap<GroupId, Rules>, CallError> {
        self.live.rules_by_group(place, of).await
    }

    async fn list_entries(&self, place: &Place<'_>, id: &PrefixListId) -> Result<Vec<IpNet>, CallError> {
        self.live.list_entries(place, id).await
    }

    async fn list_names(
        &self,
        place: &Place<'_>,
        ids: &[&PrefixListId],
    ) -> Result<Vec<(PrefixListId, ListName)>, CallError> {
        self.live.list_names(place, ids).await
    }

    async fn groups_naming(&self, place: &Place<'_>, list: &PrefixListId) -> Result<Vec<GroupId>, CallError> {
        self.live.groups_naming(place, list).await
    }

    async fn list_is_changing(&self, place: &Place<'_>, list: &PrefixListId) -> Result<bool, CallError> {
        self.live.list_is_changing(place, list).await
    }

    async fn interfaces(&self, at: &At<'_>) -> Result<Vec<Interface>, CallError> {
        self.live.interfaces(at).await
    }
}

fn about(item: &Node<'_>) -> Result<Option<About>, Fault> {
    let Some(configuration) = item.field("configuration")? else { return Ok(None) };
    let value = part(&configuration)?;
    let node = Node::root(&value);
    let Some(tags) = of_group(&node)?.or(tags(item)?) else { return Ok(None) };
    let vpc = node.field("vpcId")?;
    let vpc_id = |vpc: Node<'_>| VpcId::new(vpc.text()?).ok_or_else(|| vpc.unexpected(VpcId::EXPECTED));
    Ok(Some(About {
        name: node.required("groupName")?.text()?.to_owned(),
        description: node.text_of("description")?.unwrap_or_default().to_owned(),
        vpc: vpc.map(vpc_id).transpose()?,
        tags,
    }))
}

/// The tags that stand within the configuration.
fn of_group(configuration: &Node<'_>) -> Result<Option<Tags>, Fault> {
    let Some(tags) = configuration.field("tags")? else { return Ok(None) };
    let pair = |tag: &Node<'_>| {
        let key = tag.required("key")?.text()?;
        Ok((key.to_owned(), tag.text_of("value")?.unwrap_or_default().to_owned()))
    };
    tags.items()?.iter().map(pair).collect::<Result<_, Fault>>().map(Some)
}

/// The rules that let something in, where the item has its list of them. What stands beside it, inbound traffic does not
/// go by.
fn rules(item: &Node<'_>) -> Result<Option<Rules>, Fault> {
    let Some(configuration) = item.field("configuration")? else { return Ok(None) };
    let mut group = part(&configuration)?;
    if Node::root(&group).field("ipPermissions")?.is_none() {
        return Ok(None);
    }
    for permission in group.pointer_mut("/ipPermissions").and_then(Value::as_array_mut).into_iter().flatten()
    {
        spell_as_ec2_does(permission);
    }
    let answer = json!({ "SecurityGroups": [group] });
    let mut read = Vec::new();
    for group in SecurityGroup::read_each(&answer)? {
        read.extend(group.map_err(|error| error.fault)?.rules);
    }
    Ok(Some(Rules { read, rest: None }))
}

/// The item has the blocks of IPv4 twice: as EC2 writes them, under another name, and under EC2's name as bare texts. Old
/// items have the texts alone.
fn spell_as_ec2_does(permission: &mut Value) {
    let Value::Object(members) = permission else { return };
    let blocks = members.remove("ipv4Ranges");
    let texts = members.remove("ipRanges");
    let of_texts = |texts: Value| match texts {
        Value::Array(all) => all.into_iter().map(|text| json!({ "CidrIp": text })).collect(),
        other => other,
    };
    if let Some(ranges) = blocks.or_else(|| texts.map(of_texts)) {
        members.insert("IpRanges".to_owned(), ranges);
    }
}
