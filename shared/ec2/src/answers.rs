//! From EC2's words to ours.

use aws_sdk_ec2::types;
use events::{AccountId, GroupId, InterfaceId, VpcId};
use network::{IpNet, Permission, ReferencedGroup, Rule, Source, Traffic, parse_block};
use remediation::CallError;
use security_groups::{About, Interface, ListName, QUARANTINE_GROUP, QuarantineGroup, Tags};

/// The IAM action whose answer is read.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Answer(pub(crate) &'static str);

impl Answer {
    pub(crate) fn about(self, group: types::SecurityGroup) -> Result<About, CallError> {
        Ok(About {
            name: group.group_name.unwrap_or_default(),
            description: group.description.unwrap_or_default(),
            vpc: group.vpc_id.map(|id| self.vpc_id(&id)).transpose()?,
            tags: tags(group.tags),
        })
    }

    /// A rule, which has exactly one source.
    pub(crate) fn rule(self, rule: types::SecurityGroupRule) -> Result<Rule, CallError> {
        let cidr = |text: Option<String>, field| text.map(|text| self.block(&text, field)).transpose();
        let group = rule.referenced_group_info.map(|group| ReferencedGroup {
            group_id: group.group_id,
            user_id: group.user_id,
            vpc_id: group.vpc_id,
            vpc_peering_connection_id: group.vpc_peering_connection_id,
        });
        let list = rule.prefix_list_id.map(Into::into);
        let (v4, v6) = (cidr(rule.cidr_ipv4, "CidrIpv4")?, cidr(rule.cidr_ipv6, "CidrIpv6")?);
        let source = Source::one_of(v4, v6, list, group);
        let source = source.map_err(|_| self.missing("a source of a known kind"))?;
        let traffic = self.traffic(rule.ip_protocol, rule.from_port, rule.to_port)?;
        Ok(Rule {
            id: rule.security_group_rule_id.ok_or_else(|| self.missing("SecurityGroupRuleId"))?.into(),
            is_egress: rule.is_egress.ok_or_else(|| self.missing("IsEgress"))?,
            permission: traffic.permission(source, rule.description),
            tags: tags(rule.tags),
        })
    }

    /// A group that may be a quarantine group. Its rules have no ids.
    pub(crate) fn quarantine_group(self, group: types::SecurityGroup) -> Result<QuarantineGroup, CallError> {
        Ok(QuarantineGroup {
            id: self.group_id(group.group_id)?,
            is_tagged: tags(group.tags).contains_key(QUARANTINE_GROUP),
            inbound: self.permissions(group.ip_permissions)?,
            outbound: self.permissions(group.ip_permissions_egress)?,
        })
    }

    /// An interface of a group of `account`.
    pub(crate) fn interface(
        self,
        interface: types::NetworkInterface,
        account: &AccountId,
    ) -> Result<Interface, CallError> {
        let operator = interface.operator.filter(|operator| operator.managed == Some(true));
        let operator = operator.map(|one| one.principal.unwrap_or_else(|| "an AWS service".to_owned()));
        let requester = interface.requester_managed.filter(|managed| *managed);
        let requester =
            requester.map(|_| interface.requester_id.unwrap_or_else(|| "an AWS service".to_owned()));
        let groups = interface.groups.unwrap_or_default().into_iter();
        let id = interface.network_interface_id.and_then(|id| InterfaceId::new(&id));
        let owner =
            interface.owner_id.and_then(|id| AccountId::new(&id)).ok_or_else(|| self.missing("OwnerId"))?;
        Ok(Interface {
            id: id.ok_or_else(|| self.missing("NetworkInterfaceId"))?,
            kind: interface
                .interface_type
                .map_or_else(|| "unknown".to_owned(), |kind| kind.as_str().to_owned()),
            // EC2 answers with an empty one where nobody wrote any.
            description: interface.description.filter(|text| !text.is_empty()),
            instance: interface.attachment.and_then(|attachment| attachment.instance_id),
            managed_by: operator.or(requester),
            owner: Some(owner).filter(|owner| owner != account),
            vpc: self.vpc_id(&interface.vpc_id.ok_or_else(|| self.missing("VpcId"))?)?,
            groups: groups.map(|group| self.group_id(group.group_id)).collect::<Result<_, _>>()?,
        })
    }

    pub(crate) fn list_entry(self, entry: types::PrefixListEntry) -> Result<IpNet, CallError> {
        self.block(&entry.cidr.ok_or_else(|| self.missing("Cidr"))?, "Cidr")
    }

    pub(crate) fn group_id(self, id: Option<String>) -> Result<GroupId, CallError> {
        id.and_then(|id| GroupId::new(&id)).ok_or_else(|| self.missing("GroupId"))
    }

    fn vpc_id(self, id: &str) -> Result<VpcId, CallError> {
        VpcId::new(id).ok_or_else(|| self.missing("VpcId"))
    }

    /// The entries of `IpPermissions`, one permission a source.
    fn permissions(self, entries: Option<Vec<types::IpPermission>>) -> Result<Vec<Permission>, CallError> {
        let mut all = Vec::new();
        for entry in entries.unwrap_or_default() {
            let traffic = self.traffic(entry.ip_protocol, entry.from_port, entry.to_port)?;
            for range in entry.ip_ranges.unwrap_or_default() {
                let cidr = range.cidr_ip.ok_or_else(|| self.missing("CidrIp"))?;
                all.push(traffic.permission(self.block(&cidr, "CidrIp")?.into(), range.description));
            }
            for range in entry.ipv6_ranges.unwrap_or_default() {
                let cidr = range.cidr_ipv6.ok_or_else(|| self.missing("CidrIpv6"))?;
                all.push(traffic.permission(self.block(&cidr, "CidrIpv6")?.into(), range.description));
            }
            for list in entry.prefix_list_ids.unwrap_or_default() {
                let id = list.prefix_list_id.ok_or_else(|| self.missing("PrefixListId"))?;
                all.push(traffic.permission(Source::PrefixList(id.into()), list.description));
            }
            for pair in entry.user_id_group_pairs.unwrap_or_default() {
                let group = ReferencedGroup {
                    group_id: pair.group_id,
                    user_id: pair.user_id,
                    vpc_id: pair.vpc_id,
                    vpc_peering_connection_id: pair.vpc_peering_connection_id,
                };
                all.push(traffic.permission(Source::Group(group), pair.description));
            }
        }
        Ok(all)
    }

    fn traffic(
        self,
        protocol: Option<String>,
        from_port: Option<i32>,
        to_port: Option<i32>,
    ) -> Result<Traffic, CallError> {
        let protocol = protocol.ok_or_else(|| self.missing("IpProtocol"))?;
        Ok(Traffic { protocol: protocol.as_str().into(), from_port, to_port })
    }

    fn block(self, cidr: &str, field: &'static str) -> Result<IpNet, CallError> {
        parse_block(cidr).map_err(|_| self.missing(field))
    }

    /// What cannot be read is not there.
    fn missing(self, field: &'static str) -> CallError {
        CallError::Incomplete { action: self.0, field }
    }
}

/// What a list is called; what it is called is for people only.
pub(crate) fn list_name(list: types::ManagedPrefixList) -> Option<(network::PrefixListId, ListName)> {
    let name = ListName { name: list.prefix_list_name?, owner: list.owner_id? };
    Some((list.prefix_list_id?.into(), name))
}

fn tags(tags: Option<Vec<types::Tag>>) -> Tags {
    let pair = |tag: types::Tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default());
    tags.unwrap_or_default().into_iter().map(pair).collect()
}
