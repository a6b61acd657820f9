//! Groups: one, several, all, and those that name a prefix list.

use aws_sdk_ec2::operation::describe_security_group_rules::{
    DescribeSecurityGroupRulesError, DescribeSecurityGroupRulesOutput,
};
use aws_sdk_ec2::operation::describe_security_groups::DescribeSecurityGroupsError;
use events::GroupId;
use security_groups::Of;

use super::*;

/// A group of another account.
const OTHER: &str = "sg-0000000000000000b";

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
