#!/usr/bin/env bash
# parliament calls IPv6 addresses and TLS versions in conditions values of a wrong type.
#
# IAM compares `aws:SourceIp` with IPv4 and IPv6 addresses and ranges, also in one list:
# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html#Conditions_IPAddress
# S3's examples keep clients with old TLS out by `s3:TlsVersion` below "1.2":
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/amazon-s3-policy-keys.html
# parliament 1.6.4 expects dotted IPv4 alone and whole numbers alone, and reports MISMATCHED_TYPE, of medium severity, for
# policies that work.
#
# Seen with parliament 1.6.4: an IPv4 range and a whole number pass; an IPv6 range, a list of both kinds, and "1.2" do not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'parliament==1.6.4' 'setuptools==80.9.0'
"$work/venv/bin/python" - <<'PYTHON'
import json
from importlib.metadata import version

from parliament import analyze_policy_string

CONDITIONS = {
    "IPv4": {"IpAddress": {"aws:SourceIp": "192.0.2.0/24"}},
    "IPv6": {"IpAddress": {"aws:SourceIp": "2001:db8::/32"}},
    "both": {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}},
    "whole": {"NumericLessThan": {"s3:TlsVersion": "2"}},
    "decimal": {"NumericLessThan": {"s3:TlsVersion": "1.2"}},
}


def issues(condition):
    statement = {
        "Effect": "Allow",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::example-bucket/*",
        "Condition": condition,
    }
    policy = {"Version": "2012-10-17", "Statement": [statement]}
    return [finding.issue for finding in analyze_policy_string(json.dumps(policy)).findings]


found = {name: issues(condition) for name, condition in CONDITIONS.items()}
print(f"parliament {version('parliament')}: {found}")
assert found["IPv4"] == found["whole"] == [], "parliament finds fault with plain values now"
for name in ["IPv6", "both", "decimal"]:
    assert found[name] == ["MISMATCHED_TYPE"], f"parliament takes {name} otherwise now"
PYTHON
