"""A sweep of ten thousand groups and two thousand buckets: how many calls it makes, and how much memory it takes."""

import json
import re
from pathlib import Path

import pytest
from harness.crowd import PAGE, Crowd
from harness.runtime import PlainRuntime
from harness.stack import Function
from harness.triggers import sqs_batch, tick

GROUPS, RULES, BUCKETS = 10_000, 6, 2_000
# What Lambda gives it; its own part of that is what the process holds at most.
MEGABYTES = 256
SECONDS = 300


@pytest.fixture
def crowd():
    crowd = Crowd(GROUPS, RULES, BUCKETS)
    yield crowd
    crowd.close()


@pytest.fixture
def function(crowd):
    topic = "arn:aws:sns:eu-central-1:123456789012:curfew-alerts"
    function = Function("sweep", None, topic, runtime=PlainRuntime(), environment={"LEDGER_TABLE": "ledger"}, recorder=crowd)
    yield function
    function.close()


def most_memory(process):
    """The most that a process held at a time, in megabytes."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmHWM:\s+(\d+) kB", status)[1]) / 1024


def named(bodies):
    return [one["resourceId"] for body in bodies for one in json.loads(body)["detail"]["resources"]]


def sweep(function, crowd):
    """Sweeps to the end, however many invocations that takes; returns what was found, how many calls that took, what became of
    it, and how many invocations it was."""
    orders, legs, said, calls = [json.dumps(tick())], 0, {}, None
    while orders:
        function.runtime.hand(sqs_batch(*orders, queue="curfew-sweep"), None, None, SECONDS)
        failed, answer = function.runtime.answer(SECONDS)
        assert not failed and answer["batchItemFailures"] == [], answer
        for line in function.lines():
            said |= {field: line for field in ("found", "became") if field in line}
        if "found" in said and calls is None:
            calls = sum(crowd.calls.values())
        orders, legs = crowd.sent.pop("curfew-sweep", []), legs + 1
    return said["found"], calls, said["became"], legs


def test_it_stays_within_lambdas_memory_and_makes_one_call_for_a_thousand_rules_or_groups(crowd, function):
    line, calls, became, legs = sweep(function, crowd)

    assert line["found"]["sg-ingress"]["seen"] == GROUPS
    assert line["found"]["s3-acl"]["seen"] == line["found"]["s3-policy"]["seen"] == BUCKETS
    assert {name: named(bodies) for name, bodies in crowd.sent.items()} == {
        "curfew-sg-quarantine": crowd.open_groups, "curfew-s3-acl-private": crowd.open_buckets,
        "curfew-s3-policy-alert": crowd.open_buckets,
    }
    ec2, s3, sqs = crowd.of("ec2"), crowd.of("s3"), crowd.of("sqs")
    assert ec2["DescribeSecurityGroups"] == pages_of(GROUPS) and ec2["DescribeSecurityGroupRules"] == pages_of(GROUPS * RULES)
    assert sum(ec2.values()) <= pages_of(GROUPS) + pages_of(GROUPS * RULES) + 5, ec2
    # One look at a clean bucket is one call for each of its controls.
    assert s3["GetBucketAcl"] == s3["GetBucketPolicy"] == BUCKETS
    assert sum(s3.values()) <= 2 * BUCKETS + 10 * len(crowd.open_buckets) + 2, s3
    # Ten messages a call, five resources a message.
    assert sqs["SendMessageBatch"] == len(crowd.open_groups) // 50 + 2 + (legs - 1), sqs
    assert calls == line["api_calls"]
    # Nobody has worked on what was sent.
    assert became["became"].keys() == line["found"].keys()
    memory = most_memory(function.process)
    print(f"{memory:.0f} MB at most, {legs} invocations, {line['took_ms']} ms, {dict(crowd.calls)}")
    assert memory < MEGABYTES


def pages_of(count):
    return -(-count // PAGE)
