"""What CloudWatch counts, in its embedded metric format."""

import pytest
from harness import offenders
from harness.functions import ROWS, TRIGGERED
from harness.recorder import sns_error
from support import about_bucket, about_nothing, queued, send


def values(run):
    """(metric, dimensions) -> value of each document; checks its form on the way."""
    found = {}
    for line in run.metrics:
        assert line["service"] == "curfew" and line["function_name"].startswith("curfew-")
        assert isinstance(line["_aws"]["Timestamp"], int)
        for directive in line["_aws"]["CloudWatchMetrics"]:
            assert directive["Namespace"] == "Curfew"
            [names] = directive["Dimensions"]
            dimensions = tuple((name, line[name]) for name in sorted(names))
            for metric in directive["Metrics"]:
                value = line[metric["Name"]]
                key = (metric["Name"], metric["Unit"], dimensions)
                found[key] = found.get(key, 0) + (sum(value) if isinstance(value, list) else value)
    return found


@pytest.mark.parametrize("row", [ROWS[name] for name in TRIGGERED], ids=TRIGGERED)
def test_each_subject_is_counted_with_its_outcome_its_duration_and_its_calls(start, row):
    run = send(start(row.name), about_nothing(row))
    counted = values(run)
    assert counted.pop(("Duration", "Milliseconds", (("control", row.control),))) > 0
    assert counted == {
        ("Subjects", "Count", (("control", row.control), ("outcome", "gone"))): 1,
        ("ApiCalls", "Count", (("control", row.control),)): len(run.calls + run.recorded),
    }
    assert run.line["api_calls"] == len(run.calls + run.recorded)


def test_calls_are_counted_for_each_subject_of_a_batch_with_the_mail(start, s3):
    function = start("s3-acl-private")
    public, private = offenders.bucket(s3), offenders.bucket(s3)
    offenders.set_grants(s3, public, offenders.grant("READ", offenders.ALL_USERS))
    run = send(function, queued(about_bucket(public), about_bucket(private)))
    calls = {line["resource"]: line["api_calls"] for line in run.lines}
    assert calls[private] == 1
    assert calls[public] == len(run.calls + run.recorded) - 1
    assert "Publish" in run.operations


def test_a_retried_request_counts_each_time(start):
    function = start("s3-acl-private")
    function.recorder.fault("GetBucketAcl", 503, "<Error><Code>SlowDown</Code><Message>m</Message></Error>", times=2)
    run = send(function, queued(about_bucket("curfew-was-never-there")))
    assert run.line["api_calls"] == len(run.of("GetBucketAcl")) == 3


def test_a_trigger_that_cannot_be_read_counts_as_failed(start):
    run = send(start("sg-quarantine"), {"source": "aws.config"})
    assert values(run) == {("Subjects", "Count", (("control", "sg-ingress"), ("outcome", "failed"))): 1}


def test_an_alert_that_does_not_get_through_is_counted(start, s3):
    function = start("s3-acl-private")
    name = offenders.bucket(s3)
    offenders.set_grants(s3, name, offenders.grant("READ", offenders.ALL_USERS))
    function.recorder.fault("Publish", 404, sns_error("NotFound", "no such topic"))
    run = send(function, about_bucket(name))
    assert run.line["alert"] == "failed"
    assert values(run)["AlertsNotDelivered", "Count", (("control", "s3-acl"),)] == 1


def test_metrics_do_not_depend_on_the_log_level(start):
    function = start("s3-acl-private", environment={"AWS_LAMBDA_LOG_LEVEL": "ERROR"})
    function.lines()
    failed, _ = function.invoke(about_bucket("curfew-was-never-there"))
    assert not failed and function.lines() == []
    assert len(function.metrics) == 2
