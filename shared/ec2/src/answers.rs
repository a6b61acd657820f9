//! From EC2's words to ours, and back.

use aws_sdk_ec2::types;
use network::{IpNet, Permission, ReferencedGroup, Rule, Source, parse_block};
use remediation::CallError;

use crate::{Interface, Tags};

/// A rule, which has exactly one source.
pub(super) fn rule(rule: types::SecurityGroupRule) -> Result<Rule, CallError> {
    const ACTION: &str = "ec2:DescribeSecurityGroupRules";
    let missing = |field| CallError::Incomplete { action: ACTION, field };
    let source = if rule.cidr_ipv4.is_some() {
        block(rule.cidr_ipv4, ACTION, "CidrIpv4")?.into()
    } else if rule.cidr_ipv6.is_some() {
        block(rule.cidr_ipv6, ACTION, "CidrIpv6")?.into()
    } else if let Some(id) = rule.prefix_list_id {
        Source::PrefixList(id.into())
    } else if let Some(group) = rule.referenced_group_info {
        Source::Group(ReferencedGroup {
            group_id: group.group_id.map(Into::into),
            user_id: group.user_id,
            vpc_id: group.vpc_id,
            vpc_peering_connection_id: group.vpc_peering_connection_id,
        })
    } else {
        return Err(missing("a source of a known kind"));
    };
    Ok(Rule {
        id: rule.security_group_rule_id.ok_or_else(|| missing("SecurityGroupRuleId"))?.into(),
        is_egress: rule.is_egress.ok_or_else(|| missing("IsEgress"))?,
        permission: Permission {
            protocol: rule.ip_protocol.ok_or_else(|| missing("IpProtocol"))?.as_str().into(),
            from_port: rule.from_port,
            to_port: rule.to_port,
            source,
            description: text(rule.description),
        },
        tags: tags(rule.tags),
    })
}

/// The entries of `IpPermissions`, one permission a source.
pub(super) fn permissions(
    entries: Option<Vec<types::IpPermission>>,
    action: &'static str,
) -> Result<Vec<Permission>, CallError> {
    let mut all = Vec::new();
    for entry in entries.unwrap_or_default() {
        let protocol = entry.ip_protocol.ok_or(CallError::Incomplete { action, field: "IpProtocol" })?;
        let mut sources: Vec<(Source, Option<String>)> = Vec::new();
        for range in entry.ip_ranges.unwrap_or_default() {
            sources.push((block(range.cidr_ip, action, "CidrIp")?.into(), range.description));
        }
        for range in entry.ipv6_ranges.unwrap_or_default() {
            sources.push((block(range.cidr_ipv6, action, "CidrIpv6")?.into(), range.description));
        }
        for list in entry.prefix_list_ids.unwrap_or_default() {
            sources
                .push((Source::PrefixList(list.prefix_list_id.unwrap_or_default().into()), list.description));
        }
        for pair in entry.user_id_group_pairs.unwrap_or_default() {
            let group = ReferencedGroup {
                group_id: pair.group_id.map(Into::into),
                user_id: pair.user_id,
                vpc_id: pair.vpc_id,
                vpc_peering_connection_id: pair.vpc_peering_connection_id,
            };
            sources.push((Source::Group(group), pair.description));
        }
        all.extend(sources.into_iter().map(|(source, description)| Permission {
            protocol: protocol.as_str().into(),
            from_port: entry.from_port,
            to_port: entry.to_port,
            source,
            description: text(description),
        }));
    }
    Ok(all)
}

/// What one rule allows, as EC2 takes it.
pub(super) fn sdk_permission(permission: &Permission) -> types::IpPermission {
    let description = permission.description.clone();
    let ports = permission.protocol.has_ports();
    let entry = types::IpPermission::builder()
        .ip_protocol(permission.protocol.as_str())
        .set_from_port(permission.from_port.filter(|_| ports))
        .set_to_port(permission.to_port.filter(|_| ports));
    match &permission.source {
        Source::V4(block) => {
            let range = types::IpRange::builder().cidr_ip(block.to_string());
            entry.ip_ranges(range.set_description(description).build())
        }
        Source::V6(block) => {
            let range = types::Ipv6Range::builder().cidr_ipv6(block.to_string());
            entry.ipv6_ranges(range.set_description(description).build())
        }
        Source::PrefixList(id) => {
            let list = types::PrefixListId::builder().prefix_list_id(id.as_str());
            entry.prefix_list_ids(list.set_description(description).build())
        }
        Source::Group(group) => entry.user_id_group_pairs(
            types::UserIdGroupPair::builder()
                .set_group_id(group.group_id.as_ref().map(ToString::to_string))
                .set_user_id(group.user_id.clone())
                .set_vpc_id(group.vpc_id.clone())
                .set_vpc_peering_connection_id(group.vpc_peering_connection_id.clone())
                .set_description(description)
                .build(),
        ),
    }
    .build()
}

pub(super) fn interface(interface: types::NetworkInterface) -> Result<Interface, CallError> {
    const ACTION: &str = "ec2:DescribeNetworkInterfaces";
    let missing = |field| CallError::Incomplete { action: ACTION, field };
    let operator = interface.operator.filter(|operator| operator.managed == Some(true));
    let operator = operator.map(|operator| operator.principal.unwrap_or_else(|| "an AWS service".to_owned()));
    let requester = interface.requester_managed.filter(|managed| *managed);
    let requester = requester.map(|_| interface.requester_id.unwrap_or_else(|| "an AWS service".to_owned()));
    let groups = interface.groups.unwrap_or_default().into_iter();
    Ok(Interface {
        id: interface.network_interface_id.ok_or_else(|| missing("NetworkInterfaceId"))?,
        kind: interface.interface_type.map_or_else(|| "unknown".to_owned(), |kind| kind.as_str().to_owned()),
        description: text(interface.description),
        instance: interface.attachment.and_then(|attachment| attachment.instance_id),
        managed_by: operator.or(requester),
        groups: groups
            .map(|group| group.group_id.ok_or_else(|| missing("GroupId")))
            .collect::<Result<_, _>>()?,
    })
}

pub(super) fn block(
    cidr: Option<String>,
    action: &'static str,
    field: &'static str,
) -> Result<IpNet, CallError> {
    cidr.and_then(|cidr| parse_block(&cidr).ok()).ok_or(CallError::Incomplete { action, field })
}

pub(super) fn tags(tags: Option<Vec<types::Tag>>) -> Tags {
    let pair = |tag: types::Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    tags.unwrap_or_default().into_iter().map(pair).collect()
}

/// EC2 answers with empty text where nobody wrote any.
fn text(text: Option<String>) -> Option<String> {
    text.filter(|text| !text.is_empty())
}
