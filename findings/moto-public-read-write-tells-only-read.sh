#!/usr/bin/env bash
# moto tells only the READ of a bucket whose canned ACL is `public-read-write`.
#
# "Owner gets FULL_CONTROL. The AllUsers group (see Who is a grantee?) gets READ and WRITE access", says
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/acl-overview.html#canned-acl. S3 lists a grant for each permission. moto keeps
# both in one grant, and writes the first of a grant's permissions alone. A program that tells a writable bucket from a readable
# one is tested in vain with the canned ACL. Two grants that are set one by one are told.
#
# Seen with moto 5.2.5: GetBucketAcl lists FULL_CONTROL and READ after the canned ACL, and WRITE too after the same by hand.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' 'boto3==1.44.5'
cd "$work"
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import boto3
from moto import mock_aws

EVERYBODY = "uri=http://acs.amazonaws.com/groups/global/AllUsers"


def permissions(s3):
    return sorted(grant["Permission"] for grant in s3.get_bucket_acl(Bucket="acme")["Grants"])


with mock_aws():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="acme", ObjectOwnership="ObjectWriter")
    s3.put_bucket_acl(Bucket="acme", ACL="public-read-write")
    canned = permissions(s3)
    s3.put_bucket_acl(Bucket="acme", GrantRead=EVERYBODY, GrantWrite=EVERYBODY)
    by_hand = permissions(s3)
    print(f"moto {version('moto')}: public-read-write is told as {canned}, READ and WRITE by hand as {by_hand}")
assert "READ" in canned and "WRITE" not in canned, "the canned ACL is told whole now"
assert {"READ", "WRITE"} <= set(by_hand), "two grants are not told"
PYTHON
