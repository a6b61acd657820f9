//! From our words to EC2's.

use aws_sdk_ec2::types::{
    Filter, IpPermission, IpRange, Ipv6Range, PrefixListId, ResourceType, Tag, TagSpecification,
    UserIdGroupPair,
};
use network::{Permission, Source};
use security_groups::Tags;

/// What one rule allows.
pub(crate) fn ip_permission(permission: &Permission) -> IpPermission {
    let description = permission.description.clone();
    let ports = permission.protocol.has_ports();
    let entry = IpPermission::builder()
        .ip_protocol(permission.protocol.as_str())
        .set_from_port(permission.from_port.filter(|_| ports))
        .set_to_port(permission.to_port.filter(|_| ports));
    match &permission.source {
        Source::V4(block) => {
            let range = IpRange::builder().cidr_ip(block.to_string());
            entry.ip_ranges(range.set_description(description).build())
        }
        Source::V6(block) => {
            let range = Ipv6Range::builder().cidr_ipv6(block.to_string());
            entry.ipv6_ranges(range.set_description(description).build())
        }
        Source::PrefixList(id) => {
            let list = PrefixListId::builder().prefix_list_id(id.as_str());
            entry.prefix_list_ids(list.set_description(description).build())
        }
        Source::Group(group) => entry.user_id_group_pairs(
            UserIdGroupPair::builder()
                .set_group_id(group.group_id.clone())
                .set_user_id(group.user_id.clone())
                .set_vpc_id(group.vpc_id.clone())
                .set_vpc_peering_connection_id(group.vpc_peering_connection_id.clone())
                .set_description(description)
                .build(),
        ),
    }
    .build()
}

/// Tags for what a call creates; none where there are none, since EC2 refuses an empty list.
pub(crate) fn on_creation(kind: ResourceType, tags: &Tags) -> Option<Vec<TagSpecification>> {
    let specification = TagSpecification::builder().resource_type(kind).set_tags(Some(list(tags)));
    (!tags.is_empty()).then(|| vec![specification.build()])
}

pub(crate) fn list(tags: &Tags) -> Vec<Tag> {
    tags.iter().map(|(key, value)| Tag::builder().key(key).value(value).build()).collect()
}

pub(crate) fn filter<'a>(name: &str, values: impl IntoIterator<Item = &'a str>) -> Filter {
    let values = values.into_iter().map(ToOwned::to_owned).collect();
    Filter::builder().name(name).set_values(Some(values)).build()
}
