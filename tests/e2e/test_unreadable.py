"""What is no trigger: a clear error, one log line, no call, and the process lives on."""

import copy
import random

import pytest
from harness import offenders
from harness.functions import TRIGGERED
from harness.offenders import ALL_USERS, grant
from harness.triggers import BUCKET, compliance_change, put_evaluations
from support import about_bucket, failures, queued, send

DEEP = 100_000


@pytest.fixture(scope="module")
def function(start):
    return start("s3-acl-private")


def changed(event, *path, value):
    event = copy.deepcopy(event)
    *parents, last = path
    inner = event
    for key in parents:
        inner = inner[key]
    inner[last] = value
    return event


CHANGE = compliance_change(BUCKET, "acme-reports", "any-rule")
CALL = put_evaluations((BUCKET, "acme-reports", "NON_COMPLIANT"))
RAW = {
    "nothing at all": b"",
    "white space": b" \n\t ",
    "bytes that are no text": b"\xff\xfe\x00\x80",
    "text cut inside a character": "{\"source\": \"ü".encode()[:-1],
    "a null byte": b"\x00",
    "random bytes": random.Random(2).randbytes(5000),
    "200 KB of open lists": b"[" * 2 * DEEP,
    "200 KB of lists in lists": b"[" * DEEP + b"]" * DEEP,
    "objects in objects": b'{"Records":' * 30_000 + b"1" + b"}" * 30_000,
    "200 KB in one string": b'"' + b"x" * 2 * DEEP,
    "JSON that goes on": b"{} {}",
    "a number": b"1e999",
    "half of a surrogate pair": b'{"source": "\\ud800"}',
}
WRONG = {
    "a list": ([CHANGE], "object"),
    "another service's event": ({"source": "aws.ec2", "detail-type": "EC2 Instance State-change"}, "aws.ec2"),
    "lines for a bucket": (changed(CHANGE, "detail", "resourceId", value="a\nb: c"), "detail.resourceId"),
    "evaluations that are an object": (changed(CALL, "detail", "requestParameters", "evaluations", value={}), "evaluations"),
    "a record without an id": ({"Records": [{"body": "{}"}]}, "Records[0].messageId"),
}


def refused(function, payload):
    run = send(function, payload)
    assert run.failed, run.answer
    assert run.answer["errorType"] == "Curfew.UnreadableTrigger"
    assert run.calls == []
    [line] = run.lines
    assert (line["level"], line["outcome"]) == ("ERROR", "failed")
    assert run.answer["errorMessage"] == line["message"], "the caller and the log are told the same"
    assert len(line["message"]) < 500 and "\n" not in line["message"]
    return line["message"]


@pytest.mark.parametrize("payload", RAW.values(), ids=RAW)
def test_bytes_that_are_no_event_are_an_error_with_a_reason(function, payload):
    assert "could not be read" in refused(function, payload)


@pytest.mark.parametrize(("payload", "named"), WRONG.values(), ids=WRONG)
def test_an_event_that_lacks_something_is_an_error_that_names_it(function, payload, named):
    assert named in refused(function, payload)


@pytest.mark.parametrize("body", ["[" * 2 * DEEP, '{"detail":' * 20_000, "\u0000", "5", ""], ids=range(5))
def test_a_message_that_is_no_event_is_handed_back_alone(function, body):
    run = send(function, queued(body, about_bucket("curfew-never-was-there")))
    assert failures(run) == ["m0"]
    assert [line["level"] for line in run.lines] == ["ERROR", "INFO"]


@pytest.mark.parametrize("body", [None, 5, {"source": "aws.config"}, []], ids=str)
def test_a_message_whose_body_is_no_text_is_handed_back_alone(function, body):
    batch = queued("", about_bucket("curfew-never-was-there"))
    batch["Records"][0]["body"] = body
    assert failures(send(function, batch)) == ["m0"]


def test_after_all_that_the_same_process_does_the_next_event(function, s3):
    for payload in RAW.values():
        refused(function, payload)
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, grant("READ", ALL_USERS))
    run = send(function, about_bucket(name))
    assert run.outcome == "remediated"
    assert run.line["cold_start"] is False
    assert function.process.poll() is None


def test_every_function_refuses_garbage_alike(start):
    for name in TRIGGERED:
        other = start(name)
        for payload in (b"", b"\xff", b"[" * 2 * DEEP):
            refused(other, payload)
        assert other.process.poll() is None
