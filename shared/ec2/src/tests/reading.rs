//! The calls by which EC2 is read.

use aws_sdk_ec2::Client;
use aws_sdk_ec2::operation::describe_managed_prefix_lists::DescribeManagedPrefixListsOutput;
use aws_sdk_ec2::operation::describe_network_interfaces::DescribeNetworkInterfacesOutput;
use aws_sdk_ec2::operation::describe_security_group_rules::{
    DescribeSecurityGroupRulesError, DescribeSecurityGroupRulesOutput,
};
use aws_sdk_ec2::operation::describe_security_groups::{
    DescribeSecurityGroupsError, DescribeSecurityGroupsOutput,
};
use aws_sdk_ec2::operation::get_managed_prefix_list_entries::{
    GetManagedPrefixListEntriesError, GetManagedPrefixListEntriesOutput,
};
use aws_sdk_ec2::types;
use aws_smithy_mocks::{RuleMode, mock, mock_client};
use events::GroupId;
use remediation::CallError;
use security_groups::{ChangedBy, Of, ReadSecurityGroups};
use serde_json::json;

use super::{GROUP, WORLD, at, ec2, failure, group_id, vpc};

const OTHER: &str = "sg-0000000000000000b";

fn sdk_rule(id: &str) -> types::builders::SecurityGroupRuleBuilder {
    types::SecurityGroupRule::builder()
        .security_group_rule_id(id)
        .is_egress(false)
        .ip_protocol("tcp")
        .from_port(22)
        .to_port(22)
        .description("")
}

#[test]
fn the_group_is_read_with_all_that_rebuilds_it() {
    let about = mock!(Client::describe_security_groups)
        .match_requests(|request| request.group_ids() == [GROUP])
        .then_output(|| {
            let group = types::SecurityGroup::builder()
                .group_name("bastion")
                .description("The way in")
                .vpc_id("vpc-1")
                .tags(types::Tag::builder().key("team").value("ops").build())
                .build();
            DescribeSecurityGroupsOutput::builder().security_groups(group).build()
        });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&about]));
    let about = at(async |at| ec2.group(at).await).unwrap().unwrap();
    assert_eq!((about.name.as_str(), about.description.as_str()), ("bastion", "The way in"));
    assert_eq!((about.vpc, about.tags["team"].as_str()), (Some(vpc()), "ops"));
}

#[test]
fn rules_of_every_kind_are_read_page_by_page() {
    let page = |first: bool| {
        mock!(Client::describe_security_group_rules).match_requests(move |request| {
            request.next_token().is_none() == first && request.max_results() == Some(1_000)
        })
    };
    let first = page(true).then_output(|| {
        let tag = types::Tag::builder().key("team").value("ops").build();
        let list = sdk_rule("sgr-2").prefix_list_id("pl-1").build();
        DescribeSecurityGroupRulesOutput::builder()
            .security_group_rules(sdk_rule("sgr-1").cidr_ipv4("0.0.0.0/0").tags(tag).build())
            .security_group_rules(list)
            .next_token("more")
            .build()
    });
    let second = page(false).then_output(|| {
        let group =
            types::ReferencedSecurityGroup::builder().group_id("sg-1").user_id("1").vpc_id("vpc-2").build();
        DescribeSecurityGroupRulesOutput::builder()
            .security_group_rules(sdk_rule("sgr-3").cidr_ipv6("::/0").description("all").build())
            .security_group_rules(sdk_rule("sgr-4").referenced_group_info(group).build())
            .next_token("")
            .build()
    });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&first, &second]));
    let rules = at(async |at| ec2.rules(at).await).unwrap().unwrap();
    let rule = |id: &str, source: serde_json::Value| {
        let mut rule = json!({
            "SecurityGroupRuleId": id,
            "IsEgress": false,
            "IpProtocol": "tcp",
            "FromPort": 22,
            "ToPort": 22,
        });
        rule.as_object_mut().unwrap().extend(source.as_object().unwrap().clone());
        rule
    };
    assert_eq!(
        json!(rules.read),
        json!([
            rule("sgr-1", json!({ "CidrIpv4": "0.0.0.0/0", "Tags": [{ "Key": "team", "Value": "ops" }] })),
            rule("sgr-2", json!({ "PrefixListId": "pl-1" })),
            rule("sgr-3", json!({ "CidrIpv6": "::/0", "Description": "all" })),
            rule(
                "sgr-4",
                json!({ "ReferencedGroupInfo": { "GroupId": "sg-1", "UserId": "1", "VpcId": "vpc-2" } })
            ),
        ])
    );
}

