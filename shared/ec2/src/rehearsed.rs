//! A security group that nobody has.

use aws::Rehearsed;

const GROUPS: &str = "<DescribeSecurityGroupsResponse><securityGroupInfo><item>\
    <groupId>sg-00000000000000000</groupId><groupName>rehearsed</groupName><groupDescription>rehearsed</groupDescription>\
    <ownerId>123456789012</ownerId><vpcId>vpc-00000000000000000</vpcId>\
    </item></securityGroupInfo></DescribeSecurityGroupsResponse>";
const NO_RULES: &str =
    "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet/></DescribeSecurityGroupRulesResponse>";

/// A group without a rule.
pub const REHEARSED_GROUP: Rehearsed = Rehearsed {
    config_type: "AWS::EC2::SecurityGroup",
    id: "sg-00000000000000000",
    answer: |request| match request.body().bytes() {
        Some(body) if body.starts_with(b"Action=DescribeSecurityGroupRules&") => (200, NO_RULES),
        _ => (200, GROUPS),
    },
};

#[cfg(test)]
mod tests {
    use events::Resource;

    use super::REHEARSED_GROUP;

    #[test]
    fn it_may_be_a_group() {
        let resource = Resource::of_config(REHEARSED_GROUP.config_type, REHEARSED_GROUP.id);
        assert!(matches!(resource, Some(Resource::SecurityGroup(_))), "{resource:?}");
    }
}
