#!/usr/bin/env bash
# moto keeps a security group's ranges as they are written, and takes the same range twice if it is written in two ways.
#
# "AWS canonicalizes IPv4 and IPv6 CIDRs. For example, if you specify 100.68.0.18/18 for the CIDR block, AWS canonicalizes the CIDR
# block to 100.68.0.0/18"; DescribeSecurityGroupRules returns that form, and another way to write it is a duplicate:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpRange.html
# moto 5.2.5 tells 100.68.0.18/18 and 2001:0DB8::1/32 as they came, and adds a second rule for each. A tool that compares what it
# asked for with what it reads passes its tests there, and in EC2 finds another range than its own each time.
#
# Seen with moto 5.2.5 and boto3 1.44.5: two ranges, each written in two ways, give four rules; the same spelling twice is refused.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
import boto3
import moto
from botocore.exceptions import ClientError

RANGES = ["100.68.0.0/18", "100.68.0.18/18", "2001:db8::/32", "2001:0DB8::1/32", "100.68.0.0/18"]


def added(ec2, group, cidr):
    source = {"Ipv6Ranges": [{"CidrIpv6": cidr}]} if ":" in cidr else {"IpRanges": [{"CidrIp": cidr}]}
    permission = {"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **source}
    try:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission])
    except ClientError as error:
        return error.response["Error"]["Code"]
    return "added"


with moto.mock_aws():
    ec2 = boto3.client("ec2", "eu-central-1")
    group = ec2.create_security_group(GroupName="g", Description="g")["GroupId"]
    answers = [added(ec2, group, cidr) for cidr in RANGES]
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
told = [rule.get("CidrIpv4") or rule.get("CidrIpv6") for rule in rules if not rule["IsEgress"]]
print(f"moto {moto.__version__}: {dict(enumerate(zip(RANGES, answers)))}, told {told}")
assert answers[-1] == "InvalidPermission.Duplicate", "moto takes the same range twice now"
assert answers[:-1] == ["added"] * 4, "moto knows a range by another spelling now"
assert told == RANGES[:-1], "moto tells ranges in another form now"
PYTHON
