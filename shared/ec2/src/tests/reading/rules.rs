//! The rules of a group, and those that cannot be read.

use aws_sdk_ec2::operation::describe_security_group_rules::{
    DescribeSecurityGroupRulesError, DescribeSecurityGroupRulesOutput,
};

use super::*;

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
fn a_throttle_may_pass() {
    let rules = mock!(Client::describe_security_group_rules)
        .then_error(|| DescribeSecurityGroupRulesError::generic(failure("RequestLimitExceeded")));
    let ec2 = ec2(mock_client!(aws_sdk_ec2, [&rules]));
    assert!(at(async |at| ec2.rules(at).await).unwrap_err().is_passing());
}
