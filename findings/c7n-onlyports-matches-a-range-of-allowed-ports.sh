#!/usr/bin/env bash
# Cloud Custodian's OnlyPorts matches a rule that opens allowed ports only, when they are a range.
#
# "OnlyPorts is a negative assertion match, it matches when a permission includes ports outside of the specified set", says
# `custodian schema aws.security-group.filters.ingress`, which is also the text of
# https://cloudcustodian.io/docs/aws/resources/security-group.html
# c7n 0.9.53 compares both ends of a rule's range with one allowed port at a time, so that only a rule for a single port can
# pass: 80 to 81 is an offence where 80 and 81 are allowed. It also takes an ICMP type for a port: an answer to ping
# (type 8) is an offence too. `remove-permissions` with `ingress: matched` then takes both away.
#
# Seen with c7n 0.9.53: of four rules, 80 and 81 apart pass; 80 to 81 and ICMP echo match.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'c7n==0.9.53'
cd "$work"
"$work/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

from c7n.config import Config
from c7n.loader import PolicyLoader

POLICY = {
    "name": "web-only",
    "resource": "aws.security-group",
    "filters": [{"type": "ingress", "OnlyPorts": [80, 81]}],
}
RULES = [("tcp", 80, 80), ("tcp", 81, 81), ("tcp", 80, 81), ("icmp", 8, -1)]


def described(protocol, first, last):
    return {
        "IpProtocol": protocol,
        "FromPort": first,
        "ToPort": last,
        "IpRanges": [{"CidrIp": "192.0.2.0/24"}],
        "Ipv6Ranges": [],
        "PrefixListIds": [],
        "UserIdGroupPairs": [],
    }


config = Config.empty(account_id="111122223333", region="eu-central-1", output_dir="out")
[policy] = PolicyLoader(config).load_data({"policies": [POLICY]}, "memory://policy")
[only_ports] = policy.resource_manager.filters
group = {"GroupId": "sg-1", "GroupName": "g", "OwnerId": "111122223333", "IpPermissions": [described(*rule) for rule in RULES]}
[offending] = only_ports.process([group])
matched = [(rule["IpProtocol"], rule["FromPort"], rule["ToPort"]) for rule in offending["MatchedIpPermissions"]]
print(f"c7n {version('c7n')}: of {RULES}, matched {matched}")
assert matched == [("tcp", 80, 81), ("icmp", 8, -1)], "OnlyPorts matches other rules now"
PYTHON
