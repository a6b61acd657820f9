#!/usr/bin/env bash
# cfn-lint calls a security group rule for all codes of one ICMPv6 type an error, and takes the same rule for ICMP.
#
# "If the protocol is ICMP or ICMPv6, this is the ICMP code or -1 (all ICMP codes). If the start port is -1 (all ICMP types), then
# the end port must be -1 (all ICMP codes)", says
# https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_IpPermission.html
# cfn-lint 1.58.0 makes an exception from E3688 (-1 in both or in none) for `icmp` and `1`, not for `icmpv6` and `58`. A template
# that opens one type of ICMPv6, say "Packet Too Big", for all its codes cannot pass. Whoever makes both -1 to please it opens all
# types.
#
# Seen with cfn-lint 1.58.0: a type with all codes passes for icmp and 1, and gives E3688 for icmpv6 and 58; one code and all types
# pass for each.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'cfn-lint==1.58.0'
cd "$work"
venv/bin/python - <<'PYTHON'
import json
import subprocess
from importlib.metadata import version

PROTOCOLS = {"icmp": 3, "1": 3, "icmpv6": 2, "58": 2}
CODES = {"AllCodes": -1, "OneCode": 0}


def group(protocol, first, last):
    source = {"CidrIpv6": "2001:db8::/32"} if protocol in ("icmpv6", "58") else {"CidrIp": "192.0.2.0/24"}
    rule = {"IpProtocol": protocol, "FromPort": first, "ToPort": last, **source}
    properties = {"GroupDescription": "g", "VpcId": "vpc-0123456789abcdef0", "SecurityGroupIngress": [rule]}
    return {"Type": "AWS::EC2::SecurityGroup", "Properties": properties}


resources = {f"AllTypes{protocol}": group(protocol, -1, -1) for protocol in PROTOCOLS}
for name, code in CODES.items():
    resources |= {f"{name}{protocol}": group(protocol, kind, code) for protocol, kind in PROTOCOLS.items()}
with open("template.json", "w") as file:
    json.dump({"Resources": resources}, file)
command = ["venv/bin/cfn-lint", "--format", "json", "--regions", "eu-central-1", "--", "template.json"]
done = subprocess.run(command, capture_output=True, text=True, timeout=300)
found = sorted((match["Location"]["Path"][1], match["Rule"]["Id"]) for match in json.loads(done.stdout))
print(f"cfn-lint {version('cfn-lint')}: of {sorted(resources)}, found {found}")
assert found == [("AllCodes58", "E3688"), ("AllCodesicmpv6", "E3688")], "cfn-lint finds other faults now"
PYTHON
