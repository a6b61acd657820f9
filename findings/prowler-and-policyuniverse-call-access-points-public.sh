#!/usr/bin/env bash
# Prowler and policyuniverse call a bucket public that leaves access to its owner's access points.
#
# S3 advises a bucket policy for that, which allows everyone what comes through an access point of the account, and names
# `s3:DataAccessPointAccount` among the keys whose fixed value makes a policy non-public, beside `aws:SourceAccount`:
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-points-policies.html#access-points-delegating-control
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/access-control-block-public-access.html#public-bucket-policies
# Prowler 5.46.0 and policyuniverse 1.5.1.20231109 do not know the key. Whoever follows S3's advice is told of a public bucket,
# by Prowler in two checks of critical severity, where S3's own GetBucketPolicyStatus says that it is none.
#
# Seen with Prowler 5.46.0 and policyuniverse 1.5.1.20231109: both call the policy private with aws:SourceAccount, and public with
# s3:DataAccessPointAccount.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
# What this one function of Prowler needs of the package's many dependencies.
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'policyuniverse==1.5.1.20231109' 'boto3==1.44.5' \
  'py-iam-expand==0.3.0' 'pydantic==2.14.4' 'colorama==0.4.6' 'pytz==2025.1' 'tzlocal==5.3.1' 'requests==2.34.2' 'pyyaml==6.0.4' \
  'packaging==26.4' 'jsonschema==4.26.0'
"$work/venv/bin/pip" install --quiet --disable-pip-version-check --no-deps 'prowler==5.46.0'
cd "$work"
venv/bin/python - <<'PYTHON'
from importlib.metadata import version

from policyuniverse.policy import Policy
from prowler.providers.aws.services.iam.lib.policy import is_policy_public

ACCOUNT = "111122223333"


def policy(key):
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": "*"},
        "Action": "*",
        "Resource": ["arn:aws:s3:::example-bucket", "arn:aws:s3:::example-bucket/*"],
        "Condition": {"StringEquals": {key: ACCOUNT}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


seen = {
    key: {"prowler": is_policy_public(policy(key), ACCOUNT), "policyuniverse": Policy(policy(key)).is_internet_accessible()}
    for key in ["aws:SourceAccount", "s3:DataAccessPointAccount"]
}
print(f"Prowler {version('prowler')}, policyuniverse {version('policyuniverse')}: public by condition {seen}")
assert seen["aws:SourceAccount"] == {"prowler": False, "policyuniverse": False}, "a fixed account is public now"
assert seen["s3:DataAccessPointAccount"] == {"prowler": True, "policyuniverse": True}, "the access points' account is known now"
PYTHON