#[test]
fn a_rule_or_a_page_that_cannot_be_read_does_not_hide_the_others() {
    let page = |first: bool| {
        mock!(Client::describe_security_group_rules)
            .match_requests(move |request| request.next_token().is_none() == first)
    };
    let first = page(true).then_output(|| {
        DescribeSecurityGroupRulesOutput::builder()
            .security_group_rules(sdk_rule("sgr-1").cidr_ipv4("0.0.0.0/0").build())
            .security_group_rules(sdk_rule("sgr-2").build())
            .security_group_rules(sdk_rule("sgr-3").cidr_ipv4("no block").build())
            .security_group_rules(sdk_rule("sgr-4").cidr_ipv6("::/0").build())
            .next_token("more")
            .build()
    });
    let second =
        page(false).then_error(|| DescribeSecurityGroupRulesError::generic(failure("UnauthorizedOperation")));
    let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&first, &second]));
    let rules = at(async |at| ec2.rules(at).await).unwrap().unwrap();
    let ids: Vec<&str> = rules.read.iter().map(|rule| rule.id.as_str()).collect();
    assert_eq!(ids, ["sgr-1", "sgr-4"]);
    let error = rules.rest.unwrap();
    assert_eq!(
        error.to_string(),
        "`ec2:DescribeSecurityGroupRules` answered without `a source of a known kind`"
    );
}

#[test]
fn a_rule_with_a_source_of_an_unknown_kind_is_not_passed_over() {
    let rules = mock!(Client::describe_security_group_rules).then_output(|| {
        DescribeSecurityGroupRulesOutput::builder().security_group_rules(sdk_rule("sgr-1").build()).build()
    });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&rules]));
    let error = at(async |at| ec2.rules(at).await).unwrap_err();
    assert!(error.to_string().contains("a source of a known kind"), "{error}");
}

#[test]
fn a_group_that_does_not_exist_is_none() {
    for code in ["InvalidGroup.NotFound", "InvalidGroupId.Malformed"] {
        let about = mock!(Client::describe_security_groups)
            .then_error(move || DescribeSecurityGroupsError::generic(failure(code)));
        let rules = mock!(Client::describe_security_group_rules)
            .then_error(move || DescribeSecurityGroupRulesError::generic(failure(code)));
        let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&about, &rules]));
        assert_eq!(at(async |at| ec2.group(at).await), Ok(None), "{code}");
        assert_eq!(at(async |at| ec2.rules(at).await), Ok(None), "{code}");
    }
}

#[test]
fn a_throttle_may_pass() {
    let rules = mock!(Client::describe_security_group_rules)
        .then_error(|| DescribeSecurityGroupRulesError::generic(failure("RequestLimitExceeded")));
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&rules]));
    assert!(at(async |at| ec2.rules(at).await).unwrap_err().is_passing());
}

#[test]
fn the_entries_of_a_list_are_read_page_by_page() {
    let entries = |token: Option<&'static str>, cidr: &'static str, next: Option<&'static str>| {
        mock!(Client::get_managed_prefix_list_entries)
            .match_requests(move |request| {
                request.prefix_list_id() == Some("pl-1") && request.next_token() == token
            })
            .then_output(move || {
                let entry = types::PrefixListEntry::builder().cidr(cidr).description("x").build();
                GetManagedPrefixListEntriesOutput::builder()
                    .entries(entry)
                    .set_next_token(next.map(Into::into))
                    .build()
            })
    };
    let first = entries(None, "203.0.114.0/24", Some("more"));
    let second = entries(Some("more"), "2600::/16", None);
    let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&first, &second]));
    let blocks = at(async |at| ec2.list_entries(&at.place(), &"pl-1".into()).await).unwrap();
    assert_eq!(json!(blocks), json!(["203.0.114.0/24", "2600::/16"]));
}

#[test]
fn a_list_that_may_not_be_read_names_the_right() {
    let denied = mock!(Client::get_managed_prefix_list_entries)
        .then_error(|| GetManagedPrefixListEntriesError::generic(failure("UnauthorizedOperation")));
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&denied]));
    let error = at(async |at| ec2.list_entries(&at.place(), &"pl-1".into()).await).unwrap_err();
    assert!(error.to_string().contains("`ec2:GetManagedPrefixListEntries`"), "{error}");
}

#[test]
fn lists_are_named_in_one_call_by_filter() {
    let names = mock!(Client::describe_managed_prefix_lists)
        .match_requests(|request| {
            let [filter] = request.filters() else { return false };
            filter.name() == Some("prefix-list-id") && filter.values() == ["pl-1", "pl-2"]
        })
        .then_output(|| {
            let list = types::ManagedPrefixList::builder()
                .prefix_list_id("pl-1")
                .prefix_list_name("com.amazonaws.eu-west-1.s3")
                .owner_id("AWS");
            DescribeManagedPrefixListsOutput::builder().prefix_lists(list.build()).build()
        });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&names]));
    let names = at(async |at| ec2.list_names(&at.place(), &[&"pl-1".into(), &"pl-2".into()]).await).unwrap();
    assert_eq!(names.len(), 1);
    assert_eq!(names[0].1.to_string(), "com.amazonaws.eu-west-1.s3, managed by AWS");
}

