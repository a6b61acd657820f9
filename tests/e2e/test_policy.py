"""s3-policy-alert: people hear of a public policy; nothing is ever changed."""

import json

import pytest
from harness import offenders
from harness.recorder import s3_error
from harness.stack import ACCOUNT, RuntimeApi
from harness.triggers import BUCKET, compliance_change
from support import about_bucket, failures, queued, says_again_nothing, send


@pytest.fixture(scope="module")
def alert(start):
    return start("s3-policy-alert", runtime=RuntimeApi())


@pytest.fixture
def public_bucket(s3):
    name = offenders.bucket(s3)
    offenders.set_policy(s3, name, offenders.public_policy(name))
    return name


def test_a_public_policy_is_mailed_once_pretty_and_whole(alert, s3, public_bucket):
    event = about_bucket(public_bucket)

    run = send(alert, event)

    assert (run.failed, run.outcome, run.line["level"]) == (False, "alerted", "WARN")
    subject, text = run.mail
    assert subject == f"[Curfew] alerted, critical: S3 bucket {public_bucket} (eu-central-1)"
    assert text.startswith(f"Anyone on the internet can read every object in `{public_bucket}`")
    parts = [text.index(title) for title in ("THE STATEMENTS AND WHY", "THE PROPOSED FIX", "THE WHOLE POLICY")]
    assert parts == sorted(parts)
    assert json.dumps(offenders.public_policy(public_bucket), indent=2) in text[parts[2]:]
    again = send(alert, event)
    assert again.outcome == "alerted"
    assert again.line["alert"] == "repeated"
    says_again_nothing(again)


def test_no_call_can_change_anything_and_each_expects_the_owner(alert, public_bucket):
    run = send(alert, about_bucket(public_bucket))
    calls = [call for call in run.calls if call.operation != "Publish"]
    of_account = [call for call in calls if call.operation == "GetAccountPublicAccessBlock"]
    of_bucket = [call for call in calls if call not in of_account]
    assert sorted(call.operation for call in of_bucket) == [
        "GetBucketPolicy", "GetBucketPolicyStatus", "GetPublicAccessBlock"
    ]
    assert {call.headers.get("x-amz-expected-bucket-owner") for call in of_bucket} == {ACCOUNT}
    assert [call.headers.get("x-amz-account-id") for call in of_account] == [ACCOUNT]


def test_a_policy_that_is_not_public_is_compliant(alert, s3):
    name = offenders.bucket(s3)
    policy = offenders.public_policy(name)
    del policy["Statement"][1]
    offenders.set_policy(s3, name, policy)
    run = send(alert, about_bucket(name))
    assert run.outcome == "compliant"
    says_again_nothing(run)


def test_a_bucket_that_is_gone_is_gone(alert):
    run = send(alert, about_bucket("curfew-never-was-there"))
    assert run.outcome == "gone"
    says_again_nothing(run)


@pytest.mark.parametrize("operation", ["GetBucketPolicyStatus", "GetPublicAccessBlock"])
def test_a_bucket_that_goes_between_the_reads_is_gone(alert, public_bucket, operation):
    alert.recorder.fault(operation, 404, s3_error("NoSuchBucket"))
    run = send(alert, about_bucket(public_bucket))
    assert run.outcome == "gone"
    says_again_nothing(run)


def test_a_policy_that_goes_between_the_reads_is_compliant(alert, public_bucket):
    alert.recorder.fault("GetBucketPolicyStatus", 404, s3_error("NoSuchBucketPolicy"))
    run = send(alert, about_bucket(public_bucket))
    assert run.outcome == "compliant"
    says_again_nothing(run)


def test_a_service_without_a_source_condition_is_alerted_though_it_is_not_public(alert, s3):
    name = offenders.bucket(s3)
    policy = offenders.public_policy(name)
    del policy["Statement"][1], policy["Statement"][0]["Condition"]
    offenders.set_policy(s3, name, policy)
    run = send(alert, about_bucket(name))
    assert run.outcome == "alerted"
    assert [finding["kind"] for finding in run.line["findings"]] == ["confused-deputy"]


def test_a_policy_that_changes_is_mailed_again(alert, s3, public_bucket):
    event = about_bucket(public_bucket)
    assert len(send(alert, event).mails) == 1
    policy = offenders.public_policy(public_bucket)
    policy["Statement"][1]["Action"] = "s3:*"
    offenders.set_policy(s3, public_bucket, policy)
    assert len(send(alert, event).mails) == 1


def test_a_policy_that_was_closed_and_opens_again_is_mailed_again(alert, s3, public_bucket):
    event = about_bucket(public_bucket)
    assert len(send(alert, event).mails) == 1
    s3.delete_bucket_policy(Bucket=public_bucket)
    assert send(alert, event).outcome == "compliant"
    offenders.set_policy(s3, public_bucket, offenders.public_policy(public_bucket))
    assert len(send(alert, event).mails) == 1


def test_two_rules_about_one_policy_are_one_mail(alert, public_bucket):
    events = [compliance_change(BUCKET, public_bucket, rule) for rule in ("public-read", "public-write", "public-read")]
    assert [len(send(alert, event).mails) for event in events] == [1, 0, 0]


def test_a_verdict_that_does_not_say_is_a_failure_and_not_silent(alert, public_bucket):
    alert.recorder.fault("GetBucketPolicyStatus", 200, "<PolicyStatus/>", times=9)
    run = send(alert, queued(about_bucket(public_bucket)))
    assert failures(run) == ["m0"]
    assert run.outcome == "failed"
    assert "IsPublic" in run.line["error"]["message"]
    assert "s3:GetBucketPolicyStatus" in run.mail[1]


@pytest.mark.parametrize(
    ("operation", "action"),
    [
        ("GetBucketPolicy", "s3:GetBucketPolicy"),
        ("GetBucketPolicyStatus", "s3:GetBucketPolicyStatus"),
        ("GetPublicAccessBlock", "s3:GetBucketPublicAccessBlock"),
    ],
)
def test_denied_access_names_the_missing_action_and_is_mailed_once(alert, public_bucket, operation, action):
    event = about_bucket(public_bucket)
    mailed = []
    for _ in range(2):
        alert.recorder.fault(operation, 403, s3_error("AccessDenied", "Access Denied"), times=9)
        run = send(alert, event)
        assert run.failed and action in run.answer["errorMessage"]
        assert (run.outcome, run.line["error"]["action"]) == ("failed", action)
        mailed += run.mails
    [(_, text)] = mailed
    assert action in text


def test_a_policy_in_any_script_is_mailed_as_it_is(alert, s3):
    name = offenders.bucket(s3)
    policy = offenders.public_policy(name)
    policy["Statement"][1]["Sid"] = "Öffentlich 公開 \"q\" \\ </p>"
    offenders.set_policy(s3, name, json.dumps(policy, ensure_ascii=False))
    _, text = send(alert, about_bucket(name)).mail
    assert json.dumps(policy, indent=2, ensure_ascii=False) in text
