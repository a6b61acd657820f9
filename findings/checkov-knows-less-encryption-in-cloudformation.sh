#!/usr/bin/env bash
# checkov calls encrypted queues and buckets unencrypted where a CloudFormation template describes them.
#
# A queue with `SqsManagedSseEnabled` is encrypted by keys that SQS owns, and `aws:kms:dsse` encrypts a bucket's objects twice:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-sqs-queue.html#cfn-sqs-queue-sqsmanagedsseenabled
# https://docs.aws.amazon.com/AmazonS3/latest/userguide/UsingDSSEncryption.html
# checkov 3.3.30 passes the same queue under the same CKV_AWS_27 when Terraform describes it. For CloudFormation it looks for a
# KMS key alone; CKV_AWS_19 knows AES256 and aws:kms alone.
#
# Seen with checkov 3.3.30: CKV_AWS_27 fails for the template's queue and passes for Terraform's; CKV_AWS_19 passes for aws:kms
# and fails for aws:kms:dsse.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'checkov==3.3.30'
cat >"$work/template.yaml" <<'YAML'
Resources:
  Queue: { Type: AWS::SQS::Queue, Properties: { SqsManagedSseEnabled: true } }
  OneLayer:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms" } }]
  TwoLayers:
    Type: AWS::S3::Bucket
    Properties:
      BucketEncryption:
        ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: "aws:kms:dsse" } }]
YAML
cat >"$work/main.tf" <<'TERRAFORM'
resource "aws_sqs_queue" "queue" {
  sqs_managed_sse_enabled = true
}
TERRAFORM
# checkov asks for guidelines on the network, and does without them where there is none.
for file in template.yaml main.tf; do
  "$work/venv/bin/checkov" --file "$work/$file" --check CKV_AWS_19,CKV_AWS_27 --soft-fail --output json \
    >"$work/$file.json" 2>"$work/$file.log" || { cat "$work/$file.log"; exit 1; }
done
"$work/venv/bin/python" - "$work" <<'PYTHON'
import json
import pathlib
import sys
from importlib.metadata import version

work = pathlib.Path(sys.argv[1])
verdicts = {}
for name in ["template.yaml", "main.tf"]:
    results = json.loads((work / f"{name}.json").read_text())["results"]
    for check in results["passed_checks"] + results["failed_checks"]:
        verdicts[check["resource"], check["check_id"]] = check["check_result"]["result"]
print(f"checkov {version('checkov')}:", *(f"{subject} {check} {verdict}" for (subject, check), verdict in sorted(verdicts.items())), sep="\n  ")
assert verdicts == {
    ("AWS::S3::Bucket.OneLayer", "CKV_AWS_19"): "PASSED",
    ("AWS::S3::Bucket.TwoLayers", "CKV_AWS_19"): "FAILED",
    ("AWS::SQS::Queue.Queue", "CKV_AWS_27"): "FAILED",
    ("aws_sqs_queue.queue", "CKV_AWS_27"): "PASSED",
}, "checkov judges otherwise now"
PYTHON