#[test]
fn several_groups_are_read_in_two_calls_without_those_of_other_accounts() {
    let ids = [GROUP, OTHER].map(group_id);
    let ids: Vec<&GroupId> = ids.iter().collect();
    let is_of = |filters: &[types::Filter]| {
        let [filter] = filters else { return false };
        filter.name() == Some("group-id") && filter.values() == [GROUP, OTHER]
    };
    let groups = mock!(Client::describe_security_groups)
        .match_requests(move |request| is_of(request.filters()))
        .then_output(|| {
            let group = |id: &str, owner: &str| {
                types::SecurityGroup::builder().group_id(id).group_name("web").owner_id(owner).build()
            };
            DescribeSecurityGroupsOutput::builder()
                .security_groups(group(GROUP, "210987654321"))
                .security_groups(group(OTHER, "111122223333"))
                .build()
        });
    let page = |first: bool, group: &'static str, cidr: &'static str| {
        mock!(Client::describe_security_group_rules)
            .match_requests(move |request| {
                is_of(request.filters()) && request.next_token().is_none() == first
            })
            .then_output(move || {
                let rule = types::SecurityGroupRule::builder()
                    .security_group_rule_id("sgr-1")
                    .group_id(group)
                    .is_egress(false)
                    .ip_protocol("tcp")
                    .from_port(22)
                    .to_port(22)
                    .cidr_ipv4(cidr);
                DescribeSecurityGroupRulesOutput::builder()
                    .security_group_rules(rule.build())
                    .set_next_token(first.then(|| "more".into()))
                    .build()
            })
    };
    let (first, second) = (page(true, GROUP, WORLD), page(false, OTHER, "no block"));
    let ec2 = ec2(mock_client!(aws_sdk_ec2, RuleMode::MatchAny, [&groups, &first, &second]));
    let found = at(async |at| ec2.groups(&at.place(), Of::Groups(&ids)).await).unwrap();
    assert_eq!(
        found.iter().map(|(id, about)| (id.as_str(), about.name.as_str())).collect::<Vec<_>>(),
        [(GROUP, "web")]
    );
    let rules = at(async |at| ec2.rules_by_group(&at.place(), Of::Groups(&ids)).await).unwrap();
    assert_eq!(rules[&group_id(GROUP)].read.len(), 1);
    // What cannot be read of one group hides nothing of the other.
    assert!(rules[&group_id(OTHER)].read.is_empty() && rules[&group_id(OTHER)].rest.is_some());
}

#[test]
fn all_groups_of_an_account_are_asked_for_by_no_filter() {
    let groups = mock!(Client::describe_security_groups)
        .match_requests(|request| request.filters().is_empty() && request.max_results() == Some(1_000))
        .then_output(|| DescribeSecurityGroupsOutput::builder().build());
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&groups]));
    assert!(at(async |at| ec2.groups(&at.place(), Of::Account).await).unwrap().is_empty());
}

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

#[test]
fn the_groups_that_name_a_list_are_asked_for_by_filter_without_those_of_other_accounts() {
    let groups = mock!(Client::describe_security_groups)
        .match_requests(|request| {
            let [filter] = request.filters() else { return false };
            filter.name() == Some("ip-permission.prefix-list-id") && filter.values() == ["pl-1"]
        })
        .then_output(|| {
            let group = |id: &str, owner: &str| {
                types::SecurityGroup::builder().group_id(id).group_name("web").owner_id(owner).build()
            };
            DescribeSecurityGroupsOutput::builder()
                .security_groups(group(GROUP, "210987654321"))
                .security_groups(group(OTHER, "111122223333"))
                .build()
        });
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&groups]));
    let naming = at(async |at| ec2.groups_naming(&at.place(), &"pl-1".into()).await);
    assert_eq!(naming, Ok(vec![group_id(GROUP)]));
}

#[test]
fn ec2_says_whether_it_is_still_at_work_on_a_list() {
    for (state, is_changing) in [
        (Some(types::PrefixListState::ModifyInProgress), true),
        (Some(types::PrefixListState::RestoreInProgress), true),
        (Some(types::PrefixListState::ModifyComplete), false),
        (Some(types::PrefixListState::ModifyFailed), false),
        (None, false),
    ] {
        let lists = mock!(Client::describe_managed_prefix_lists)
            .match_requests(|request| request.filters()[0].values() == ["pl-1"])
            .then_output(move || {
                let list = types::ManagedPrefixList::builder().set_state(state.clone()).build();
                DescribeManagedPrefixListsOutput::builder().prefix_lists(list).build()
            });
        let ec2 = ec2(mock_client!(aws_sdk_ec2, [&lists]));
        let said = at(async |at| ec2.list_is_changing(&at.place(), &"pl-1".into()).await);
        assert_eq!(said, Ok(is_changing));
    }
}
