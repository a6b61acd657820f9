#!/usr/bin/env bash
# ministack deletes the messages of a batch whose reported failure it cannot read, where Lambda keeps them all.
#
# "Lambda treats a batch as a complete failure if your function returns" an `itemIdentifier` that is an empty string, null, under
# "a bad key name", or "a message ID that doesn't exist", says
# https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-errorhandling.html#sqs-batchfailurereporting-conditions
# ministack 1.5.33 passes over such failures and counts the batch as done. A function that misspells the key, or tells the receipt
# handle in place of the id, loses its failed messages there, with no dead letter. On AWS all of the batch comes back, what was done
# with success too, until the redrive policy moves it.
#
# Seen with ministack 1.5.33 and boto3 1.43.106: a message stays in its queue if its own id is told, and is gone in the four cases.
set -euo pipefail
work=$(mktemp -d)
server=
trap '[ -z "$server" ] || { kill "$server"; wait "$server" || true; }; rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check 'ministack==1.5.33' 'boto3==1.43.106'
port=$("$work/venv/bin/python" -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
cd "$work"
TMPDIR=$work BIND_HOST=127.0.0.1 GATEWAY_PORT=$port IOT_MTLS_ENABLED=0 "$work/venv/bin/ministack" >"$work/log" 2>&1 &
server=$!
AWS_ACCESS_KEY_ID=testing AWS_SECRET_ACCESS_KEY=testing "$work/venv/bin/python" - "http://127.0.0.1:$port" <<'PYTHON'
import io
import json
import sys
import time
import urllib.request
import zipfile
from importlib.metadata import version

import boto3

# It answers with what the message says, and its own id in place of OWN.
HANDLER = """
import json


def handler(event, context):
    [record] = event["Records"]
    return json.loads(record["body"].replace("OWN", record["messageId"]))
"""
FAILURES = {
    "own id": {"itemIdentifier": "OWN"},
    "empty": {"itemIdentifier": ""},
    "null": {"itemIdentifier": None},
    "bad key": {"messageId": "OWN"},
    "no such id": {"itemIdentifier": "00000000-0000-0000-0000-000000000000"},
}
for _ in range(120):
    try:
        urllib.request.urlopen(f"{sys.argv[1]}/_ministack/health", timeout=5)
        break
    except OSError:
        time.sleep(0.5)
sqs = boto3.client("sqs", "eu-central-1", endpoint_url=sys.argv[1])
functions = boto3.client("lambda", "eu-central-1", endpoint_url=sys.argv[1])
archive = io.BytesIO()
with zipfile.ZipFile(archive, "w") as code:
    code.writestr("main.py", HANDLER)
functions.create_function(
    FunctionName="f",
    Runtime="python3.13",
    Handler="main.handler",
    Role="arn:aws:iam::000000000000:role/f",
    Code={"ZipFile": archive.getvalue()},
    Timeout=30,
)


def outcome(name, failure):
    queue = sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": "300"})["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    sqs.send_message(QueueUrl=queue, MessageBody=json.dumps({"batchItemFailures": [failure]}))
    mapping = functions.create_event_source_mapping(
        EventSourceArn=arn, FunctionName="f", BatchSize=1, FunctionResponseTypes=["ReportBatchItemFailures"]
    )["UUID"]
    for _ in range(120):
        time.sleep(0.5)
        result = functions.get_event_source_mapping(UUID=mapping)["LastProcessingResult"]
        if result.startswith("OK"):
            break
    counts = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    left = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=counts)["Attributes"]
    return ("kept" if sum(map(int, left.values())) else "gone", result)


seen = {name: outcome(name.replace(" ", "-"), failure) for name, failure in FAILURES.items()}
print(f"ministack {version('ministack')}: {seen}")
assert seen.pop("own id")[0] == "kept", "a failed message is not kept at all now"
assert {fate for fate, _ in seen.values()} == {"gone"}, "such a failure is read now"
assert all(result.startswith("OK - 1 records") for _, result in seen.values()), "the batches have another result now"
PYTHON
