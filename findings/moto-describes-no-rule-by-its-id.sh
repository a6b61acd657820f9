#!/usr/bin/env bash
# moto's UpdateSecurityGroupRuleDescriptionsIngress answers well and changes nothing if rules are named by their ids.
#
# "You must specify either IP permissions or a description", where a description names a rule by its id, says
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_UpdateSecurityGroupRuleDescriptionsIngress.html
# moto 5.2.5 reads the permissions only. A description that is given by the rule's id, which is the way to change one source's and
# not its neighbours', is neither kept nor refused: a tool that writes its reason beside a rule reads the old one back.
#
# Seen with moto 5.2.5 and boto3 1.44.5: by the permission the description is new; by the id it is old, and the call succeeds.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
import boto3
import moto


def permission(description):
    return {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, "IpRanges": [{"CidrIp": "192.0.2.0/24", "Description": description}]}


def rule(ec2, group):
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    [inbound] = [rule for rule in rules if not rule["IsEgress"]]
    return inbound


with moto.mock_aws():
    ec2 = boto3.client("ec2", "eu-central-1")
    group = ec2.create_security_group(GroupName="g", Description="g")["GroupId"]
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("first")])
    ec2.update_security_group_rule_descriptions_ingress(GroupId=group, IpPermissions=[permission("by permission")])
    by_permission = rule(ec2, group)
    named = {"SecurityGroupRuleId": by_permission["SecurityGroupRuleId"], "Description": "by id"}
    answer = ec2.update_security_group_rule_descriptions_ingress(GroupId=group, SecurityGroupRuleDescriptions=[named])
    by_id = rule(ec2, group)
status = answer["ResponseMetadata"]["HTTPStatusCode"]
print(f"moto {moto.__version__}: {by_permission['Description']!r}, then {by_id['Description']!r} (status {status})")
assert by_permission["Description"] == "by permission", "the permission's description is not kept now"
assert by_id["SecurityGroupRuleId"] == by_permission["SecurityGroupRuleId"], "the rule has another id now"
assert status == 200 and by_id["Description"] == "by permission", "the id is not passed over now"
PYTHON
