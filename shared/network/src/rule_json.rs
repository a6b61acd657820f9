//! Reading rules from the two shapes in which AWS prints them.

use std::collections::BTreeMap;

use crate::ids::GroupId;
use crate::node::{Node, ReadError};
use crate::permission::Permission;
use crate::protocol::Protocol;
use crate::rule::Rule;
use crate::source::{ReferencedGroup, Source};

impl Rule {
    /// An item of `SecurityGroupRules`.
    pub(crate) fn read_node(node: &Node<'_>) -> Result<Self, ReadError> {
        let is_egress = node.field("IsEgress")?.map(|field| field.flag());
        Ok(Self {
            id: node.required("SecurityGroupRuleId")?.text()?.into(),
            is_egress: is_egress.transpose()?.unwrap_or(false),
            permission: permission(node, source_of_rule(node)?, node)?,
            tags: tags(node)?,
        })
    }

    /// The items of `IpPermissions`, one rule for each source.
    pub(crate) fn read_ip_permissions_node(list: &Node<'_>) -> Result<Vec<Self>, ReadError> {
        let mut rules = Vec::new();
        for entry in list.items()? {
            for (source, place) in sources_of_entry(&entry)? {
                rules.push(Self::unnamed(permission(&entry, source, &place)?));
            }
        }
        Ok(rules)
    }
}

/// Protocol and ports stand in `entry`, the description beside the source in `place`.
fn permission(entry: &Node<'_>, source: Source, place: &Node<'_>) -> Result<Permission, ReadError> {
    let port = |name| entry.field(name)?.map(|field| field.number()).transpose();
    Ok(Permission {
        protocol: read_protocol(&entry.required("IpProtocol")?)?,
        from_port: port("FromPort")?,
        to_port: port("ToPort")?,
        source,
        description: place.text_of("Description")?.map(str::to_owned),
    })
}

/// A protocol as text, which AWS writes, or as a number.
pub(crate) fn read_protocol(node: &Node<'_>) -> Result<Protocol, ReadError> {
    match (node.text(), node.number()) {
        (Ok(text), _) => Ok(text.into()),
        (Err(_), Ok(number)) => Ok(number.to_string().as_str().into()),
        (Err(error), Err(_)) => Err(error),
    }
}

fn source_of_rule(node: &Node<'_>) -> Result<Source, ReadError> {
    let mut sources = Vec::new();
    for name in ["CidrIpv4", "CidrIpv6"] {
        sources.extend(node.field(name)?.map(|cidr| block(&cidr)).transpose()?);
    }
    let list = node.text_of("PrefixListId")?;
    sources.extend(list.map(|id| Source::PrefixList(id.into())));
    let group = node.field("ReferencedGroupInfo")?;
    sources.extend(group.map(|group| referenced_group(&group)).transpose()?);

    let mut sources = sources.into_iter();
    match (sources.next(), sources.next()) {
        (Some(source), None) => Ok(source),
        _ => Err(node.unexpected("a rule of exactly one source")),
    }
}

/// The sources of one entry, each with the place where its description is.
fn sources_of_entry<'a>(entry: &Node<'a>) -> Result<Vec<(Source, Node<'a>)>, ReadError> {
    type Reader = fn(&Node<'_>) -> Result<Source, ReadError>;
    const LISTS: [(&str, Reader); 4] = [
        ("IpRanges", |item| block(&item.required("CidrIp")?)),
        ("Ipv6Ranges", |item| block(&item.required("CidrIpv6")?)),
        ("PrefixListIds", |item| {
            let id = item.required("PrefixListId")?;
            Ok(Source::PrefixList(id.text()?.into()))
        }),
        ("UserIdGroupPairs", referenced_group),
    ];

    let mut sources = Vec::new();
    for (name, read) in LISTS {
        for item in entry.list(name)? {
            sources.push((read(&item)?, item));
        }
    }
    Ok(sources)
}

fn block(cidr: &Node<'_>) -> Result<Source, ReadError> {
    cidr.block().map(Source::from)
}

fn referenced_group(node: &Node<'_>) -> Result<Source, ReadError> {
    let text = |name| -> Result<_, ReadError> { Ok(node.text_of(name)?.map(str::to_owned)) };
    Ok(Source::Group(ReferencedGroup {
        group_id: node.text_of("GroupId")?.map(GroupId::from),
        user_id: text("UserId")?,
        vpc_id: text("VpcId")?,
        vpc_peering_connection_id: text("VpcPeeringConnectionId")?,
    }))
}

fn tags(node: &Node<'_>) -> Result<BTreeMap<String, String>, ReadError> {
    node.list("Tags")?
        .iter()
        .map(|tag| {
            let key = tag.required("Key")?.text()?;
            Ok((key.to_owned(), tag.text_of("Value")?.unwrap_or("").to_owned()))
        })
        .collect()
}
