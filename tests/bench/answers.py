"""What a stand-in answers of resources that are as they should be."""

import re

from .raw import answer_of

OWNER = "<Owner><ID>o</ID></Owner>"
GROUP = (
    "<item><groupId>{id}</groupId><groupName>g</groupName><groupDescription>g</groupDescription><ownerId>123456789012</ownerId>"
    "<vpcId>vpc-1</vpcId></item>"
)
SETTINGS = '{"Parameter": {"Name": "/curfew/settings", "Type": "String", "Value": "{\\"version\\":1}"}}'
PARAMETER = answer_of(200, SETTINGS, "application/x-amz-json-1.1")
ACL = answer_of(200, f"<AccessControlPolicy>{OWNER}<AccessControlList></AccessControlList></AccessControlPolicy>")
NO_POLICY = answer_of(404, "<Error><Code>NoSuchBucketPolicy</Code><Message>none</Message></Error>")
NO_RULES = answer_of(200, "<DescribeSecurityGroupRulesResponse><securityGroupRuleSet></securityGroupRuleSet></DescribeSecurityGroupRulesResponse>")
# Whoever only opens a connection.
FOUND = answer_of(404, "")


def answer(asked):
    if asked.headers.get("x-amz-target", "").endswith("GetParameter"):
        return PARAMETER
    if asked.body.startswith(b"Action=DescribeSecurityGroupRules"):
        return NO_RULES
    if asked.body.startswith(b"Action=DescribeSecurityGroups"):
        # By id in a list, or as the values of a filter.
        ids = dict.fromkeys(re.findall(r"sg-[0-9a-f]{17}", asked.body.decode()))
        groups = "".join(GROUP.format(id=group) for group in ids)
        return answer_of(200, f"<DescribeSecurityGroupsResponse><securityGroupInfo>{groups}</securityGroupInfo></DescribeSecurityGroupsResponse>")
    query = asked.path.partition("?")[2]
    if "acl" in query:
        return ACL
    if "policy" in query:
        return NO_POLICY
    return FOUND
