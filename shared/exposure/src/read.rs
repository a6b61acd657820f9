//! Reading rules, in the two shapes in which AWS prints them, and prefix lists.

use std::collections::BTreeMap;

use document::{Fault, Node};
use network::{
    IpNet, Permission, PrefixListId, PrefixLists, Protocol, ReferencedGroup, Rule, Source, Traffic,
    parse_block,
};

/// An item of `SecurityGroupRules`.
pub(crate) fn rule(node: &Node<'_>) -> Result<Rule, Fault> {
    let is_egress = node.field("IsEgress")?.map(|field| field.flag());
    Ok(Rule {
        id: node.required("SecurityGroupRuleId")?.text()?.into(),
        is_egress: is_egress.transpose()?.unwrap_or(false),
        permission: permission(node, source_of_rule(node)?, node)?,
        tags: tags(node)?,
    })
}

/// The items of `IpPermissions`, one rule for each source.
pub(crate) fn ip_permissions(list: &Node<'_>) -> Result<Vec<Rule>, Fault> {
    let mut rules = Vec::new();
    for entry in list.items()? {
        for (source, place) in sources_of_entry(&entry)? {
            rules.push(Rule::unnamed(permission(&entry, source, &place)?));
        }
    }
    Ok(rules)
}

/// An object of ids and lists of blocks. A list that is `null` is unreadable.
pub(crate) fn prefix_lists(node: &Node<'_>) -> Result<PrefixLists, Fault> {
    let mut lists = PrefixLists::default();
    for (id, blocks) in node.fields()? {
        let blocks: Vec<IpNet> = blocks.items()?.iter().map(block).collect::<Result<_, _>>()?;
        lists.insert(id.into(), blocks);
    }
    Ok(lists)
}

/// A protocol as text, which AWS writes, or as a number.
pub(crate) fn protocol(node: &Node<'_>) -> Result<Protocol, Fault> {
    match (node.text(), node.number::<i32>()) {
        (Ok(text), _) => Ok(text.into()),
        (Err(_), Ok(number)) => Ok(number.to_string().as_str().into()),
        (Err(fault), Err(_)) => Err(fault),
    }
}

/// The traffic stands in `entry`, the description beside the source in `place`.
fn permission(entry: &Node<'_>, source: Source, place: &Node<'_>) -> Result<Permission, Fault> {
    let port = |name| entry.field(name)?.map(|field| field.number()).transpose();
    let traffic = Traffic {
        protocol: protocol(&entry.required("IpProtocol")?)?,
        from_port: port("FromPort")?,
        to_port: port("ToPort")?,
    };
    Ok(traffic.permission(source, place.text_of("Description")?.map(str::to_owned)))
}

fn source_of_rule(node: &Node<'_>) -> Result<Source, Fault> {
    let cidr = |name| node.field(name)?.map(|cidr| block(&cidr)).transpose();
    let (v4, v6) = (cidr("CidrIpv4")?, cidr("CidrIpv6")?);
    let list = node.text_of("PrefixListId")?.map(PrefixListId::from);
    let group = node.field("ReferencedGroupInfo")?.map(|group| referenced_group(&group)).transpose()?;
    Source::one_of(v4, v6, list, group).map_err(|_| node.unexpected("a rule of exactly one source"))
}

/// The sources of one entry, each with the place where its description is.
fn sources_of_entry<'a>(entry: &Node<'a>) -> Result<Vec<(Source, Node<'a>)>, Fault> {
    type Reader = fn(&Node<'_>) -> Result<Source, Fault>;
    const LISTS: [(&str, Reader); 4] = [
        ("IpRanges", |item| Ok(block(&item.required("CidrIp")?)?.into())),
        ("Ipv6Ranges", |item| Ok(block(&item.required("CidrIpv6")?)?.into())),
        ("PrefixListIds", |item| Ok(Source::PrefixList(item.required("PrefixListId")?.text()?.into()))),
        ("UserIdGroupPairs", |item| referenced_group(item).map(Source::Group)),
    ];

    let mut sources = Vec::new();
    for (name, read) in LISTS {
        for item in entry.items_of(name)? {
            sources.push((read(&item)?, item));
        }
    }
    Ok(sources)
}

fn block(cidr: &Node<'_>) -> Result<IpNet, Fault> {
    parse_block(cidr.text()?).map_err(|_| cidr.unexpected("an address block"))
}

fn referenced_group(node: &Node<'_>) -> Result<ReferencedGroup, Fault> {
    let text = |name| -> Result<_, Fault> { Ok(node.text_of(name)?.map(str::to_owned)) };
    Ok(ReferencedGroup {
        group_id: text("GroupId")?,
        user_id: text("UserId")?,
        vpc_id: text("VpcId")?,
        vpc_peering_connection_id: text("VpcPeeringConnectionId")?,
    })
}

fn tags(node: &Node<'_>) -> Result<BTreeMap<String, String>, Fault> {
    let pair = |tag: &Node<'_>| {
        let key = tag.required("Key")?.text()?;
        Ok((key.to_owned(), tag.text_of("Value")?.unwrap_or_default().to_owned()))
    };
    node.items_of("Tags")?.iter().map(pair).collect()
}
