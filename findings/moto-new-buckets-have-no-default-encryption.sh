#!/usr/bin/env bash
# In moto a new bucket has no default encryption.
#
# "By default, all buckets have a default encryption configuration that uses server-side encryption with Amazon S3 managed keys
# (SSE-S3)", says https://docs.aws.amazon.com/AmazonS3/latest/API/API_GetBucketEncryption.html, since January 2023. moto answers as
# S3 did before: ServerSideEncryptionConfigurationNotFoundError. What looks for buckets without encryption finds all of them,
# and Prowler 5.46.0 writes an error to its log for each.
#
# Seen with moto 5.2.5: GetBucketEncryption of a new bucket fails, and works once the bucket is given an encryption.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[s3]==5.2.5' 'boto3==1.44.5'
cd "$work"
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import boto3
from botocore.exceptions import ClientError
from moto import mock_aws


def algorithm(s3):
    try:
        [rule] = s3.get_bucket_encryption(Bucket="acme")["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as error:
        return error.response["Error"]["Code"]
    return rule["ApplyServerSideEncryptionByDefault"]["SSEAlgorithm"]


with mock_aws():
    s3 = boto3.client("s3", region_name="us-east-1")
    s3.create_bucket(Bucket="acme")
    new = algorithm(s3)
    rules = [{"ApplyServerSideEncryptionByDefault": {"SSEAlgorithm": "AES256"}}]
    s3.put_bucket_encryption(Bucket="acme", ServerSideEncryptionConfiguration={"Rules": rules})
    print(f"moto {version('moto')}: a new bucket {new}, once it is set {algorithm(s3)}")
assert new == "ServerSideEncryptionConfigurationNotFoundError", "new buckets are encrypted now"
PYTHON
