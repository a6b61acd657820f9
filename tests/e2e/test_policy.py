"""s3-policy-alert: people hear of a public policy; nothing is ever changed."""

import json
from textwrap import indent

import pytest
from harness import offenders
from harness.recorder import s3_error
from harness.stack import ACCOUNT, RuntimeApi
from harness.triggers import BUCKET, compliance_change
from support import about_bucket, failures, queued, says_again_nothing, section, send


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
    assert indent(json.dumps(offenders.public_policy(public_bucket), indent=2), "  ") in text[parts[2]:]
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
        "GetBucketPolicy", "GetBucketPolicyStatus", "GetBucketTagging", "GetPublicAccessBlock"
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


READS = {
    "GetBucketPolicyStatus": ("s3:GetBucketPolicyStatus", "S3's own verdict on the policy", "PolicyStatus"),
    "GetPublicAccessBlock": ("s3:GetBucketPublicAccessBlock", "Block Public Access of the bucket", "PublicAccessBlockConfiguration"),
    "GetAccountPublicAccessBlock": (
        "s3:GetAccountPublicAccessBlock", "Block Public Access of the account", "PublicAccessBlockConfiguration"
    ),
}
# An answer in which ROOT is the name of the right document, and whether another attempt may get another one.
ANSWERS = {
    "denied": (403, s3_error("AccessDenied", "Access Denied"), False),
    "an outage": (500, s3_error("InternalError", "We encountered an internal error."), True),
    "a throttle": (503, s3_error("SlowDown", "Please reduce your request rate."), True),
    "an answer that says nothing": (200, "<ROOT/>", False),
    "another document": (200, "<Nothing/>", True),
    "a flag that is none": (
        200, "<ROOT><IsPublic>perhaps</IsPublic><RestrictPublicBuckets>perhaps</RestrictPublicBuckets></ROOT>", True
    ),
}


def fault(alert, operation, answer):
    """Whether another attempt may get another answer than this one."""
    status, body, passes = ANSWERS[answer]
    alert.recorder.fault(operation, status, body.replace("ROOT", READS[operation][2]), times=9)
    return passes


@pytest.mark.parametrize("answer", ANSWERS)
@pytest.mark.parametrize("operation", READS)
def test_whatever_else_cannot_be_read_a_public_policy_is_mailed_with_what_is_unknown(alert, public_bucket, operation, answer):
    action, what, _ = READS[operation]
    passes = fault(alert, operation, answer)

    run = send(alert, queued(about_bucket(public_bucket)))

    assert (failures(run), run.outcome) == (["m0"] if passes else [], "alerted")
    assert run.line["findings"][0]["kind"] == "public"
    [unread] = run.line["unread"]
    assert (unread["what"], unread["action"]) == (what, action)
    subject, text = run.mail
    assert subject.startswith("[Curfew] alerted, critical: ")
    assert text.startswith(f"Anyone on the internet can read every object in `{public_bucket}`")
    assert f"{what}: " in "".join(section(text, "WHAT CURFEW COULD NOT READ")) and action in text
    assert "So nothing blocks" not in text
    fault(alert, operation, answer)
    again = send(alert, queued(about_bucket(public_bucket), receive_count=2))
    assert (failures(again), again.line["alert"], again.published) == (["m0"] if passes else [], "repeated", [])


def test_a_private_policy_without_a_verdict_is_not_called_compliant(alert, s3):
    name = offenders.bucket(s3)
    policy = offenders.public_policy(name)
    del policy["Statement"][1]
    offenders.set_policy(s3, name, policy)
    for answer in ANSWERS:
        passes = fault(alert, "GetBucketPolicyStatus", answer)
        run = send(alert, queued(about_bucket(name)))
        assert (failures(run), run.outcome) == ((["m0"], "failed") if passes else ([], "alerted")), answer
        assert run.line["findings"][0]["kind"] == "unknown-verdict"
        assert run.line["alert"] == "none" if passes else run.published or run.line["alert"] == "repeated"
    fault(alert, "GetBucketPolicyStatus", "a throttle")
    [(subject, _)] = send(alert, queued(about_bucket(name), receive_count=8)).mails
    assert subject.startswith("[Curfew] failed")


def test_a_policy_that_may_not_be_read_is_reported_by_s3s_verdict_and_names_the_missing_action_once(alert, public_bucket):
    event = about_bucket(public_bucket)
    mailed = []
    for _ in range(2):
        alert.recorder.fault("GetBucketPolicy", 403, s3_error("AccessDenied", "Access Denied"), times=9)
        run = send(alert, event)
        assert (run.failed, run.outcome, run.line["findings"][0]["kind"]) == (False, "alerted", "unread-policy")
        mailed += run.mails
    [(_, text)] = mailed
    assert text.startswith(f"S3 calls the policy of `{public_bucket}` public; what it says could not be read (")
    assert "Allow the function's role to call `s3:GetBucketPolicy`" in text


def test_a_policy_of_which_nothing_may_be_read_is_a_failure_that_names_the_missing_action_once(alert, public_bucket):
    event = about_bucket(public_bucket)
    mailed = []
    for _ in range(2):
        for call in ("GetBucketPolicy", "GetBucketPolicyStatus"):
            alert.recorder.fault(call, 403, s3_error("AccessDenied", "Access Denied"), times=9)
        run = send(alert, event)
        assert run.failed and "s3:GetBucketPolicy`" in run.answer["errorMessage"]
        assert (run.outcome, run.line["error"]["action"]) == ("failed", "s3:GetBucketPolicy")
        mailed += run.mails
    [(_, text)] = mailed
    assert "s3:GetBucketPolicy" in text


def test_a_policy_in_any_script_is_mailed_as_it_is(alert, s3):
    name = offenders.bucket(s3)
    policy = offenders.public_policy(name)
    policy["Statement"][1]["Sid"] = "Öffentlich 公開 \"q\" \\ </p>"
    offenders.set_policy(s3, name, json.dumps(policy, ensure_ascii=False))
    _, text = send(alert, about_bucket(name)).mail
    assert indent(json.dumps(policy, indent=2, ensure_ascii=False), "  ") in text
