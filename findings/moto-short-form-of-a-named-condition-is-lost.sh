#!/usr/bin/env bash
# A named condition in its short form is false in moto wherever another condition uses it.
#
# `!And [!Condition A, !Condition B]` is the short form of `Fn::And` over `{ "Condition": "A" }`; both mean the same:
# https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/intrinsic-function-reference-conditions.html
# moto 5.2.5 reads `!Condition A` as `{ "Fn::Condition": "A" }`, which it does not know, and which then counts as false. The
# stack is created without an error, and lacks whatever depends on the condition. The long form works.
#
# Seen with moto 5.2.5 and boto3 1.44.5: of two topics whose conditions mean the same, one is created.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[cloudformation,sns]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
import boto3
import moto

TEMPLATE = """
Conditions:
  Yes: !Equals [a, a]
  Also: !Equals [b, b]
  Short: !And [!Condition Yes, !Condition Also]
  Long: !And [{ Condition: Yes }, { Condition: Also }]
Resources:
  Always: { Type: AWS::SNS::Topic, Properties: { TopicName: always } }
  ByShort: { Type: AWS::SNS::Topic, Condition: Short, Properties: { TopicName: by-short-form } }
  ByLong: { Type: AWS::SNS::Topic, Condition: Long, Properties: { TopicName: by-long-form } }
"""
with moto.mock_aws():
    cloudformation = boto3.client("cloudformation", "eu-central-1")
    cloudformation.create_stack(StackName="s", TemplateBody=TEMPLATE)
    [stack] = cloudformation.describe_stacks(StackName="s")["Stacks"]
    topics = boto3.client("sns", "eu-central-1").list_topics()["Topics"]
names = sorted(topic["TopicArn"].rsplit(":", 1)[-1] for topic in topics)
print(f"moto {moto.__version__}: {stack['StackStatus']}, topics {names}")
assert stack["StackStatus"] == "CREATE_COMPLETE", "the stack is refused now"
assert names == ["always", "by-long-form"], "the short form is read now"
PYTHON
