//! Network interfaces, and answers that lack something.

use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfacesOutput;
use remediation::CallError;
use security_groups::ChangedBy;

use super::*;

#[test]
fn interfaces_are_read_page_by_page_with_who_manages_them() {
    fn interface(id: &str, kind: &str) -> types::builders::NetworkInterfaceBuilder {
        types::NetworkInterface::builder()
            .network_interface_id(id)
            .interface_type(kind.into())
            .owner_id("210987654321")
            .vpc_id("vpc-1")
            .groups(types::GroupIdentifier::builder().group_id(GROUP).build())
    }
    let page = |first: bool| {
        mock!(Client::describe_network_interfaces).match_requests(move |request| {
            let [filter] = request.filters() else { return false };
            filter.name() == Some("group-id")
                && filter.values() == [GROUP]
                && request.include_managed_resources() == Some(true)
                && request.next_token().is_none() == first
        })
    };
    let first = page(true).then_output(|| {
        let attachment = types::NetworkInterfaceAttachment::builder().instance_id("i-1").build();
        let own = interface("eni-1", "interface")
            .requester_managed(false)
            .requester_id("AIDA")
            .attachment(attachment);
        let rds = interface("eni-2", "interface").requester_managed(true).requester_id("amazon-rds");
        DescribeNetworkInterfacesOutput::builder()
            .network_interfaces(own.build())
            .network_interfaces(rds.description("RDSNetworkInterface").build())
            .next_token("more")
            .build()
    });
    let second = page(false).then_output(|| {
        let operator =
            types::OperatorResponse::builder().managed(true).principal("eks.amazonaws.com").build();
        DescribeNetworkInterfacesOutput::builder()
            .network_interfaces(interface("eni-3", "interface").operator(operator).build())
            .network_interfaces(interface("eni-4", "lambda").build())
            .network_interfaces(interface("eni-5", "something_new").build())
            .network_interfaces(interface("eni-6", "efa").vpc_id("vpc-2").build())
            .network_interfaces(interface("eni-7", "interface").owner_id("111122223333").build())
            .build()
    });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&first, &second]));
    let interfaces = at(async |at| ec2.interfaces(at).await).unwrap();
    let words: Vec<(ChangedBy, String)> =
        interfaces.iter().map(|one| (one.changed_by(), one.to_string())).collect();
    assert_eq!(
        words,
        [
            (ChangedBy::Curfew, "eni-1 of instance i-1".to_owned()),
            (
                ChangedBy::Service,
                "eni-2 (interface, managed by amazon-rds, \"RDSNetworkInterface\")".to_owned()
            ),
            (ChangedBy::Service, "eni-3 (interface, managed by eks.amazonaws.com)".to_owned()),
            (ChangedBy::Service, "eni-4 (lambda)".to_owned()),
            (ChangedBy::Service, "eni-5 (something_new)".to_owned()),
            (ChangedBy::Curfew, "eni-6".to_owned()),
            (ChangedBy::Owner, "eni-7 (owned by account 111122223333)".to_owned()),
        ]
    );
    assert_eq!(interfaces[0].groups, [group_id(GROUP)]);
    let vpcs: Vec<&str> = interfaces.iter().map(|one| one.vpc.as_str()).collect();
    assert_eq!(vpcs, ["vpc-1", "vpc-1", "vpc-1", "vpc-1", "vpc-1", "vpc-2", "vpc-1"]);
}

#[test]
fn an_interface_without_an_owner_or_a_vpc_is_no_answer() {
    for (owner, vpc, field) in [(None, Some("vpc-1"), "OwnerId"), (Some("210987654321"), None, "VpcId")] {
        let interfaces = mock!(Client::describe_network_interfaces).then_output(move || {
            let interface = types::NetworkInterface::builder().network_interface_id("eni-1");
            let interface = interface.set_owner_id(owner.map(Into::into)).set_vpc_id(vpc.map(Into::into));
            DescribeNetworkInterfacesOutput::builder().network_interfaces(interface.build()).build()
        });
        let ec2 = ec2(mock_client!(aws_sdk_ec2, [&interfaces]));
        let interfaces = at(async |at| ec2.interfaces(at).await);
        assert_eq!(interfaces, Err(CallError::Incomplete { action: "ec2:DescribeNetworkInterfaces", field }));
    }
}

#[test]
fn an_id_that_is_none_is_no_answer() {
    let about = mock!(Client::describe_security_groups).then_output(|| {
        let group = types::SecurityGroup::builder().group_name("bastion").vpc_id("vpc-1; reboot").build();
        DescribeSecurityGroupsOutput::builder().security_groups(group).build()
    });
    let interfaces = mock!(Client::describe_network_interfaces).then_output(|| {
        let interface =
            types::NetworkInterface::builder().network_interface_id("1").owner_id("210987654321").build();
        DescribeNetworkInterfacesOutput::builder().network_interfaces(interface).build()
    });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&about, &interfaces]));
    let incomplete = |action, field| CallError::Incomplete { action, field };
    let about = at(async |at| ec2.group(at).await);
    assert_eq!(about, Err(incomplete("ec2:DescribeSecurityGroups", "VpcId")));
    let interfaces = at(async |at| ec2.interfaces(at).await);
    assert_eq!(interfaces, Err(incomplete("ec2:DescribeNetworkInterfaces", "NetworkInterfaceId")));
}
