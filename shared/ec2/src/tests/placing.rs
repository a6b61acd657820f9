//! The calls around the quarantine group.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::create_security_group::{CreateSecurityGroupError, CreateSecurityGroupOutput};
use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfacesOutput;
use aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroupsOutput;
use aws_sdk_ec2::operation::modify_network_interface_attribute::{
    ModifyNetworkInterfaceAttributeError, ModifyNetworkInterfaceAttributeOutput,
};
use aws_sdk_ec2::operation::revoke_security_group_egress::{
    RevokeSecurityGroupEgressError, RevokeSecurityGroupEgressOutput,
};
use aws_sdk_ec2::types;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use events::InterfaceId;
use remediation::CallError;
use security_groups::{
    By, Created, EVERYWHERE, Interface, Placed, Placement, QUARANTINE_GROUP, SecurityGroups, all_traffic,
};

use super::{WORLD, at, ec2, failure, group_id, vpc};

fn filtered(filters: &[types::Filter], by: (&str, &str)) -> bool {
    let pairs: Vec<(Option<&str>, &[String])> =
        filters.iter().map(|filter| (filter.name(), filter.values())).collect();
    let owner = &["210987654321".to_owned()][..];
    pairs
        == [
            (Some("vpc-id"), &["vpc-1".to_owned()][..]),
            (Some("owner-id"), owner),
            (Some(by.0), &[by.1.to_owned()][..]),
        ]
}

#[test]
fn the_quarantine_group_is_found_by_tag_or_by_name_with_its_rules() {
    for (by, filter) in
        [(By::Tag, ("tag-key", QUARANTINE_GROUP)), (By::Name, ("group-name", "curfew-quarantine"))]
    {
        let call = mock!(Client::describe_security_groups)
            .match_requests(move |request| filtered(request.filters(), filter))
            .then_output(|| {
                let everywhere = types::IpRange::builder().cidr_ip(WORLD).build();
                let all = types::IpPermission::builder().ip_protocol("-1").ip_ranges(everywhere).build();
                let tag = types::Tag::builder().key(QUARANTINE_GROUP).value("vpc-1").build();
                let group = |id| types::SecurityGroup::builder().group_id(id).tags(tag.clone());
                DescribeSecurityGroupsOutput::builder()
                    .security_groups(group("sg-2").build())
                    .security_groups(group("sg-1").ip_permissions_egress(all).build())
                    .build()
            });
        let ec2 = ec2(mock_client!(aws_sdk_ec2, [&call]));
        let found = at(async |at| ec2.quarantine_groups(at, &vpc(), by).await).unwrap().remove(0);
        assert_eq!((found.id.as_str(), found.is_tagged), ("sg-1", true), "always the same one");
        assert_eq!(found.inbound, []);
        assert_eq!(found.outbound, [all_traffic(EVERYWHERE[0])]);
        assert_eq!(EVERYWHERE.map(|block| found.reaches(&block)), [true, false]);
    }
}

#[test]
fn the_quarantine_group_is_created_tagged_and_a_taken_name_is_told() {
    let create = |code: Option<&'static str>| {
        let call = mock!(Client::create_security_group).match_requests(|request| {
            let tag = types::Tag::builder().key(QUARANTINE_GROUP).value("vpc-1").build();
            let tags = types::TagSpecification::builder()
                .resource_type(types::ResourceType::SecurityGroup)
                .tags(tag)
                .build();
            request.group_name() == Some("curfew-quarantine")
                && request.vpc_id() == Some("vpc-1")
                && request.description().is_some_and(|text| text.contains("isolated"))
                && request.tag_specifications() == [tags]
        });
        let call = match code {
            None => call.then_output(|| CreateSecurityGroupOutput::builder().group_id("sg-1").build()),
            Some(code) => call.then_error(move || CreateSecurityGroupError::generic(failure(code))),
        };
        let ec2 = ec2(mock_client!(aws_sdk_ec2, [&call]));
        at(async |at| ec2.create_quarantine_group(at, &vpc()).await)
    };
    assert_eq!(create(None), Ok(Created::Group(group_id("sg-1"))));
    assert_eq!(create(Some("InvalidGroup.Duplicate")), Ok(Created::NameTaken));
    assert!(matches!(create(Some("SecurityGroupLimitExceeded")), Err(CallError::Refused { .. })));
}

#[test]
fn outbound_rules_are_taken_away_and_may_be_gone_already() {
    let revoke = |code: Option<&'static str>| {
        let call = mock!(Client::revoke_security_group_egress).match_requests(|request| {
            let range = types::Ipv6Range::builder().cidr_ipv6("::/0").build();
            let all = types::IpPermission::builder().ip_protocol("-1").ipv6_ranges(range).build();
            request.group_id() == Some("sg-1") && request.ip_permissions() == [all]
        });
        let call = match code {
            None => call.then_output(|| RevokeSecurityGroupEgressOutput::builder().build()),
            Some(code) => call.then_error(move || RevokeSecurityGroupEgressError::generic(failure(code))),
        };
        let ec2 = ec2(mock_client!(aws_sdk_ec2, [&call]));
        at(async |at| ec2.revoke_egress(at, &group_id("sg-1"), EVERYWHERE[1]).await)
    };
    assert_eq!(revoke(None), Ok(()));
    assert_eq!(revoke(Some("InvalidPermission.NotFound")), Ok(()));
    assert!(revoke(Some("UnauthorizedOperation")).is_err());
    assert!(
        revoke(Some("InvalidGroup.NotFound")).is_err(),
        "EC2 may not show the new group yet: it is open still"
    );
}

#[test]
fn an_interface_gets_exactly_these_groups_or_is_gone() {
    let place = |code: Option<&'static str>| {
        let call = mock!(Client::modify_network_interface_attribute).match_requests(|request| {
            request.network_interface_id() == Some("eni-1") && request.groups() == ["sg-1", "sg-2"]
        });
        let call = match code {
            None => call.then_output(|| ModifyNetworkInterfaceAttributeOutput::builder().build()),
            Some(code) => {
                call.then_error(move || ModifyNetworkInterfaceAttributeError::generic(failure(code)))
            }
        };
        // Before another try it is looked at, and has other groups by then.
        let look = mock!(Client::describe_network_interfaces)
            .match_requests(|request| request.filters()[0].values() == ["eni-1"])
            .then_output(|| DescribeNetworkInterfacesOutput::builder().build());
        let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&call, &look]));
        let interface = Interface {
            id: InterfaceId::new("eni-1").unwrap(),
            kind: "interface".to_owned(),
            description: None,
            instance: None,
            managed_by: None,
            owner: None,
            vpc: vpc(),
            groups: vec![group_id("sg-3")],
        };
        let placement = Placement { interface, groups: ["sg-1", "sg-2"].map(group_id).to_vec() };
        let placed = at(async |at| ec2.place(at, &placement).await);
        assert_eq!(look.num_calls(), usize::from(code == Some("RequestLimitExceeded")));
        placed
    };
    assert_eq!(place(None), Ok(Placed::Done));
    assert_eq!(place(Some("InvalidNetworkInterfaceID.NotFound")), Ok(Placed::Gone));
    assert!(place(Some("RequestLimitExceeded")).unwrap_err().is_passing());
    assert!(place(Some("UnauthorizedOperation")).is_err());
}
