#!/usr/bin/env bash
# Event patterns in moto do not match members of objects in a list, so that no rule for Security Hub's findings fires.
#
# Security Hub sends `detail.findings` as a list, and its patterns name members of the findings below `findings`:
# https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-cwe-event-formats.html
# https://docs.aws.amazon.com/securityhub/latest/userguide/securityhub-v2-cwe-event-rules.html
# EventBridge matches if one of the list's objects does. moto 5.2.5 matches plain values in a list, and nothing in objects
# there: such a rule accepts the pattern and the event, and calls no target.
#
# Seen with moto 5.2.5 and boto3 1.44.5: of three rules, those for the object and for the list of words fire; the one for the
# list of objects does not.
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'moto[events,sqs]==5.2.5' 'boto3==1.44.5'
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - <<'PYTHON'
import json

import boto3
import moto

FAILED = {"Compliance": {"Status": ["FAILED"]}}
DETAIL = {
    "finding": {"Compliance": {"Status": "FAILED"}},
    "findings": [{"Compliance": {"Status": "FAILED"}}],
    "words": ["PASSED", "FAILED"],
}
PATTERNS = {
    "an object": {"finding": FAILED},
    "a list of words": {"words": ["FAILED"]},
    "a list of objects": {"findings": FAILED},
}
fired = {}
with moto.mock_aws():
    events = boto3.client("events", "eu-central-1")
    sqs = boto3.client("sqs", "eu-central-1")
    for number, (name, detail) in enumerate(PATTERNS.items()):
        queue = sqs.create_queue(QueueName=f"queue-{number}")["QueueUrl"]
        arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
        events.put_rule(Name=f"rule-{number}", EventPattern=json.dumps({"source": ["example"], "detail": detail}))
        events.put_targets(Rule=f"rule-{number}", Targets=[{"Id": "queue", "Arn": arn}])
        fired[name] = queue
    events.put_events(Entries=[{"Source": "example", "DetailType": "Findings", "Detail": json.dumps(DETAIL)}])
    fired = {name: len(sqs.receive_message(QueueUrl=queue).get("Messages", [])) for name, queue in fired.items()}
print(f"moto {moto.__version__}: events received {fired}")
assert fired["an object"] == fired["a list of words"] == 1, "moto matches less now"
assert fired["a list of objects"] == 0, "moto looks into lists of objects now"
PYTHON
