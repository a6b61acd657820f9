#!/usr/bin/env bash
# ministack gives all sources of one permission the same security group rule id, so that revoking one rule revokes them all.
#
# In EC2 every source is a rule of its own with an id of its own, and RevokeSecurityGroupIngress takes away the rules whose ids it
# is told:
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_SecurityGroupRule.html
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_RevokeSecurityGroupIngress.html
# ministack 1.5.33 makes the id of protocol and ports alone. Whoever tries there that a remediation closes an open source and
# keeps its neighbours, sees it close the neighbours too.
#
# Seen with ministack 1.5.33 and boto3 1.43.106: three sources, one id; after the revocation of that id, no source is left.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || kill "$server"; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'ministack==1.5.33' 'boto3==1.43.106'
port=$("$work/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$work"
BIND_HOST=127.0.0.1 GATEWAY_PORT=$port "$work/venv/bin/ministack" >"$work/log" 2>&1 &
server=$!
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - "http://127.0.0.1:$port" <<'PYTHON'
import sys
import time
import urllib.request
from importlib.metadata import version

import boto3

for _ in range(120):
    try:
        urllib.request.urlopen(f"{sys.argv[1]}/_ministack/health", timeout=5)
        break
    except OSError:
        time.sleep(0.5)
ec2 = boto3.client("ec2", "eu-central-1", endpoint_url=sys.argv[1])
group = ec2.create_security_group(GroupName="g", Description="g")["GroupId"]
sources = {
    "IpRanges": [{"CidrIp": "192.0.2.0/24"}, {"CidrIp": "198.51.100.0/24"}],
    "Ipv6Ranges": [{"CidrIpv6": "2001:db8::/32"}],
}
ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[{"IpProtocol": "tcp", "FromPort": 22, "ToPort": 22, **sources}])


def inbound():
    rules = ec2.describe_security_group_rules(Filters=[{"Name": "group-id", "Values": [group]}])["SecurityGroupRules"]
    return [rule for rule in rules if not rule["IsEgress"]]


before = inbound()
ids = {rule["SecurityGroupRuleId"] for rule in before}
ec2.revoke_security_group_ingress(GroupId=group, SecurityGroupRuleIds=[before[0]["SecurityGroupRuleId"]])
after = inbound()
print(f"ministack {version('ministack')}: {len(before)} rules, {len(ids)} id; {len(after)} rules after the revocation of one")
assert len(before) == 3, "ministack makes another number of rules now"
assert len(ids) == 1, "the rules have ids of their own now"
assert after == [], "one rule can be revoked alone now"
PYTHON
