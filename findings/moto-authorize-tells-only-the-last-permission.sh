#!/usr/bin/env bash
# AuthorizeSecurityGroupIngress in moto answers with the rules of the last permission only.
#
# EC2's answer lists every rule that a call has added (`SecurityGroupRules`), whatever the number of `IpPermissions`:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_AuthorizeSecurityGroupIngress.html
# moto 5.2.5 adds all of them and tells of the last permission's alone. Whoever keeps the new rules' ids, to take exactly
# these away later, has to look for the others by what they say.
#
# Seen with moto 5.2.5 and boto3 1.44.5: 3 rules added by 2 permissions, 1 told.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[ec2]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
import boto3
import moto

with moto.mock_aws():
    ec2 = boto3.client("ec2", "eu-central-1")
    group = ec2.create_security_group(GroupName="g", Description="g")["GroupId"]
    answer = ec2.authorize_security_group_ingress(
        GroupId=group,
        IpPermissions=[
            {"IpProtocol": "tcp", "FromPort": 80, "ToPort": 80, "IpRanges": [{"CidrIp": "192.0.2.0/24"}, {"CidrIp": "198.51.100.0/24"}]},
            {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": "192.0.2.0/24"}]},
        ],
    )
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
added = sorted((rule["FromPort"], rule["CidrIpv4"]) for rule in rules if not rule["IsEgress"])
told = sorted((rule["FromPort"], rule["CidrIpv4"]) for rule in answer["SecurityGroupRules"])
print(f"moto {moto.__version__}: added {added}, told {told}")
assert added == [(80, "192.0.2.0/24"), (80, "198.51.100.0/24"), (443, "192.0.2.0/24")], "moto adds something else now"
assert told == [(443, "192.0.2.0/24")], "moto tells of other rules now"
PYTHON
