"""One JSON line a subject, with everything that a search needs and nothing that it must not hold."""

import json
import re

from harness import offenders
from harness.offenders import open_bucket, permission
from harness.recorder import s3_error
from harness.runtime import TRACE
from harness.triggers import GROUP, put_evaluations
from support import about_bucket, about_group, queued, send

FIELDS = {
    "timestamp", "level", "message", "service", "function_name", "cold_start", "function_request_id", "xray_trace_id",
    "control", "resource", "account", "region", "cause", "outcome", "findings", "changes", "duration_ms",
}
SECRETS = {
    "AWS_ACCESS_KEY_ID": "AKIACURFEWKEYID00001",
    "AWS_SECRET_ACCESS_KEY": "curfew/secret+access/key/0123456789",
    "AWS_SESSION_TOKEN": "curfew-session-token-0123456789",
}
MARK = "only-in-the-payload-7f3a"


def every_way_to_end(acl, s3):
    """(invocation, its outcome), one each."""
    yield send(acl, about_bucket(open_bucket(s3))), "remediated"
    yield send(acl, about_bucket(offenders.bucket(s3))), "compliant"
    yield send(acl, about_bucket("curfew-never-was-there")), "gone"
    acl.recorder.fault("GetBucketAcl", 403, s3_error("AccessDenied"), times=9)
    yield send(acl, about_bucket(open_bucket(s3))), "failed"


def test_a_subjects_line_has_every_field_however_it_ended(acl, s3):
    for run, outcome in every_way_to_end(acl, s3):
        line = run.line
        assert line["outcome"] == outcome
        assert FIELDS - line.keys() == set()
        assert (line["service"], line["function_name"], line["control"]) == ("curfew", "curfew-s3-acl-private", "s3-acl")
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["timestamp"])
        assert isinstance(line["findings"], list) and isinstance(line["changes"], list)
        assert isinstance(line["duration_ms"], int) and isinstance(line["cold_start"], bool)
        assert "s3-bucket-public-read-prohibited" in line["cause"]


def test_the_first_line_of_a_process_is_cold_and_each_bears_its_request_and_trace(start, s3):
    new = start("s3-acl-private")
    first = send(new, about_bucket("curfew-never-was-there"), request_id="11111111-1111-4111-8111-111111111111").line
    second = send(new, about_bucket("curfew-never-was-there"), request_id="22222222-2222-4222-8222-222222222222").line
    assert (first["cold_start"], second["cold_start"]) == (True, False)
    assert first["function_request_id"] == "11111111-1111-4111-8111-111111111111"
    assert second["function_request_id"] == "22222222-2222-4222-8222-222222222222"
    assert first["xray_trace_id"] == second["xray_trace_id"] == TRACE


def test_a_trigger_without_work_has_one_line_of_its_own(acl):
    for event in (about_bucket("any", compliance="COMPLIANT"), put_evaluations((GROUP, "sg-1", "NON_COMPLIANT")), queued()):
        [line] = send(acl, event).lines
        assert line["level"] == "INFO"
        assert "resource" not in line and "function_request_id" in line


def test_a_failure_in_a_batch_is_logged_once(acl, s3):
    acl.recorder.fault("GetBucketAcl", 403, s3_error("AccessDenied"), times=9)
    run = send(acl, queued(about_bucket(open_bucket(s3)), "garbage"))
    assert sorted(line["level"] for line in run.lines) == ["ERROR", "ERROR"]
    assert len({line.get("resource") for line in run.lines}) == 2


def test_no_line_and_no_mail_holds_credentials_or_the_payload(start, s3, ec2):
    group = offenders.group(ec2)
    ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[permission("tcp", 22, v4=[("0.0.0.0/0", "")])])
    name = open_bucket(s3)
    offenders.set_policy(s3, name, offenders.public_policy(name))
    for function_name, event in (
        ("s3-acl-private", about_bucket(name)), ("s3-policy-alert", about_bucket(name)), ("sg-quarantine", about_group(group)),
    ):
        # The most talkative level, with every way to fail: what is never logged is not logged then either.
        at_work = start(function_name, environment=SECRETS | {"AWS_LAMBDA_LOG_LEVEL": "TRACE", "RUST_LOG": "trace"})
        event["detail"]["newEvaluationResult"]["annotation"] = MARK
        event[MARK] = MARK
        said = []
        for payload in (event, queued(event, f"no json {MARK}"), f'["{MARK}"'.encode(), {"source": "aws.s3", "x": MARK}):
            at_work.recorder.fault("Publish", 403, s3_error("AuthorizationError"), times=1)
            run = send(at_work, payload)
            said += [json.dumps(line) for line in run.lines] + [json.dumps(run.answer)]
            said += [text for mail in run.mails for text in mail]
        assert said
        for secret in (*SECRETS.values(), MARK, "AWS4-HMAC", "receiptHandle"):
            assert not [text for text in said if secret in text]


def test_the_log_level_of_lambda_silences_what_is_below_it(start, s3):
    quiet = start("s3-acl-private", environment={"AWS_LAMBDA_LOG_LEVEL": "ERROR"})
    quiet.recorder.fault("GetBucketAcl", 403, s3_error("AccessDenied"), times=9)
    send(quiet, about_bucket("curfew-never-was-there"))
    run = send(quiet, queued(about_bucket("curfew-never-was-there"), "garbage"))
    [line] = run.lines
    assert line["level"] == "ERROR"
    assert {"function_request_id", "xray_trace_id", "cold_start"} <= line.keys()
