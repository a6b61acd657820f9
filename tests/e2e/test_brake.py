"""What has to wait, and what is gone on with."""

import pytest
from harness import offenders
from harness.functions import ROWS, TRIGGERED
from harness.triggers import BUCKET, compliance_change
from support import about_bucket, failures, queued, says_again_nothing, send

TICK = {"source": "aws.events", "detail-type": "Scheduled Event", "detail": {}, "resources": ["rule"]}


@pytest.mark.parametrize("name", TRIGGERED)
def test_the_tick_asks_for_what_waits_and_has_nothing_to_do(start, name):
    run = send(start(name), queued(TICK))
    assert (failures(run), run.calls) == ([], [])
    assert {call.operation for call in run.recorded} == {"Query"}
    [line] = run.lines
    assert (line["control"], line["due"]) == (ROWS[name].control, 0)


def test_over_the_brake_a_bucket_waits_and_one_mail_says_so(start, s3):
    function = start("s3-acl-private", {"s3_acl": {"changes_per_hour": 0}})
    first, second = (offenders.bucket(s3) for _ in range(2))
    for name in (first, second):
        s3.put_bucket_acl(Bucket=name, ACL="public-read")
    run = send(function, queued(about_bucket(first)))
    assert (failures(run), run.outcome, run.changing) == ([], "held", [])
    assert run.line["hold"]["by"] == {"kind": "brake", "limit": 0}
    subject, text = run.mail
    assert subject.startswith("[Curfew] held, ") and "the settings let Curfew change nothing at all" in text
    assert f"WHAT WAITS\n  - S3 bucket {first}" in text

    run = send(function, queued(about_bucket(second)))
    assert (failures(run), run.outcome, run.mails) == ([], "held", [])
    # A repeated delivery, and one about the same bucket by another rule, wait as well.
    for event in (about_bucket(first), compliance_change(BUCKET, first, "another-rule")):
        says_again_nothing(send(function, queued(event, receive_count=2)))


def test_what_waits_and_is_closed_by_somebody_else_is_no_lost_call_of_curfews(start, s3):
    function = start("s3-acl-private", {"s3_acl": {"changes_per_hour": 0}})
    name = offenders.open_bucket(s3)
    assert send(function, queued(about_bucket(name))).outcome == "held"
    s3.put_bucket_acl(Bucket=name, ACL="private")
    run = send(function, queued(about_bucket(name), receive_count=2))
    assert (run.outcome, run.changing) == ("closed-meanwhile", [])
    text = run.mail[1]
    assert "Somebody else closed it" in text and "  It changed nothing.\n" in text and "got lost" not in text, text
