#!/usr/bin/env bash
# moto counts the description as part of a security group rule whose source is another group.
#
# "If the security group rule has a description, you do not need to specify the description to revoke the rule", says
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
# moto 5.2.5 keeps to that where the source is a range. Where it is a group, it answers InvalidPermission.NotFound and keeps the
# rule unless the description comes too, and adds the same rule again under another description. A tool that revokes by protocol,
# ports and source fails there; DescribeSecurityGroupRules does not tell it the description that is wanted.
#
# Seen with moto 5.2.5 and boto3 1.44.5: a range's rule is added once, told with its description and revoked without; a group's is
# added twice, told without, and not revoked.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5' 'boto3==1.44.5'
cd "$work"
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws


def answer(call, group, kind, source):
    try:
        call(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, kind: [source]}])
        return "done"
    except ClientError as error:
        return error.response["Error"]["Code"]


def told(rules):
    return [rule.get("Description") for rule in rules if not rule["IsEgress"]]


with mock_aws():
    ec2 = boto3.client("ec2", "eu-central-1")
    network = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    other = ec2.create_security_group(GroupName="other", Description="other", VpcId=network)["GroupId"]
    seen = {}
    for kind, source in {"IpRanges": {"CidrIp": "192.0.2.0/24"}, "UserIdGroupPairs": {"GroupId": other}}.items():
        group = ec2.create_security_group(GroupName=kind, Description=kind, VpcId=network)["GroupId"]
        added = [
            answer(ec2.authorize_security_group_ingress, group, kind, source | {"Description": description})
            for description in ["bastion", "the bastion"]
        ]
        rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
        revoked = answer(ec2.revoke_security_group_ingress, group, kind, source)
        [left] = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"]
        sources = [rule["Description"] for permission in left["IpPermissions"] for rule in permission[kind]]
        seen[kind] = {"added": added, "told": told(rules), "revoked": revoked, "left": sources}
print(f"moto {version('moto')}: {seen}")
assert seen["IpRanges"] == {
    "added": ["done", "InvalidPermission.Duplicate"],
    "told": ["bastion"],
    "revoked": "done",
    "left": [],
}, "rules for ranges are treated otherwise now"
assert seen["UserIdGroupPairs"] == {
    "added": ["done", "done"],
    "told": [None, None],
    "revoked": "InvalidPermission.NotFound",
    "left": ["bastion", "the bastion"],
}, "rules for groups are treated otherwise now"
PYTHON
