#!/usr/bin/env bash
# moto's PutObjectAcl with a version's id changes the ACL of the newest version.
#
# "The ACL of an object is set at the object version level. By default, PUT sets the ACL of the current version of an object. To set
# the ACL of a different version, use the versionId subresource", says
# https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutObjectAcl.html
# moto 5.2.5 answers with success, leaves the older version as it was, and gives the new ACL to the newest one. A tool that closes
# old public versions seems to fail there, and one that opens them opens another. GetObjectAcl reads the version that it is asked for.
#
# Seen with moto 5.2.5: of an old public version and a new private one, the old stays public when it is made private; made public
# again by its id, it has made the new one public.
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

OBJECT = {"Bucket": "acme", "Key": "page.html"}
EVERYBODY = "http://acs.amazonaws.com/groups/global/AllUsers"


def state(s3, version_id):
    grants = s3.get_object_acl(**OBJECT, VersionId=version_id)["Grants"]
    return "public" if any(grant["Grantee"].get("URI") == EVERYBODY for grant in grants) else "private"


with mock_aws():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="acme", ObjectOwnership="ObjectWriter")
    s3.put_bucket_versioning(Bucket="acme", VersioningConfiguration={"Status": "Enabled"})
    old = s3.put_object(**OBJECT, Body=b"1", ACL="public-read")["VersionId"]
    new = s3.put_object(**OBJECT, Body=b"2")["VersionId"]
    first = (state(s3, old), state(s3, new))
    s3.put_object_acl(**OBJECT, VersionId=old, ACL="private")
    closed = (state(s3, old), state(s3, new))
    s3.put_object_acl(**OBJECT, VersionId=old, ACL="public-read")
    opened = (state(s3, old), state(s3, new))
print(f"moto {version('moto')}: old and new version {first}, the old made private {closed}, the old made public {opened}")
assert old != new and first == ("public", "private"), "the versions have other ACLs to begin with now"
assert closed == ("public", "private"), "the old version's own ACL is set now"
assert opened == ("public", "public"), "the newest version's ACL stays as it is now"
PYTHON
